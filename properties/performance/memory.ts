/**
 * Whether memory stays flat: the heap after ten thousand runs and after a million, in one campaign; on the dbos engine,
 * which is slower, after one, ten and fifty thousand.
 */
import { explore, portfolio, type Strategy } from '../../harness/index.ts';
import { onEngine } from './interleaved.ts';
import { WORKLOAD } from './workload.ts';

/** Megabytes of heap in use after a collection. */
export interface Memory {
  readonly runs: number;
  readonly earlyRuns: number;
  readonly earlyMb: number;
  readonly lateMb: number;
}

const EARLY_RUNS = 10_000;
const RUNS = 1_000_000;

/** Makes a million runs, as a campaign samples them. Throws unless Node was started with `--expose-gc`. */
export async function measureMemory(onProgress: (runs: number) => void): Promise<Memory> {
  let earlyMb = 0;
  let lateMb = 0;
  let runs = 0;
  function* watched(): Strategy {
    const samples = portfolio('memory');
    for (let step = samples.next(); step.done !== true && runs < RUNS;) {
      const run = yield step.value;
      if (++runs === EARLY_RUNS) earlyMb = heapMb();
      if (runs % 100_000 === 0) onProgress(runs);
      step = samples.next(run);
    }
    lateMb = heapMb();
    return null;
  }
  await explore(WORKLOAD, { strategies: [watched()], runsMax: Infinity });
  return { runs, earlyRuns: EARLY_RUNS, earlyMb, lateMb };
}

/** Megabytes of heap in use after so many runs of the dbos engine, each with a crash, in one process. */
export interface HeapRow {
  readonly runs: number;
  readonly mb: number;
}

/** Makes fifty thousand runs on the dbos engine. Throws unless Node was started with `--expose-gc`. */
export async function measureDbosMemory(onProgress: (runs: number) => void): Promise<readonly HeapRow[]> {
  const rows: HeapRow[] = [];
  for (const runs of [1_000, 10_000, 50_000]) {
    await onEngine('memory', runs - (rows.at(-1)?.runs ?? 0));
    rows.push({ runs, mb: heapMb() });
    onProgress(runs);
  }
  return rows;
}

function heapMb(): number {
  if (globalThis.gc === undefined)
    throw new Error('memory is measured after a collection: start node with --expose-gc');
  globalThis.gc();
  return process.memoryUsage().heapUsed / 2 ** 20;
}
