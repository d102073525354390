/** The stories in plain DBOS code: every buggy twin is found by its named check, and no correct twin is objected to. */
import { describe, expect, test } from 'vitest';
import { exhaustive, explore } from '../../harness/index.ts';
import { STORIES, TWINS } from '../../scenarios/dbos/index.ts';
import { TWINS as MODEL_TWINS } from '../../scenarios/index.ts';
import type { Caught, Twin } from '../../scenarios/story.ts';

const SEEDS = Array.from({ length: 10 }, (_, index) => `seed ${index}`);

const bugs = TWINS.filter((twin): twin is Twin & { expect: Caught } => twin.expect !== 'holds');
const correct = TWINS.filter((twin) => twin.expect === 'holds');

describe('a bug in plain DBOS code', () => {
  test.each(bugs.map((twin) => [twin.scenario.name, twin] as const))(
    '%s is found within 200 runs on each of 10 seeds, by its named check, at a proved minimum',
    async (_, { scenario, expect: { caughtBy: check, deviations } }) => {
      for (const seed of SEEDS) {
        const { finding } = await explore(scenario, { seed, runsMax: 200 });
        const told = {
          check: finding?.violations[0]?.check,
          deviations: finding?.script.length,
          minimal: finding?.minimal,
        };
        expect({ seed, ...told }).toEqual({ seed, check, deviations, minimal: true });
      }
    },
  );
});

describe('the correct twin', () => {
  test.each(correct.map(({ scenario }) => [scenario.name, scenario] as const))(
    // `npm start -- --engine dbos` makes 2,500 runs of each.
    '%s holds in 100 runs, on each of 3 seeds',
    async (_, scenario) => {
      for (const seed of SEEDS.slice(0, 3)) {
        const { finding, runs, complete } = await explore(scenario, { seed, runsMax: 100 });
        expect(finding?.violations.map(({ because }) => because) ?? []).toEqual([]);
        expect(complete || runs >= 100).toBe(true);
      }
    },
  );
});

test.each(TWINS.flatMap((twin) => (twin.expect === 'holds' && twin.exhaust !== undefined ? [twin] : [])))(
  '$scenario.name holds in every run of its scope: exhausted, not sampled',
  async ({ scenario, exhaust }) => {
    const scope = exhaust!;
    const { finding, exhausted, complete } = await explore(scenario, {
      strategies: [exhaustive(scope)],
      runsMax: Infinity,
    });
    expect(finding).toBeNull();
    expect([exhausted, complete]).toEqual([scope, true]);
  },
);

describe('the catalogue of DBOS stories', () => {
  test('exhausts the fix of interleaved sequences, with 1 crash and 2 other deviations', () => {
    const fix = TWINS.find(({ scenario }) => scenario.name === 'sequences-in-children');
    expect(fix).toMatchObject({ exhaust: { crashesMax: 1, othersMax: 2 } });
  });

  test('tells of each bug and its fix: every story has twins of both kinds, and they bear its name', () => {
    for (const { name, twins } of STORIES) {
      expect([name, new Set(twins.map((twin) => twin.expect === 'holds')).size]).toEqual([name, 2]);
      for (const { scenario } of twins) expect(scenario.name).toMatch(new RegExp(`^${name}-`));
    }
  });

  test('shares no name with the catalogue of the model engine: findings of both are kept in one folder', () => {
    const names = [...TWINS, ...MODEL_TWINS].map(({ scenario }) => scenario.name);
    expect(new Set(names).size).toBe(names.length);
  });
});
