/** Laws of saved scripts: which of them is kept, and what is said of it when the program is another. */
import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { courseOf } from '../../../harness/seeds/course.ts';
import { keep, readSeeds, type SavedScript, savedScript } from '../../../harness/seeds/file.ts';
import { tried } from '../../../harness/seeds/outcome.ts';
import { scenarioOf } from '../../harness/support.ts';
import { counted, countRun, type Law, make, search } from './making.ts';
import { interleaved } from './plans.ts';

const inTurn = scenarioOf(() => async (ctx) => {
  for (const name of ['a', 'b', 'c', 'd']) await ctx.step(name, () => name);
});

async function outcomes(): Promise<void> {
  const { finding } = await search(interleaved, { seed: 'seeds' });
  const entry = savedScript(finding!, { seed: 'seeds' });
  strictEqual((await tried(counted(interleaved), entry)).is, 'fails');
  // A script without deviations applies to every program.
  const calm: SavedScript = { ...entry, script: [], course: courseOf(await make(interleaved)) };
  strictEqual((await tried(counted(inTurn), calm)).is, 'passes');
  strictEqual((await tried(counted(interleaved), calm)).is, 'passes');
  strictEqual((await tried(counted(interleaved), { ...calm, course: courseOf(await make(inTurn)) })).is, 'fails');
  strictEqual((await tried(counted(inTurn), entry)).is, 'stale');
}

function kept(): void {
  countRun();
  const folder = mkdtempSync(join(import.meta.dirname, 'seeds-'));
  try {
    const path = join(folder, 'x.json');
    const script = ['a', 'b'].map((name) => ({ after: `land ${name}#1`, choose: 'crash executor-1' }));
    const found = { seed: 'any text', runs: 12, reprise: '0.1.0' };
    const long: SavedScript = { scenario: 'payment', check: 'check', fingerprint: 'twice', script, found };
    const short = { ...long, script: script.slice(1) };
    deepStrictEqual([keep(path, long), keep(path, short), keep(path, long)], ['added', 'replaced', 'known']);
    deepStrictEqual(readSeeds(path), [short]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const SEEDS: readonly Law[] = [
  { name: 'of the scripts of one failure the shortest is kept', holds: kept },
  { name: 'a saved script is believed if it makes the run that was saved, or nothing near it fails', holds: outcomes },
];
