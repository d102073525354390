/** `npx reprise confirm`: what it prints, what it exits with, and what it says to bad input. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idOf, readScripts } from '../../../harness/seeds/file.ts';
import { reprise } from '../../../harness/cli/reprise.ts';
import { openPglite } from '../../../harness/dbos/index.ts';
import { findSdk } from '../../../harness/dbos/sdk.ts';
import { plain } from '../../../harness/reports/layout.ts';
import { BLOCKS, piecesOf } from '../../vitest/documents.ts';
import { postgresPrograms, startPostgres, type Postgres } from '../postgres.ts';

const HERE = join(import.meta.dirname, 'fixtures');
const SEEDS = join(HERE, '__seeds__/readings.ts.json');
const entries = readScripts(SEEDS);

const seed = (scenario: string, check: string): string =>
  `${SEEDS}#${idOf(entries.find((entry) => entry.scenario === scenario && entry.check === check)!)}`;

/** What the command comes to. */
async function run(...args: string[]): Promise<{ exit: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const exit = await reprise(args, {
    print: (text) => void out.push(text),
    warn: (text) => void err.push(text),
    paint: plain,
    width: 100,
  });
  return { exit, out: out.join('\n'), err: err.join('\n') };
}

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'reprise-confirm-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const written = (name: string, text: string): string => {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
};

const unwrapped = (text: string): string => text.replaceAll(/\s+/g, ' ');

describe('a saved finding', () => {
  test('of sequences with one step name shows the wrong result with status SUCCESS, and all versions', async () => {
    const { exit, out, err } = await run('confirm', seed('reading-same-name', 'results'));
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(out).toMatch(/reading-same-name {3}confirmed on PostgreSQL .*PGlite/);
    expect(out).toContain('[["text of a/1","text of b/2"],["text of b/1","text of a/2"]]');
    expect(out).toContain('wrong result with status SUCCESS');
    expect(out).toMatch(/@dbos-inc\/dbos-sdk 5\.3\.\d+/);
    expect(out).toContain(`Node ${process.version}`);
    const told = BLOCKS.find(({ text }) => text.startsWith('✗ reading-same-name   confirmed '))!;
    expect(unwrapped(out)).toContain(unwrapped(piecesOf(told)[1]!));
  });

  test('that has done no harm yet is confirmed together with a run in which it does', async () => {
    const { exit, out } = await run('confirm', seed('reading-same-name', 'lineage'));
    expect(exit).toBe(0);
    expect(out).toMatch(/Nothing has come of it in this run[\s\S]*wrong result with status SUCCESS/);
  });

  test("of sequences with different names shows the SDK's own error 26, as data as well", async () => {
    const { exit, out } = await run('confirm', seed('reading-different-names', 'replay'), '--json');
    expect(exit).toBe(0);
    const { workflows, confirmed } = JSON.parse(out) as {
      workflows: { code: number; real: object }[];
      confirmed: boolean;
    };
    expect(confirmed).toBe(true);
    expect(workflows[0]).toMatchObject({
      code: 26,
      real: {
        status: 'ERROR',
        error: expect.stringMatching(
          /During execution of workflow reading-1 step 2, function \w+ was recorded when \w+ was expected\. Check that your workflow is deterministic\./,
        ),
      },
    });
  });

  describe.skipIf(postgresPrograms() === null)('on a server', () => {
    let server: Postgres;
    beforeAll(async () => void (server = await startPostgres()));
    afterAll(() => server?.stop());

    test.each(['reading-same-name results', 'reading-different-names replay'])(
      'comes to the same: %s',
      async (entry) => {
        const [scenario, check] = entry.split(' ') as [string, string];
        const { exit, out } = await run('confirm', seed(scenario, check), '--postgres', server.url);
        expect(exit).toBe(0);
        expect(out).toContain(check === 'results' ? 'wrong result with status SUCCESS' : 'error 26 of DBOS');
        expect(out).not.toContain('PGlite');
      },
    );
  });
});

describe('bad input', () => {
  const copy = (): string => readFileSync(SEEDS, 'utf8');

  test.each<readonly [what: string, args: () => string[], exit: number, says: RegExp]>([
    ['no command', () => [], 2, /^$/],
    ['an unknown command', () => ['confrim'], 2, /no command "confrim": did you mean "confirm"/],
    ['an unknown option', () => ['confirm', SEEDS, '--fast'], 2, /--fast/],
    ['no file', () => ['confirm'], 2, /name one saved script/],
    ['a file that is not there', () => ['confirm', join(folder, '__seeds__/none.ts.json')], 2, /no such file/],
    ['a corrupt file', () => ['confirm', written('__seeds__/cut.ts.json', '{"version": 1, "entr')], 2, /breaks off/],
    [
      'no id, where there are several',
      () => ['confirm', SEEDS],
      2,
      /several scripts: name one[\s\S]*reading-same-name {2}lineage/,
    ],
    ['an unknown id', () => ['confirm', `${SEEDS}#zzzz`], 2, /no id begins with "zzzz"/],
    [
      'a file away from its module',
      () => ['confirm', `${written('away.json', copy())}#${idOf(entries[0]!)}`],
      2,
      /--module/,
    ],
    [
      'a module that is gone',
      () => ['confirm', `${written('__seeds__/gone.ts.json', copy())}#${idOf(entries[0]!)}`],
      2,
      /no such module/,
    ],
    [
      'an unknown scenario',
      () => ['confirm', seed('reading-sane-name', 'lineage')],
      2,
      /is it "reading-same-name" now/,
    ],
    ['a scenario on another engine', () => ['confirm', seed('reading-elsewhere', 'lineage')], 2, /only dbos\(\)/],
    ['a stale script', () => ['confirm', `${SEEDS}#${idOf(entries.at(-1)!)}`], 3, /stale script/],
    ['what is no URL', () => ['confirm', seed('reading-same-name', 'results'), '--postgres', 'here'], 2, /takes a URL/],
    [
      'a server that is not there',
      () => ['confirm', seed('reading-same-name', 'results'), '--postgres', 'postgresql://me:secret@127.0.0.1:9/x'],
      5,
      /me:\*\*\*@127\.0\.0\.1:9\/x cannot be used \(.*ECONNREFUSED/,
    ],
  ])('%s is refused, with what to do', async (_, args, exit, says) => {
    const seen = await run(...args());
    expect({ exit: seen.exit, err: seen.err }).toEqual({ exit, err: expect.stringMatching(says) });
    expect(seen.err).not.toContain('secret');
  });

  test('a project without PGlite is told how to get it, or to do without', async () => {
    const nowhere = { ...findSdk(process.cwd()), root: folder };
    await expect(openPglite(nowhere)).rejects.toThrow(/npm i -D @electric-sql\/pglite, or name a PostgreSQL server/);
  });

  test('a module that throws when it is loaded is named, with what it said', async () => {
    written('broken.mjs', `throw new Error('no such shop');`);
    const path = written('__seeds__/broken.mjs.json', copy());
    const { exit, err } = await run('confirm', `${path}#${idOf(entries[0]!)}`);
    expect({ exit, err }).toEqual({
      exit: 2,
      err: expect.stringMatching(/broken\.mjs: it cannot be loaded: no such shop/),
    });
  });
});
