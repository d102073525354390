/** Every buggy twin is found, by the check its story names, at its minimum, whatever the seed. */
import { describe, expect, test } from 'vitest';
import { explore, type Finding } from '../../harness/index.ts';
import { TWINS } from '../../scenarios/index.ts';
import type { Caught, Twin } from '../../scenarios/story.ts';

const SEEDS = Array.from({ length: 20 }, (_, index) => `seed ${index}`);

const bugs = TWINS.filter((twin): twin is Twin & { expect: Caught } => twin.expect !== 'holds');

/** What a story says of a bug, and what the search said. */
const told = (finding: Finding | null): unknown =>
  finding === null
    ? null
    : { check: finding.violations[0]?.check, deviations: finding.script.length, minimal: finding.minimal };

describe('a bug', () => {
  test.each(bugs.map((twin) => [twin.scenario.name, twin] as const))(
    '%s is found within 1,000 runs on each of 20 seeds, by its named check, at a proved minimum',
    async (_, { scenario, expect: { caughtBy, deviations } }) => {
      for (const seed of SEEDS) {
        const { finding, runs } = await explore(scenario, { seed, runsMax: 1_000 });
        expect({ seed, ...(told(finding) as object) }).toEqual({ seed, check: caughtBy, deviations, minimal: true });
        expect(runs).toBeLessThanOrEqual(1_000);
      }
    },
  );

  test.each(
    bugs.flatMap(({ scenario, expect: { alone = {} } }) =>
      Object.entries(alone).map(([check, deviations]) => [scenario, check, deviations] as const),
    ),
  )('$name is found by the check %s alone, at a proved minimum of %i', async (scenario, check, deviations) => {
    const { finding } = await explore(scenario, { checks: [check], runsMax: 1_000 });
    expect(told(finding)).toEqual({ check, deviations, minimal: true });
  });

  test('is found by sampling alone as well: no strategy is the only one that works', async () => {
    const { random } = await import('../../harness/index.ts');
    for (const {
      scenario,
      expect: { caughtBy },
    } of bugs) {
      const { finding } = await explore(scenario, {
        strategies: [random('sampling')],
        runsMax: 1_000,
        checks: [caughtBy],
      });
      expect([scenario.name, finding?.violations[0]?.check]).toEqual([scenario.name, caughtBy]);
    }
  });

  test('of interleaved sequences needs no crash to be seen by lineage, and one to be seen by replay or results', async () => {
    for (const [name, check] of [
      ['interleaved-different-names', 'replay'],
      ['interleaved-same-name', 'results'],
    ] as const) {
      const { scenario } = bugs.find((twin) => twin.scenario.name === name)!;
      const crashesOf = (finding: Finding | null): number | undefined =>
        finding?.script.filter(({ choose }) => choose.startsWith('crash')).length;
      const [byLineage, byDamage] = [
        await explore(scenario, { checks: ['lineage'] }),
        await explore(scenario, { checks: [check] }),
      ];
      expect([crashesOf(byLineage.finding), byLineage.finding?.minimal]).toEqual([0, true]);
      expect([crashesOf(byDamage.finding), byDamage.finding?.minimal]).toEqual([1, true]);
    }
  });
});
