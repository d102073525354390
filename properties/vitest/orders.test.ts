/** What a simulated test does when a command has started its vitest, and what it lets that command know. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Client, type Context, model } from '../../harness/index.ts';
import { idOf, keep, seedFileOf } from '../../harness/seeds/file.ts';
import { type Note, ORDER, type Order } from '../../harness/vitest/command.ts';
import { obeyed } from '../../harness/vitest/obey.ts';
import type { Trial } from '../../harness/vitest/trial.ts';
import { type Said, Workspace } from './projects.ts';

const workspace = new Workspace();
afterAll(() => workspace.remove());

const TESTS = `import { describe, expect, test } from 'vitest';
import { model } from 'reprise';
import { simTest } from 'reprise/vitest';

const sequence = async (ctx, ...names) => {
  for (const name of names) await ctx.step(name, () => name);
};
const started = (program) => ({
  engine: model({ workflows: () => ({ program }) }),
  start: (client) => client.start('program', { id: 'w' }),
});

test('ordinary', () => expect(1).toBe(2));
describe('sequences', () => {
  simTest('side by side', started((ctx) => Promise.all([sequence(ctx, 'a', 'b'), sequence(ctx, 'c', 'd')])));
});
simTest('one after the other', started((ctx) => sequence(ctx, 'a', 'b')));
`;

const project = workspace.project({ 'some.test.ts': TESTS });
const file = join(project.folder, 'some.test.ts');
const BUG = { file, name: 'sequences > side by side' };
const SOUND = { file, name: 'one after the other' };
const REPLAY = { do: 'replay', replayCommand: 'npx reprise replay some.json#1f3c' } as const;
const FUZZ = { do: 'fuzz', seed: 'any', forMs: null, folder: project.folder } as const;
const RACE = [{ after: 'start w', choose: 'land c#1' }];

type Unsent<O> = O extends unknown ? Omit<O, 'notes'> : never;

async function ordered(order: Unsent<Order>): Promise<{ notes: Note[]; said: Said }> {
  const notes = join(project.folder, 'node_modules', 'notes');
  mkdirSync(notes, { recursive: true });
  const said = await project.vitest([], { [ORDER]: JSON.stringify({ ...order, notes }) });
  const lines = readdirSync(notes).flatMap((name) => readFileSync(join(notes, name), 'utf8').trimEnd().split('\n'));
  rmSync(notes, { recursive: true });
  return { notes: lines.map((line) => JSON.parse(line) as Note), said };
}

describe('the order to replay', () => {
  test('makes the one run, tells it in every form, and leaves all other tests alone', async () => {
    const { notes, said } = await ordered({ ...REPLAY, test: BUG, script: RACE });
    expect(notes).toMatchObject([
      { is: 'finding', test: BUG, entry: { scenario: BUG.name, check: 'lineage', script: RACE } },
      { is: 'skipped', test: SOUND },
    ]);
    const [finding] = notes as [Note & { readonly is: 'finding' }];
    expect(finding.told.text).toMatch(/^✗ sequences > side by side {3}timing decides/);
    expect(finding.told.html).toMatch(/^<!doctype html>[\s\S]*npx reprise replay some\.json#1f3c/i);
    expect(JSON.parse(finding.told.trace)).toHaveProperty('traceEvents');
    expect(finding.told.mermaid).toMatch(/^sequenceDiagram/m);
    expect([said.exit, said.tests['ordinary']!.status]).toEqual([0, 'skipped']);
  });

  test('says that a run breaks no law, and what it came to', async () => {
    const { notes } = await ordered({ ...REPLAY, test: SOUND, script: [] });
    expect(notes).toMatchObject([
      { is: 'skipped', test: BUG },
      { is: 'passed', test: SOUND },
    ]);
    const passed = notes[1] as Note & { readonly is: 'passed' };
    expect(passed.told.text).toMatch(/breaks no law[\s\S]*the calm run[\s\S]*workflow w {2}SUCCESS/);
  });

  test('says that a script is stale, and what is not on offer', async () => {
    const { notes } = await ordered({ ...REPLAY, test: SOUND, script: RACE });
    expect(notes[1]).toMatchObject({
      is: 'stale',
      test: SOUND,
      because: expect.stringContaining('land c#1') as string,
    });
  });

  test('whose test is gone makes nothing, and names the tests that are there', async () => {
    const { notes } = await ordered({ ...REPLAY, test: { file, name: 'sequences' }, script: RACE });
    expect(notes).toEqual([
      { is: 'skipped', test: BUG },
      { is: 'skipped', test: SOUND },
    ]);
  });
});

describe('the order to fuzz', () => {
  test('searches in every simulated test, counts as it goes, and saves nothing', async () => {
    const { notes, said } = await ordered({ ...FUZZ, systematic: true, runsMax: 400 });
    const ended = notes.filter((note) => note.is === 'progress' && note.ended);
    expect(ended).toMatchObject([{ test: BUG }, { test: SOUND, runs: 400 }]);
    expect(notes.find((note) => note.is === 'finding')).toMatchObject({ test: BUG, entry: { found: { seed: 'any' } } });
    const [found] = notes.filter((note) => note.is === 'finding');
    expect(found!.told.html).toMatch(/npx reprise replay r1\.[\w-]+</);
    expect([said.exit, said.tests['ordinary']!.status]).toEqual([0, 'skipped']);
    expect(project.files()).toEqual(['package.json', 'some.test.ts', 'vitest.config.ts']);
    for (const note of ended as (Note & { readonly is: 'progress' })[]) {
      expect(note.interleavings).toBeGreaterThan(1);
      expect(note.interleavings).toBeLessThanOrEqual(note.runs);
    }
  });
});

describe('the order to fuzz in one part of many', () => {
  /** What the steps of a program did in the first runs that are made. */
  async function firstRuns(systematic: boolean, seed: string): Promise<string> {
    const runs: string[][] = [];
    const two = async (ctx: Context): Promise<void> => {
      for (const name of ['a', 'b']) await ctx.step(name, () => void runs.at(-1)!.push(name));
    };
    const scenario = {
      ...{ name: 'two', engine: model({ workflows: () => ({ two }) }) },
      setup: () => void runs.push([]),
      start: (client: Client) => client.start('two', { id: 'w' }),
    };
    const notes = mkdtempSync(join(project.folder, 'notes-'));
    const trial = { test: SOUND, scenario } as unknown as Trial;
    await obeyed({ ...FUZZ, seed, systematic, runsMax: 20, notes }, SOUND, () => Promise.resolve(trial));
    rmSync(notes, { recursive: true });
    return JSON.stringify(runs.slice(0, 10));
  }

  test('makes systematic runs only where it is told to: they are the same in all parts, and samples are not', async () => {
    const parts = async (systematic: boolean): Promise<number> => {
      const seeds = ['a', 'b', 'c'];
      const all = await Promise.all(seeds.map((seed) => firstRuns(systematic, seed)));
      return new Set(all).size;
    };
    expect(await parts(true)).toBe(1);
    expect(await parts(false)).toBe(3);
  });
});

describe('the order to try what is saved', () => {
  test('says what became of it, and records again what breaks the same law near a stale script', async () => {
    const stale = {
      ...{ scenario: BUG.name, check: 'lineage', script: [{ after: 'start w', choose: 'land gone#1' }] },
      found: { seed: 's', runs: 1, reprise: '0.1.0' },
    };
    keep(seedFileOf(file), stale);
    const { notes } = await ordered({ do: 'seeds', update: true });
    expect(notes).toMatchObject([{ is: 'tried', test: BUG, id: idOf(stale), outcome: 'fails' }]);
    const [{ again }] = notes as [Note & { readonly is: 'tried' }];
    expect(again).toMatchObject({ is: 'fails', entry: { check: 'lineage', script: RACE } });
    project.remove('__seeds__');
  });
});
