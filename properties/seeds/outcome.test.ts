/** What becomes of saved scripts when the program is edited: they fail again, pass, or are stale, and near them is more. */
import { describe, expect, test } from 'vitest';
import {
  type Context,
  explore,
  type Finding,
  model,
  replay,
  type Scenario,
  scenario,
  verify,
} from '../../harness/index.ts';
import { courseOf } from '../../harness/seeds/course.ts';
import { savedScript, type SavedScript } from '../../harness/seeds/file.ts';
import { recordedAgain, tried } from '../../harness/seeds/outcome.ts';
import { TWINS } from '../../scenarios/index.ts';

/** Two sequences of steps with these names, side by side. */
const sequences = (a: readonly string[], b: readonly string[], first: readonly string[] = []): Scenario =>
  scenario({
    name: 'sequences',
    engine: model({
      workflows: () => ({
        main: async (ctx: Context) => {
          const steps = async (names: readonly string[]): Promise<void> => {
            for (const name of names) await ctx.step(name, () => name);
          };
          await steps(first);
          await Promise.allSettled([steps(a), steps(b)]);
        },
      }),
    }),
    start: (client) => client.start('main', { id: 'w-1' }),
  }) as unknown as Scenario;

const racing = sequences(['a1', 'a2'], ['b1', 'b2']);

async function entryOf(of: Scenario, checks?: readonly string[]): Promise<SavedScript> {
  const { finding } = await explore(of, { seed: 'entry', ...(checks === undefined ? {} : { checks }) });
  return savedScript(finding!, { seed: 'entry' });
}

const failing = (finding: Finding): unknown => ({ is: 'fails', finding: finding.violations[0]!.check });

describe('a saved script', () => {
  test('of every bug of the catalogue fails again', async () => {
    for (const { scenario: twin, expect: expected } of TWINS) {
      if (expected === 'holds') continue;
      const outcome = await tried(twin, await entryOf(twin));
      expect([twin.name, outcome.is === 'fails' && failing(outcome.finding), outcome]).toMatchObject([
        twin.name,
        { finding: expected.caughtBy },
        { moved: false },
      ]);
    }
  });

  test('passes when the bug is gone and the run is the one that was recorded', async () => {
    const [wrong, right] = ['payment-crash-without-key', 'payment-crash-with-key'].map(
      (name) => TWINS.find((twin) => twin.scenario.name === name)!.scenario,
    ) as [Scenario, Scenario];
    expect(await tried(right, await entryOf(wrong))).toMatchObject({ is: 'passes' });
  });

  test('whose names are no longer on offer is stale, and says which', async () => {
    const entry = await entryOf(racing);
    const outcome = await tried(sequences(['a1', 'a2'], []), entry);
    expect(outcome).toMatchObject({ is: 'stale', because: expect.stringContaining(entry.script[0]!.choose) as string });
  });

  test('that makes another run than was saved passes when nothing near it fails, and says that the program has changed', async () => {
    const entry = await entryOf(racing);
    const calm = { ...entry, script: [], course: courseOf(await replay(racing, [])) };
    const changed = await tried(sequences(['a1', 'a2', 'a3'], []), calm);
    expect(changed).toMatchObject({ is: 'passes', because: expect.stringContaining('has changed') as string });
    expect(await tried(racing, { ...calm, course: 'another' })).toMatchObject({ is: 'fails', moved: true });
    const { course: _course, ...old } = calm;
    expect(await tried(racing, old)).toMatchObject({ is: 'passes', because: 'it breaks no law any more' });
  });

  test('that is stale while its bug is still there fails all the same: it is looked for nearby', async () => {
    const entry = await entryOf(racing);
    const renamed = sequences(['x1', 'x2'], ['y1', 'y2'], ['x0']);
    const outcome = await tried(renamed, entry);
    expect(outcome).toMatchObject({ is: 'fails', moved: true });
  });
});

describe('a stale script', () => {
  test('is recorded again as one that breaks the same law, where one does', async () => {
    const entry = await entryOf(racing, ['replay']);
    const renamed = sequences(['x1', 'x2'], ['y1', 'y2']);
    const again = (await recordedAgain(renamed, entry))!;
    expect([again.is, again.entry.check, again.entry.script.length]).toEqual(['fails', 'replay', entry.script.length]);
    expect((await verify(renamed, again.entry.script, { checks: ['replay'] }))?.violations[0]?.check).toBe('replay');
    expect(await recordedAgain(renamed, entry)).toEqual(again);
  });

  test('is recorded again as the nearest that applies, where nothing breaks a law', async () => {
    const entry = await entryOf(racing, ['replay']);
    const fixed = sequences(['x1', 'x2', 'x3'], []);
    const again = (await recordedAgain(fixed, entry))!;
    expect(again).toMatchObject({ is: 'passes', entry: { scenario: entry.scenario, check: 'replay', minimal: null } });
    expect(again.entry.script.length).toBeGreaterThan(0);
    expect(await tried(fixed, again.entry)).toMatchObject({ is: 'passes' });
    // It guards no failure that was seen: the next edit does not make it stale.
    expect(await tried(sequences(['x1', 'x2', 'x3', 'x4'], []), again.entry)).toMatchObject({ is: 'passes' });
  });

  test('without any deviation is recorded again as the calm run', async () => {
    const entry = { ...(await entryOf(racing)), script: [] };
    const again = await recordedAgain(sequences(['x1'], []), entry);
    expect(again).toMatchObject({ is: 'passes', entry: { script: [] } });
  });

  test('is not recorded again where nothing like it is on offer', async () => {
    const nothing = scenario({ ...sequences([], []), limits: { crashesMax: 0 } });
    expect(await recordedAgain(nothing, await entryOf(racing))).toBeNull();
  });
});
