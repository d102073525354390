/** Looking near a script: the nearest first, nothing twice, the same every time, and to an end. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explore, fingerprint, type Run, type Script, scriptOf } from '../../harness/index.ts';
import { nearby } from '../../harness/seeds/nearby.ts';
import { TWINS } from '../../scenarios/index.ts';
import './support.ts';

/** Programs without a bug, so that every run near a script is made. */
const correct = TWINS.filter((twin) => twin.expect === 'holds').map(({ scenario }) => scenario);

/** Labels as they come up in programs like these, and some that never do. */
const label = fc.constantFrom(
  ...['start w-1', 'start order-1', 'start crawl-1', 'land charge#1', 'reply charge#1', 'reply book#1', 'land fetch#3'],
  ...['crash executor-1', 'crash executor-2', 'land nowhere#1', 'fire sleep#1', 'begin'],
);
const script = fc.uniqueArray(fc.record({ after: label, choose: label }), {
  selector: ({ after }) => after,
  maxLength: 3,
});

async function near(index: number, around: Script): Promise<{ runs: readonly Run[]; ended: boolean }> {
  const runs: Run[] = [];
  const strategies = [nearby(around, (run) => void runs.push(run))];
  const { complete } = await explore(correct[index % correct.length]!, { strategies, runsMax: 400 });
  return { runs, ended: complete };
}

describe('looking near a script', () => {
  test('begins with what of it applies, and is the same every time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), script, async (index, around) => {
        const [first, second] = [await near(index, around), await near(index, around)];
        expect(second.runs.map(fingerprint)).toEqual(first.runs.map(fingerprint));
        const applied = scriptOf(first.runs[0]!.decisions);
        for (const { after } of applied) expect(around.map((one) => one.after)).toContain(after);
      }),
      { numRuns: 40 },
    );
  });

  test('makes every run with one deviation near a script of one, each once, and ends', async () => {
    for (const [index] of correct.entries()) {
      const { runs, ended } = await near(index, [{ after: 'land nowhere#1', choose: 'land nowhere#2' }]);
      const calm = runs[0]!;
      const offered = calm.decisions.flatMap(({ options }) => options.slice(1)).length;
      expect([scriptOf(calm.decisions), ended]).toEqual([[], true]);
      const scripts = runs.map(({ decisions }) => JSON.stringify(scriptOf(decisions)));
      expect(new Set(scripts).size).toBe(offered + 1);
    }
  });
});
