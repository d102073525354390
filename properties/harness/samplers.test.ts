/**
 * Samplers behave as their theory says: what is claimed to be flat is flat, what is claimed to be likely is as likely as
 * claimed. Beside each law stands a sampler that breaks it.
 *
 * Fixed seeds; a distribution is judged by the chi-square test at one in a thousand.
 */
import { describe, expect, test } from 'vitest';
import type { Run, Strategy } from '../../harness/index.ts';
import { portfolio } from '../../harness/strategies/portfolio.ts';
import { pct } from '../../harness/strategies/priorities.ts';
import { random } from '../../harness/strategies/random.ts';
import { highest, sample, type Sampler } from '../../harness/strategies/sample.ts';
import { selective } from '../../harness/strategies/selective.ts';
import { uniform } from '../../harness/strategies/uniform.ts';
import { walk } from '../../harness/strategies/walk.ts';
import { labelsOf, sampleOf, type Toy, toyOf } from './toys.ts';

/** How often each key came up. */
function tally<K>(keys: readonly K[]): Map<K, number> {
  const counts = new Map<K, number>();
  for (const key of keys) counts.set(key, 1 + (counts.get(key) ?? 0));
  return counts;
}

/** Whether counts are as `expected` says, in numbers: chi-square, Wilson and Hilferty's approximation of its tail. */
function fits(counts: readonly number[], expected: readonly number[]): boolean {
  const chiSquare = counts.reduce((sum, count, at) => sum + (count - expected[at]!) ** 2 / expected[at]!, 0);
  const freedom = counts.length - 1;
  const normal = 3.09;
  return chiSquare < freedom * (1 - 2 / (9 * freedom) + normal * Math.sqrt(2 / (9 * freedom))) ** 3;
}

/** Whether all of `kinds` things came up, each as often as the others. */
function flat(counts: ReadonlyMap<unknown, number>, kinds: number): boolean {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const seen = [...counts.values(), ...Array.from({ length: kinds - counts.size }, () => 0)];
  return (
    counts.size <= kinds &&
    fits(
      seen,
      Array.from({ length: kinds }, () => total / kinds),
    )
  );
}

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);
const nameOf = (run: Run): string => labelsOf(run).join();
/** Runs to learn from: what a strategy does before it knows the system is not what is claimed. */
const LEARNING = 50;
const sampleAfterwards = (toy: Toy, strategy: Strategy, count: number): Run[] =>
  sampleOf(toy, strategy, LEARNING + count).slice(LEARNING);

describe('a crash', () => {
  /** By the number of moves before it: how often. */
  const placements = (strategy: Strategy, toy: Toy): Map<number, number> => {
    const at = sampleAfterwards(toy, strategy, 4_000).map((run) =>
      labelsOf(run).findIndex((label) => label.startsWith('crash')),
    );
    return tally(at.filter((before) => before >= 0));
  };
  const systems: readonly (readonly [string, Toy, boundaries: number])[] = [
    ['one sequence of 20 moves', toyOf([20], 1), 20],
    ['two of 8 and 5', toyOf([8, 5], 1), 13],
  ];

  test.each(Object.entries({ random, pct, uniform, selective, portfolio }))(
    'of %s falls at every boundary of a run alike',
    (_, strategy) => {
      for (const [system, toy, boundaries] of systems)
        expect([system, flat(placements(strategy('crash'), toy), boundaries)]).toEqual([system, true]);
    },
  );

  test('of a plain random walk falls at the start: after n moves with probability 2^-(n+1)', () => {
    const counts = placements(walk('crash'), toyOf([20], 1));
    expect(flat(counts, 20)).toBe(false);
    const [first, late] = [upTo(8), [...counts].filter(([at]) => at >= 8)];
    const seen = [...first.map((at) => counts.get(at) ?? 0), late.reduce((sum, [, count]) => sum + count, 0)];
    expect(fits(seen, [...first.map((at) => 4_000 / 2 ** (at + 1)), 4_000 / 2 ** 8])).toBe(true);
  });

  test('that is the second of two falls at every boundary after the first alike', () => {
    const runs = sampleAfterwards(toyOf([12], 2), random('second'), 12_000);
    const crashes = runs.map((run) => labelsOf(run).flatMap((label, at) => (label.startsWith('crash') ? [at] : [])));
    const afterFourth = crashes.filter(([first, second]) => first === 4 && second !== undefined);
    expect(afterFourth.length).toBeGreaterThan(300);
    expect(flat(tally(afterFourth.map(([, second]) => second)), 8)).toBe(true);
  });
});

describe('a plain random walk', () => {
  test('lets a move wait for n others with probability 2^-n', () => {
    const runs = 20_000;
    /** Whether the one move of chain 1 came last as often as `probability` says. */
    const last = (moves: number, probability: number): boolean => {
      const made = sampleOf(toyOf([moves, 1]), walk('wait'), runs);
      const count = made.filter((run) => labelsOf(run).at(-1) === 'reply 1#1').length;
      return fits([count, runs - count], [runs * probability, runs * (1 - probability)]);
    };
    for (const moves of [1, 3, 6]) expect([moves, last(moves, 2 ** -moves)]).toEqual([moves, true]);
    expect(last(6, 1 / 7)).toBe(false);
  });
});

describe('the uniform sampler', () => {
  const spawning: Toy = { ...toyOf([3, 2, 2]), begunBy: [undefined, 'reply 0#1', 'reply 0#2'] };
  const systems: readonly (readonly [string, Toy, interleavings: number])[] = [
    ['2 and 2 moves: 4! / 2! 2!', toyOf([2, 2]), 6],
    ['3 and 2 moves: 5! / 3! 2!', toyOf([3, 2]), 10],
    ['three times one: 3!', toyOf([1, 1, 1]), 6],
    ['2, 2 and 1 moves: 5! / 2! 2! 1!', toyOf([2, 2, 1]), 30],
    ['5 and 3 moves: 8! / 5! 3!', toyOf([5, 3]), 56],
    ['a parent that starts two children: 6! / 4 2 2, by hook lengths', spawning, 45],
  ];

  test.each(systems)('makes every interleaving of %s alike', (_, toy, interleavings) => {
    const count = 200 * interleavings;
    expect(flat(tally(sampleAfterwards(toy, uniform('even'), count).map(nameOf)), interleavings)).toBe(true);
  });

  test('is not what a plain random walk is', () => {
    const counts = tally(sampleAfterwards(toyOf([5, 3]), walk('even'), 11_200).map(nameOf));
    expect([counts.size, flat(counts, 56)]).toEqual([56, false]);
  });
});

describe('the selective sampler', () => {
  /** One call at once, against two that come late: 3 orders. */
  const bank: Toy = {
    chains: [
      ['land bank.pay#1', 'reply bank.pay#1', ...upTo(4).map((move) => `reply 0#${move}`)],
      [...upTo(6).map((move) => `reply 1#${move}`), 'land bank.pay#2', 'land bank.pay#3'],
    ],
    crashesMax: 0,
  };
  const orders = (strategy: Strategy): Map<string, number> =>
    tally(
      sampleAfterwards(bank, strategy, 3_000).map((run) =>
        labelsOf(run)
          .filter((label) => label.startsWith('land bank'))
          .join(),
      ),
    );

  test('makes every order of the calls to one service alike, whatever else is going on', () => {
    expect(flat(orders(selective('bank')), 3)).toBe(true);
  });

  test('is not what making every interleaving alike is', () => {
    expect(flat(orders(uniform('bank')), 3)).toBe(false);
  });
});

describe('priorities that fall at most d-1 times find a bug of depth d', () => {
  const [moves, runs] = [10, 20_000];
  /** How often the only move of chain 1 came right after so many moves of chain 0. */
  const windows = (strategy: Strategy): number[] => {
    const counts = tally(
      sampleAfterwards(toyOf([moves, 1]), strategy, runs).map((run) => labelsOf(run).indexOf('reply 1#1')),
    );
    return upTo(moves + 1).map((before) => counts.get(before) ?? 0);
  };
  /** Four standard deviations below what is promised is chance. */
  const atLeast = (count: number, probability: number, of: number): boolean =>
    count >= of * probability - 4 * Math.sqrt(of * probability * (1 - probability));
  /** One run in d falls d-1 times; `length` counts the moments before and after the decisions. */
  const bound = (depth: number, chains: number, length: number): number => 1 / (depth * chains * length ** (depth - 1));

  test('of depth 1 with probability 1/n or more: all of one chain before another', () => {
    const counts = windows(pct('one', 0));
    expect(atLeast(counts[0]!, 1 / 2, runs) && atLeast(counts[moves]!, 1 / 2, runs)).toBe(true);
    expect(atLeast(windows(walk('one'))[moves]!, 1 / 2, runs)).toBe(false);
  });

  test('of depth 2 with probability 1/(2 n k) or more, in the last window as in the first', () => {
    const promised = bound(2, 2, moves + 1);
    const kept = (strategy: Strategy): readonly boolean[] =>
      windows(strategy).map((count) => atLeast(count, promised, runs));
    expect(kept(pct('two', 1))).not.toContain(false);
    expect(kept(walk('two')).at(-1)).toBe(false);
  });

  test('not if every run falls as often as it may, within its length: then the last window is never hit', () => {
    const always: Sampler = {
      name: 'always',
      order: (draw, length) => {
        const ranks = new Map<string, number>();
        const chainOf = (label: string): string => label.slice(0, label.indexOf('#'));
        const fall = 1 + draw.below(length - 1);
        return (choice) => {
          const rank = (index: number): number => {
            const chain = chainOf(choice.options[index]!.label);
            if (!ranks.has(chain)) ranks.set(chain, draw.unit());
            return ranks.get(chain)!;
          };
          if (choice.at === fall) ranks.set(chainOf(choice.options[highest(choice, rank)]!.label), -1);
          return highest(choice, rank);
        };
      },
    };
    expect(windows(sample('always', [always]))[moves]).toBe(0);
  });

  test('of depth 3 with probability 1/(3 n k^2) or more: every run of two chains that takes two falls', () => {
    const counts = tally(sampleAfterwards(toyOf([3, 3]), pct('three', 2), runs).map(nameOf));
    const chainOf = (label: string): string => label.slice(0, label.indexOf('#'));
    /** Switches away from a chain that has moves left. */
    const fallsOf = (labels: readonly string[]): number =>
      labels.filter(
        (label, at) => at > 0 && chainOf(label) !== chainOf(labels[at - 1]!) && !labels[at - 1]!.endsWith('#3'),
      ).length;
    const all = [...tally(sampleOf(toyOf([3, 3]), walk('three'), 2_000).map(nameOf)).keys()];
    const reachable = all.filter((name) => fallsOf(name.split(',')) <= 2);
    expect([all.length, reachable.length]).toEqual([20, 14]);
    for (const name of reachable)
      expect([name, atLeast(counts.get(name) ?? 0, bound(3, 2, 6), runs)]).toEqual([name, true]);
  });
});
