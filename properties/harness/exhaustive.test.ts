/**
 * What is claimed to be all is all: exhaustive search of real programs against brute force that shares nothing with it,
 * and against closed forms where there are some.
 */
import { describe, expect, test } from 'vitest';
import { scriptOf } from '../../harness/decision.ts';
import { deepening, exhaustive, explore, model, scenario, type Strategy } from '../../harness/index.ts';

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

describe('exhaustive search of a real program', () => {
  /** Workflows side by side, each of three moves (start, end, its acknowledgement) and two for each of its transactions. */
  const sideBySide = (lengths: readonly number[], crashesMax: number) =>
    scenario({
      name: 'side by side',
      engine: model({
        workflows: () => ({
          main: async (ctx, transactions: number) => {
            for (const at of upTo(transactions)) await ctx.transaction(`write${at}`, () => at);
          },
        }),
      }),
      start: (client) => Promise.all(lengths.map((input, at) => client.start('main', { id: `w${at}`, input }))),
      limits: { crashesMax },
    });

  /** Scripts of the runs that `strategy` plans, in alphabetical order. */
  async function scripts(program: ReturnType<typeof sideBySide>, strategy: Strategy): Promise<string[]> {
    const made: string[] = [];
    function* watched(): Strategy {
      for (let step = strategy.next(); ;) {
        if (step.done === true) return step.value;
        const run = yield step.value;
        made.push(JSON.stringify(scriptOf(run.decisions)));
        step = strategy.next(run);
      }
    }
    await explore(program, { strategies: [watched()], checks: [], runsMax: Infinity });
    return made.toSorted();
  }

  /** Every run by brute force: whatever was on offer anywhere is tried. */
  function* bruteForce(): Strategy {
    const open: (readonly number[])[] = [[]];
    for (let prefix = open.pop(); prefix !== undefined; prefix = open.pop()) {
      const fixed = prefix;
      const { decisions } = yield ({ at }) => fixed[at] ?? 0;
      for (const { at, options } of decisions.slice(fixed.length))
        for (let other = 1; other < options.length; other++)
          open.push([...decisions.slice(0, at).map(({ chose }) => chose), other]);
    }
    return null;
  }

  const everything = { crashesMax: Infinity, othersMax: Infinity };

  test.each([
    ['one workflow', [2], 0],
    ['two workflows', [1, 0], 0],
    ['one workflow and a crash', [2], 1],
    ['one workflow and two crashes', [1], 2],
    ['two workflows and a crash', [0, 0], 1],
  ])('makes the runs that brute force makes, each once: %s', async (_, lengths, crashesMax) => {
    const program = sideBySide(lengths, crashesMax);
    const all = await scripts(program, exhaustive(everything));
    expect(new Set(all).size).toBe(all.length);
    expect(all).toEqual(await scripts(program, bruteForce()));
  });

  const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
  /** Ways to interleave independent sequences of so many moves. */
  const multinomial = (lengths: readonly number[]): number =>
    factorial(lengths.reduce((sum, length) => sum + length, 0)) /
    lengths.reduce((product, length) => product * factorial(length), 1);

  test.each([[[0, 0]], [[1, 0]], [[1, 1]], [[0, 0, 0]], [[2, 1]]])(
    'makes as many runs as there are interleavings of independent workflows: %j',
    async (lengths) => {
      const all = await scripts(sideBySide(lengths, 0), exhaustive(everything));
      expect(all.length).toBe(multinomial(lengths.map((length) => 3 + 2 * length)));
    },
  );

  test('makes a run for each boundary of a sequence, and one without a crash', async () => {
    for (const length of [0, 1, 5, 20])
      expect((await scripts(sideBySide([length], 1), exhaustive(everything))).length).toBe(1 + 2 + 2 * length);
  });

  test('misses runs if its scope is too small by one', async () => {
    const program = sideBySide([1, 0], 0);
    const all = await scripts(program, exhaustive(everything));
    const deviationsMax = Math.max(...all.map((script) => (JSON.parse(script) as unknown[]).length));
    const [some, enough] = [
      await scripts(program, exhaustive({ crashesMax: 0, othersMax: deviationsMax - 1 })),
      await scripts(program, deepening([{ crashesMax: 0, othersMax: deviationsMax }])),
    ];
    expect(some.length).toBeLessThan(all.length);
    expect(enough).toEqual(all);
  });
});
