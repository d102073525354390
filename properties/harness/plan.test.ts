/** Whose turn it is in a campaign, and how many different runs there were. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explore, type Scope, type Strategy } from '../../harness/index.ts';
import { Interleavings } from '../../harness/interleavings.ts';
import { Plan } from '../../harness/plan.ts';
import type { Run } from '../../harness/run.ts';
import { TWINS } from '../../scenarios/index.ts';

const SCOPE: Scope = { crashesMax: 1, othersMax: 0 };

/** A strategy that plans so many runs, and how many of them were made. */
function* planning(runs: number, names: string[], name: string): Strategy {
  for (let number = 0; number < runs; number++) {
    yield () => 0;
    names.push(name);
  }
  return SCOPE;
}

/** What a plan of two systematic strategies and one that samples makes of a budget: their names, in order. */
function made(lengths: readonly [number, number, number], runsMax: number, inTurns: boolean): string[] {
  const names: string[] = [];
  const strategies = lengths.map((length, index) => planning(length, names, index === 2 ? 'sample' : 'systematic'));
  const plan = new Plan(strategies, { runsMax, inTurns }, () => undefined);
  for (let runs = 0; runs < runsMax; runs++) {
    const line = plan.turn(runs);
    if (line === null) break;
    line.see({} as Run);
  }
  return names;
}

const length = fc.nat(30);
const lengths = fc.tuple(length, length, length);
const budget = fc.integer({ min: 1, max: 80 });
const count = (names: readonly string[], name: string): number => names.filter((one) => one === name).length;

describe('a plan', () => {
  test('makes all there is to make, within its budget, and never more', () => {
    fc.assert(
      fc.property(lengths, budget, fc.boolean(), (all, runsMax, inTurns) => {
        const total = all.reduce((sum, one) => sum + one, 0);
        expect(made(all, runsMax, inTurns)).toHaveLength(Math.min(total, runsMax));
      }),
    );
  });

  test('samples only when what is systematic has ended, or had half of the runs', () => {
    fc.assert(
      fc.property(lengths, budget, (all, runsMax) => {
        const names = made(all, runsMax, false);
        const first = names.indexOf('sample');
        const before = first < 0 ? names.length : first;
        const systematic = all[0] + all[1];
        if (all[2] > 0) expect(before).toBe(Math.min(systematic, Math.ceil(runsMax / 2), runsMax));
      }),
    );
  });

  test('takes turns where time is limited: whenever it is cut off, both have had as much', () => {
    fc.assert(
      fc.property(lengths, budget, (all, runsMax) => {
        const names = made(all, runsMax, true);
        const both = 2 * Math.min(all[0] + all[1], all[2]);
        for (let cut = 0; cut <= Math.min(both, names.length); cut++) {
          const part = names.slice(0, cut);
          expect(count(part, 'systematic') - count(part, 'sample')).toBe(cut % 2);
        }
      }),
    );
  });

  test('hears of every strategy that ends', () => {
    const ended: (Scope | null)[] = [];
    const plan = new Plan([planning(2, [], 'a'), planning(0, [], 'b')], { runsMax: 9, inTurns: false }, (scope) =>
      ended.push(scope),
    );
    expect(ended).toEqual([SCOPE]);
    for (let line = plan.turn(0); line !== null; line = plan.turn(0)) line.see({} as Run);
    expect(ended).toEqual([SCOPE, SCOPE]);
  });
});

describe('interleavings', () => {
  const run = (answers: readonly number[]): Run =>
    ({ decisions: answers.map((chose) => ({ chose })) }) as unknown as Run;

  test('are counted once, however often they are made', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat(5), { maxLength: 12 }), { maxLength: 60 }), (all) => {
        const seen = new Interleavings();
        for (const answers of [...all, ...all]) seen.see(run(answers));
        expect(seen.count).toBe(new Set(all.map((answers) => answers.join())).size);
      }),
      { seed: 1 },
    );
  });

  test('are counted within a percent, when there are a million', () => {
    const seen = new Interleavings();
    const [outer, inner] = [1_000, 1_000];
    for (let one = 0; one < outer; one++) for (let other = 0; other < inner; other++) seen.see(run([one, other]));
    expect(Math.abs(seen.count / (outer * inner) - 1)).toBeLessThan(0.01);
  });
});

describe('a campaign whose time is over', () => {
  const [{ scenario }] = TWINS.filter(({ expect: expected }) => expected === 'holds') as [(typeof TWINS)[number]];

  test('has made the runs that it must make, and no more', async () => {
    expect((await explore(scenario, { forMs: 0 })).runs).toBe(1);
    expect((await explore(scenario, { forMs: 0, runsMin: 12 })).runs).toBe(13);
    expect((await explore(scenario, { forMs: 0, runsMin: 12, runsMax: 5 })).runs).toBe(5);
  });

  test('tells after every run how far it has come', async () => {
    const told: number[] = [];
    let last = {};
    const { runs, reached } = await explore(scenario, {
      runsMax: 40,
      onProgress: (progress) => {
        told.push(progress.runs);
        last = { ...progress.reached };
        expect(progress.interleavings).toBeLessThanOrEqual(progress.runs);
      },
    });
    expect(told).toEqual(Array.from({ length: runs }, (_, index) => index + 1));
    expect(last).toEqual(reached);
  });
});

describe('a doubt about a result', () => {
  // Crash-free runs come to many results, and a crash to yet another one: whether that is wrong takes many runs to say.
  const { scenario } = TWINS.find(({ scenario: { name } }) => name === 'interleaved-same-name')!;
  const onlyResults = { checks: ['results'] };

  test('is looked into, as long as there is time', async () => {
    const { finding, unjudged } = await explore(scenario, { ...onlyResults, forMs: 60_000, runsMax: 500 });
    expect(finding?.violations[0]!.check).toBe('results');
    expect(unjudged).toBeNull();
  });

  test('remains, and is told, when there is none', async () => {
    const { finding, unjudged } = await explore(scenario, { ...onlyResults, forMs: 0, runsMin: 500 });
    expect(finding).toBeNull();
    expect(unjudged).toContain('give the search more time');
  });
});
