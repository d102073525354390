/** `npx reprise seeds`: lists what is saved; removes and records again what tests say, and nothing else. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { formatFile, idOf, readSeeds, type SavedScript } from '../../harness/seeds/file.ts';
import { ENTRY, leftBehind, realProject, run, smallProject, smallTest } from './project.ts';

const FILE = '__seeds__/shop.test.js.json';
const entry = (check: string): SavedScript => ({ ...ENTRY, check, minimal: true });
const ENTRIES = ['check', 'lineage', 'replay'].map(entry);
const [first, second, third] = ENTRIES.map(idOf) as [string, string, string];

const saved = (entries: readonly SavedScript[] = ENTRIES): Readonly<Record<string, string>> => ({
  [FILE]: formatFile({ entries }),
});

/** A test file that says of each entry what `outcomes` says, by id. */
const saying = (outcomes: Readonly<Record<string, object>>): Readonly<Record<string, string>> => ({
  'shop.test.js': smallTest(`
    for (const [id, outcome] of Object.entries(${JSON.stringify(outcomes)}))
      say({ is: 'tried', id, because: 'because of ' + id, again: null, ...outcome });`),
});

const checksIn = (cwd: string): readonly string[] => readSeeds(join(cwd, FILE)).map(({ check }) => check);

const before = leftBehind();
afterEach(() => expect(leftBehind()).toEqual(before));

describe('the list', () => {
  test('names every entry of every file below the folder, and runs nothing', async () => {
    const cwd = smallProject({
      ...saved(),
      'deep/er/__seeds__/x.test.ts.json': formatFile({ entries: [ENTRY] }),
      'node_modules/other/__seeds__/x.test.ts.json': formatFile({ entries: [ENTRY] }),
      'shop.test.js': 'throw new Error("was run")',
    });
    const { exit, out, err } = await run(cwd, ['seeds']);
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(out.split('\n')).toEqual([
      FILE,
      ...[...ENTRIES]
        .toSorted((a, b) => Number(idOf(a) > idOf(b)) - 0.5)
        .map((one) => `  ${idOf(one)}  ${one.scenario}  ${one.check.padEnd(8)}  1 decision, proved`),
      'deep/er/__seeds__/x.test.ts.json   its test file is gone: if that has a new name, give this one the same',
      `  ${idOf(ENTRY)}  ${ENTRY.scenario}  replay    1 decision`,
      '4 saved scripts in 2 files',
    ]);
    for (const word of ['.', FILE, 'shop.test.js'])
      expect((await run(cwd, ['seeds', word])).out).toContain(`${FILE}\n  `);
  });

  test('goes on after a file that cannot be read, and says what is wrong with it', async () => {
    const cwd = smallProject({ ...saved(), '__seeds__/a.test.js.json': '{"version": 2}' });
    const { exit, out, err } = await run(cwd, ['seeds']);
    expect(exit).toBe(2);
    expect(out).toContain(first);
    expect(err).toMatch(/a\.test\.js\.json: \$\.version is 2, from a newer Reprise/);
    const { out: json } = await run(cwd, ['seeds', '--json']);
    expect(JSON.parse(json)).toMatchObject({
      version: 1,
      scripts: expect.arrayContaining([expect.objectContaining({ file: FILE, id: first, check: 'check' })]) as unknown,
      problems: [{ file: '__seeds__/a.test.js.json' }],
    });
  });

  test('passes by folders that it may not read: those of a database, say', async () => {
    const cwd = smallProject({ ...saved(), 'database/secret': '' });
    for (const folder of [dirname(cwd), cwd]) chmodSync(folder, 0o755);
    chmodSync(join(cwd, 'database'), 0);
    // To the superuser no folder is closed.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid!('nobody');
    try {
      expect(await run(cwd, ['seeds'])).toMatchObject({ exit: 0, out: expect.stringContaining(first) as string });
    } finally {
      if (isRoot) process.seteuid!(0);
      chmodSync(join(cwd, 'database'), 0o755);
    }
  });

  test('of nothing is empty; of a name that means nothing it is refused', async () => {
    const cwd = smallProject({});
    expect(await run(cwd, ['seeds'])).toEqual({ exit: 0, out: '0 saved scripts in 0 files', err: '' });
    expect(await run(cwd, ['seeds', 'nowhere'])).toMatchObject({
      exit: 2,
      err: expect.stringContaining('nowhere: nothing is saved there') as string,
    });
  });
});

describe('--prune', () => {
  const outcomes = { [first]: { outcome: 'fails' }, [second]: { outcome: 'passes' }, [third]: { outcome: 'stale' } };

  test('removes what says nothing any more, and says what it removed', async () => {
    const cwd = smallProject({ ...saved(), ...saying(outcomes) });
    const { exit, out } = await run(cwd, ['seeds', '--prune']);
    expect(exit).toBe(1);
    expect(checksIn(cwd)).toEqual(['check']);
    expect(out).toContain(`    kept      fails: because of ${first}`);
    expect(out).toContain(`    removed   passes: because of ${second}`);
    expect(out).toContain(`    removed   stale: because of ${third}`);
    expect(out).toMatch(/3 saved scripts in 1 file · 1 fails · 1 passes · 1 stale$/);
  });

  test('keeps what still fails in one of two tests of a name, or of two projects, in whatever order they say so', async () => {
    const notes = [{ outcome: 'passes' }, { outcome: 'fails' }, { outcome: 'stale' }];
    for (const said of [notes, notes.toReversed()]) {
      const all = said.map((note) => ({ is: 'tried', id: second, because: '', again: null, ...note }));
      const cwd = smallProject({
        ...saved([ENTRIES[1]!]),
        'shop.test.js': smallTest(`for (const note of ${JSON.stringify(all)}) say(note);`),
      });
      expect(await run(cwd, ['seeds', '--prune'])).toMatchObject({ exit: 1, err: '' });
      expect(checksIn(cwd)).toEqual(['lineage']);
    }
  });

  test('leaves no file without entries, and is clean then', async () => {
    const cwd = smallProject({ ...saved(), ...saying({ ...outcomes, [first]: { outcome: 'passes' } }) });
    expect(await run(cwd, ['seeds', '--prune'])).toMatchObject({ exit: 0, err: '' });
    expect(existsSync(join(cwd, FILE))).toBe(false);
  });

  test('removes the entries of a test file that is gone', async () => {
    const cwd = smallProject(saved());
    const { exit, out } = await run(cwd, ['seeds', '--prune']);
    expect(exit).toBe(0);
    expect(out).toContain('removed   gone: there is no such test file any more');
    expect(existsSync(join(cwd, FILE))).toBe(false);
  });

  test('removes those of a test that is gone, but of none that was only skipped, or whose file cannot be loaded', async () => {
    const named = (name: string): SavedScript => ({ ...ENTRY, scenario: name });
    const cwd = realProject({
      [FILE]: formatFile({ entries: [named('gone'), named('shop > skipped')] }),
      'shop.test.js': `import { describe, test } from 'vitest';
        test('another', () => undefined);
        describe('shop', () => { test.skip('skipped', () => undefined); });`,
      '__seeds__/broken.test.js.json': formatFile({ entries: [named('broken')] }),
      'broken.test.js': 'throw new Error("cannot be loaded")',
    });
    const { exit, out, err } = await run(cwd, ['seeds', '--prune']);
    expect(exit).toBe(2);
    expect(out).toContain('removed   gone: there is no such test any more');
    expect(out).toContain('kept      untried: its test did not run: is it skipped?');
    expect(out).toContain('kept      untried: its test file did not run');
    expect(err).toContain('cannot be loaded');
    expect(readSeeds(join(cwd, FILE)).map(({ scenario }) => scenario)).toEqual(['shop > skipped']);
    expect(readSeeds(join(cwd, '__seeds__/broken.test.js.json'))).toHaveLength(1);
  });
});

describe('--update', () => {
  const instead: SavedScript = { ...entry('replay'), script: [{ after: 'begin', choose: 'land a#1' }] };
  const again = (is: string): object => ({ outcome: 'stale', again: { is, entry: instead } });

  test.each([
    ['one that fails', again('fails'), 1, 'fails'],
    ['one that passes', again('passes'), 0, 'passes'],
  ])('saves what was recorded in place of a stale entry: %s', async (_, outcome, exit, now) => {
    const passes = { outcome: 'passes' };
    const cwd = smallProject({ ...saved(), ...saying({ [first]: passes, [second]: passes, [third]: outcome }) });
    const said = await run(cwd, ['seeds', '--update']);
    expect(said.exit).toBe(exit);
    expect(said.out).toContain(`    recorded again  stale: because of ${third}`);
    expect(said.out).toContain(`    now       ${idOf(instead)}, which ${now}`);
    expect(readSeeds(join(cwd, FILE)).map(idOf).toSorted()).toEqual([first, second, idOf(instead)].toSorted());
  });

  test('keeps what nothing near applies for, and exits as stale', async () => {
    const cwd = smallProject({ ...saved([ENTRIES[2]!]), ...saying({ [third]: { outcome: 'stale' } }) });
    const text = readFileSync(join(cwd, FILE), 'utf8');
    const { exit, out } = await run(cwd, ['seeds', '--update']);
    expect(exit).toBe(3);
    expect(out).toContain(`    kept      stale: because of ${third}`);
    expect(readFileSync(join(cwd, FILE), 'utf8')).toBe(text);
  });
});

describe('trying', () => {
  test('exits with 1 when a script fails, though another file cannot be read', async () => {
    const cwd = smallProject({
      ...saved(),
      ...saying({ [first]: { outcome: 'fails' } }),
      '__seeds__/a.test.js.json': '{"version": 2}',
    });
    expect(await run(cwd, ['seeds', '--prune'])).toMatchObject({ exit: 1, err: expect.stringContaining('version') });
  });

  test('exits with 4 when a schedule went two ways, whatever else was found', async () => {
    const note = { is: 'failed', error: 'NotDeterministicError', message: 'went two ways' };
    const cwd = smallProject({ ...saved(), 'shop.test.js': smallTest(`say(${JSON.stringify(note)});`) });
    const { exit, out } = await run(cwd, ['seeds', '--prune']);
    expect(exit).toBe(4);
    expect(out).toContain('kept      untried: NotDeterministicError: went two ways');
    expect(checksIn(cwd)).toHaveLength(3);
  });

  test('changes nothing in CI, and nothing that is asked for in two ways', async () => {
    const cwd = smallProject({ ...saved(), ...saying({}) });
    const { exit, err } = await run(cwd, ['seeds', '--prune'], { env: { ...process.env, CI: 'true' } });
    expect([exit, err]).toEqual([2, expect.stringContaining('CI is set, and nothing is changed there')]);
    expect((await run(cwd, ['seeds', '--prune', '--update'])).exit).toBe(2);
    expect(checksIn(cwd)).toHaveLength(3);
  });

  test('leaves a file alone that somebody has changed meanwhile into one it cannot read', async () => {
    const cwd = smallProject(saved());
    const path = join(cwd, FILE);
    const changing = `(await import('node:fs')).writeFileSync(${JSON.stringify(path)}, '{"version": 9}');`;
    const note = { is: 'tried', id: second, outcome: 'passes', because: '', again: null };
    writeFileSync(join(cwd, 'shop.test.js'), smallTest(`${changing}\nsay(${JSON.stringify(note)});`));
    const { exit, err } = await run(cwd, ['seeds', '--prune']);
    expect([exit, readFileSync(path, 'utf8')]).toEqual([2, '{"version": 9}']);
    expect(err).toContain('$.version is 9');
  });
});
