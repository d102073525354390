/** A run is a function of its script: same script, same bytes, whatever the program. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { scripts } from '../../harness/adapters/fast-check.ts';
import { fingerprint, replay, scriptOf } from '../../harness/index.ts';
import { TWINS } from '../../scenarios/index.ts';

test('1,000 random scripts over all scenarios replay byte for byte', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...TWINS.map(({ scenario }) => scenario)), scripts(), async (scenario, script) => {
      const run = await replay(scenario, script);
      expect(fingerprint(await replay(scenario, script))).toBe(fingerprint(run));
      expect(script).toEqual(scriptOf(run.decisions));
    }),
    { seed: 1_000, numRuns: 1_000 },
  );
});

test('labels are unique within a run, so that an anchor means one moment', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...TWINS.map(({ scenario }) => scenario)), scripts(), async (scenario, script) => {
      const { history } = await replay(scenario, script);
      const labels = history.flatMap((event) => (event.type === 'move.made' ? [event.label] : []));
      expect(labels.filter((label, index) => labels.indexOf(label) !== index)).toEqual([]);
    }),
    { seed: 1_001, numRuns: 500 },
  );
});
