/** How long a process takes that has nothing in memory to find the bug of the workload: `node cold.js` prints it, as JSON. */
/** Milliseconds of the clock from the start of the process, and what each part of the way took. */
export interface Cold {
  readonly nodeMs: number;
  readonly sdkMs: number;
  readonly repriseMs: number;
  /** Search, confirmation, shrinking and proof together. */
  readonly exploreMs: number;
  readonly totalMs: number;
  readonly runs: number;
}

const nodeMs = performance.now();
await import('@dbos-inc/dbos-sdk');
const sdkAtMs = performance.now();
const { explore } = await import('../../harness/index.ts');
await import('../../harness/dbos/index.ts');
const { INTERLEAVED } = await import('./interleaved.ts');
const importedAtMs = performance.now();
const { finding, runs } = await explore(INTERLEAVED, { seed: 'cold' });
const totalMs = performance.now();
if (finding?.minimal !== true) throw new Error('the bug was not found, or not shown to be minimal');
const cold: Cold = {
  nodeMs,
  sdkMs: sdkAtMs - nodeMs,
  repriseMs: importedAtMs - sdkAtMs,
  exploreMs: totalMs - importedAtMs,
  totalMs,
  runs,
};
process.stdout.write(`${JSON.stringify(cold)}\n`);
