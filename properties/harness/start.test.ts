/** `npm start`, with its surroundings handed in: what it prints, what it keeps, and how it exits. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nearest } from '../../harness/cli/nearest.ts';
import { plain } from '../../harness/reports/layout.ts';
import { TWINS } from '../../scenarios/index.ts';
import { start } from '../../scenarios/start.ts';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'reprise-start-'))));
afterAll(() => rmSync(folder, { recursive: true }));

interface Done {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(args: readonly string[], into: string | null = folder): Promise<Done> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await start(args, {
    print: (text) => void out.push(`${text}\n`),
    warn: (text) => void err.push(`${text}\n`),
    paint: plain,
    progress: { show: () => undefined, clear: () => undefined },
    folder: into,
  });
  return { code, out: out.join(''), err: err.join('') };
}

const BUG = 'interleaved-different-names';

describe('npm start', () => {
  test('tells one scenario in full, saves what it found, and ends with the tally', async () => {
    const { code, out, err } = await run(['--only', BUG]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`✗ ${BUG}`);
    expect(out).toContain('found by the check "replay" alone');
    expect(out.trimEnd().split('\n').at(-1)).toBe('1 scenario as expected, 0 not');
    expect(readdirSync(folder)).toEqual([`${BUG}.json`, `${BUG}.replay.json`]);
  });

  test('replays what it saved, by the command it printed', async () => {
    const { out } = await run(['--only', BUG]);
    const commands = [...out.replaceAll(/ \\\n +/g, ' ').matchAll(/npm start -- (--replay) (\S+)/g)];
    expect(commands).toHaveLength(2);
    for (const [, flag, path] of commands) {
      const again = await run([flag!, path!]);
      expect(again).toMatchObject({ code: 0, err: '' });
      expect(again.out).toContain(`✗ ${BUG}`);
    }
  });

  test('prints one JSON document, the same every time, and writes nothing', async () => {
    const empty = mkdtempSync(join(folder, 'json-'));
    const [first, second] = [await run(['--json', '--only', BUG], empty), await run(['--json', '--only', BUG], empty)];
    expect(first).toEqual(second);
    expect(JSON.parse(first.out)).toMatchObject({
      version: 1,
      ok: true,
      scenarios: [{ scenario: BUG, asExpected: true }],
    });
    expect(readdirSync(empty)).toEqual([]);
  });

  test('writes nothing in CI', async () => {
    const { code, out } = await run(['--only', BUG], null);
    expect(code).toBe(0);
    expect(out).not.toContain('--replay');
  });

  test('goes on when it cannot save, and says so', async () => {
    const file = join(folder, 'in-the-way');
    writeFileSync(file, '');
    const { code, err } = await run(['--only', BUG], file);
    expect(code).toBe(0);
    expect(err).toMatch(/not saved: .*cannot be written/);
  });

  test('a correct scenario holds', async () => {
    const { code, out } = await run(['--only', 'transfer-transaction']);
    expect(code).toBe(0);
    expect(out).toContain('no, holds');
  });

  test('plans as many runs as it is told', async () => {
    const { code, out } = await run(['--only', 'transfer-transaction', '--runs', '3']);
    expect(code).toBe(0);
    expect(out).toMatch(/no, holds +3 /);
  });

  test('names the reports that are re-enacted', async () => {
    const { out } = await run(['--engine', 'dbos', '--only', 'timer-raced']);
    expect(out).toContain('Azure/azure-functions-durable-js#63');
  });

  test('says what it can do, and every exit code', async () => {
    const { code, out } = await run(['--help']);
    expect(code).toBe(0);
    for (const word of [
      '--engine',
      '--seed',
      '--runs',
      '--only',
      '--replay',
      '--json',
      ...[0, 1, 2, 3, 4].map((exit) => `  ${exit}  `),
    ])
      expect(out).toContain(word);
  });

  test('tries the stories in plain DBOS code, and replays what it found in them', async () => {
    const into = mkdtempSync(join(folder, 'dbos-'));
    const { code, out, err } = await run(['--engine', 'dbos', '--only', 'sequences-together'], into);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('✗ sequences-together');
    expect(out).toContain('npm start -- --engine dbos');
    const path = join(into, 'sequences-together.json');
    expect(await run(['--engine', 'dbos', '--replay', path])).toMatchObject({ code: 0, err: '' });
    expect(await run(['--replay', path])).toMatchObject({
      code: 2,
      err: expect.stringContaining('"sequences-together"') as string,
    });
  });

  test('refuses an engine that it does not know', async () => {
    for (const engine of ['postgres', 'constructor'])
      expect(await run(['--engine', engine])).toMatchObject({
        code: 2,
        out: '',
        err: expect.stringContaining(`no engine is called "${engine}"; there are model, dbos`) as string,
      });
  });

  test('refuses what it does not know, with the nearest it does', async () => {
    expect(await run(['--only', 'interleaved-childern'])).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(
        /no scenario is called "interleaved-childern"; did you mean interleaved-children/,
      ) as string,
    });
    expect(await run(['--bogus'])).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('--bogus') as string,
    });
    expect(await run(['stray'])).toMatchObject({ code: 2, out: '' });
    expect(await run(['--only'])).toMatchObject({ code: 2, out: '' });
    for (const runs of ['0', '-1', '1e3', 'many'])
      expect(await run([`--runs=${runs}`])).toMatchObject({
        code: 2,
        out: '',
        err: expect.stringContaining(`--runs takes a whole number from 1 on, not "${runs}"`) as string,
      });
  });
});

describe('replaying a file', () => {
  const save = (
    change: (content: { scenario: string; check: string; script: { choose: string }[] }) => void,
  ): string => {
    const content = JSON.parse(readFileSync(join(folder, `${BUG}.json`), 'utf8')) as {
      readonly entries: readonly Parameters<typeof change>[0][];
    };
    change(content.entries[0]!);
    const path = join(folder, 'changed.json');
    writeFileSync(path, JSON.stringify(content));
    return path;
  };

  beforeAll(async () => {
    if (!existsSync(join(folder, `${BUG}.json`))) await run(['--only', BUG]);
  });

  test('that is stale exits with 3 and names the deviation', async () => {
    const path = save(({ script }) => (script[0]!.choose = 'land nowhere#1'));
    const { code, out, err } = await run(['--replay', path]);
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toContain('"land nowhere#1"');
  });

  test('that is missing, malformed, of an unknown scenario or check exits with 2', async () => {
    const broken = join(folder, 'broken.json');
    writeFileSync(broken, '{"version": 1,');
    for (const path of [
      join(folder, 'none.json'),
      broken,
      save((content) => (content.scenario = 'nowhere')),
      save((content) => (content.check = 'vibes')),
    ])
      expect(await run(['--replay', path])).toMatchObject({ code: 2, out: '' });
  });

  test('whose check no longer fails exits with 1, and says that no law is broken', async () => {
    const { code, out } = await run(['--replay', save(({ script }) => script.splice(0))]);
    expect(code).toBe(1);
    expect(out).toContain('breaks no law');
  });
});

describe('names for the mistyped', () => {
  const names = TWINS.map(({ scenario }) => scenario.name);

  test('a name is nearest to itself', () => {
    for (const name of names) expect(nearest(name, names)[0]).toBe(name);
  });

  test('with a letter missing it is still found', () => {
    for (const name of names)
      for (let at = 0; at < name.length; at++)
        expect(nearest(name.slice(0, at) + name.slice(at + 1), names)).toContain(name);
  });

  test('nothing is suggested for nonsense', () => {
    expect(nearest('qqqqqqqqqq', names)).toEqual([]);
  });
});
