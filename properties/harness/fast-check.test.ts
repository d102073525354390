/** `scripts()`: schedules as a fast-check arbitrary, in a user's own property. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { scripts } from '../../harness/adapters/fast-check.ts';
import { fingerprint, model, replay, scenario, type Script, scriptOf, verify } from '../../harness/index.ts';

const say = (text: string) => (): string => text;

/** Two sequences of `length` steps each, side by side. */
const interleaved = (length: number) =>
  scenario({
    name: 'interleaved',
    engine: model({
      workflows: () => ({
        program: (ctx) => {
          const sequence = async (name: string): Promise<void> => {
            for (let turn = 1; turn <= length; turn++) await ctx.step(`${name}${turn}`, say(name));
          };
          return Promise.allSettled([sequence('a'), sequence('b')]);
        },
      }),
    }),
    start: (client) => client.start('program', { id: 'w' }),
  });

const holds =
  (length: number, checks?: readonly string[]) =>
  async (script: Script): Promise<void> => {
    const finding = await verify(interleaved(length), script, checks === undefined ? {} : { checks });
    if (finding !== null) throw new Error(finding.violations[0]?.because);
  };

test('a script is written by its first run, and describes it', async () => {
  await fc.assert(
    fc.asyncProperty(scripts(), fc.integer({ min: 1, max: 3 }), async (script, length) => {
      expect(script).toEqual([]);
      const run = await replay(interleaved(length), script);
      expect(script).toEqual(scriptOf(run.decisions));
      expect(fingerprint(await replay(interleaved(length), script))).toBe(fingerprint(run));
    }),
    { seed: 1, numRuns: 100 },
  );
});

test('a counterexample shrinks to a single reordering, and prints as a script', async () => {
  const details = await fc.check(fc.asyncProperty(scripts(), holds(2)), { seed: 1, numRuns: 500 });
  expect(details.failed).toBe(true);
  expect(details.counterexample?.[0]).toHaveLength(1);
  expect(fc.stringify(details.counterexample?.[0])).toMatch(/^\[\{"after":"[^"]+","choose":"[^"]+"\}\]$/);
});

test('a counterexample that needs a crash shrinks to one crash and one reordering', async () => {
  const details = await fc.check(fc.asyncProperty(scripts(), holds(2, ['replay'])), { seed: 1, numRuns: 2_000 });
  const script = details.counterexample?.[0] ?? [];
  expect(script.filter(({ choose }) => choose.startsWith('crash'))).toHaveLength(1);
  expect(script).toHaveLength(2);
});

test("fast-check's path is refused: it would replay another schedule, and might pass", async () => {
  const property = fc.asyncProperty(scripts(), holds(2));
  const { seed, counterexamplePath } = await fc.check(property, { seed: 1, numRuns: 500 });
  const again = async () => fc.check(property, { seed, path: counterexamplePath! });
  await expect(again()).rejects.toThrow('pass the printed script in `examples` instead');
});

test('a property holds for every schedule of a program that is sound', async () => {
  await fc.assert(fc.asyncProperty(scripts(), holds(1)), { seed: 1, numRuns: 300 });
});

test('saved scripts are tried first as examples, and go on shrinking', async () => {
  const found = await fc.check(fc.asyncProperty(scripts(), holds(2, ['replay'])), {
    seed: 2,
    numRuns: 2_000,
    endOnFailure: true,
  });
  const saved = [...(found.counterexample?.[0] ?? [])];
  expect(saved.length).toBeGreaterThan(2);
  const details = await fc.check(fc.asyncProperty(scripts(), holds(2, ['replay'])), {
    seed: 3,
    numRuns: 1,
    examples: [[saved]],
  });
  expect(details.numRuns).toBe(1);
  expect(details.counterexample?.[0]).toHaveLength(2);
});

test('a counterexample stays one while the input beside it shrinks: its script is of the smaller input', async () => {
  const property = fc.asyncProperty(fc.integer({ min: 0, max: 4 }), scripts(), (length, script) =>
    holds(length)(script),
  );
  const { counterexample, errorInstance } = await fc.check(property, { seed: 1, numRuns: 500 });
  expect((errorInstance as Error).message).toContain('belongs to two branches');
  const [length, script] = counterexample!;
  expect(length).toBe(2);
  expect(script).toHaveLength(1);
  await expect(holds(length)([...script])).rejects.toThrow('belongs to two branches');
});
