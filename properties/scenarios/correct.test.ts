/** No correct twin ever fails: a harness that cries wolf is not listened to. */
import { describe, expect, test } from 'vitest';
import { exhaustive, explore, type Scope } from '../../harness/index.ts';
import { TWINS } from '../../scenarios/index.ts';

const correct = TWINS.filter((twin) => twin.expect === 'holds');

describe('the correct twin', () => {
  test.each(correct.map(({ scenario }) => [scenario.name, scenario] as const))(
    '%s holds in 10,000 runs',
    async (_, scenario) => {
      const { finding, runs, complete } = await explore(scenario, { seed: 'correct', runsMax: 10_000 });
      expect(finding?.violations[0]?.because ?? null).toBeNull();
      expect(complete || runs >= 10_000).toBe(true);
    },
  );

  const small = correct.flatMap((twin) =>
    twin.expect === 'holds' && twin.exhaust !== undefined
      ? [[twin.scenario.name, twin.scenario, twin.exhaust] as const]
      : [],
  );

  test.each(small)('%s holds in every run of its scope: exhausted, not sampled', async (_, scenario, scope: Scope) => {
    const { finding, exhausted, complete } = await explore(scenario, {
      strategies: [exhaustive(scope)],
      runsMax: 200_000,
    });
    expect(finding?.violations[0]?.because ?? null).toBeNull();
    expect([exhausted, complete]).toEqual([scope, true]);
  });

  test('of parallel steps and of child workflows is among the exhausted, with 1 crash and 2 other deviations', () => {
    const scopes = new Map(small.map(([name, , scope]) => [name, scope]));
    const scope = { crashesMax: 1, othersMax: 2 };
    expect(['parallel-all-settled', 'interleaved-children'].map((name) => scopes.get(name))).toEqual([scope, scope]);
  });
});
