/** Saved scripts: what is written is what is read, and what cannot be read says where and why. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  formatScript,
  idOf,
  parseScript,
  readScript,
  readScripts,
  REPRISE_VERSION,
  type SavedScript,
  savedScript,
  ScriptFileError,
  writeScript,
} from '../../harness/seeds/file.ts';
import { explore } from '../../harness/index.ts';
import { TWINS } from '../../scenarios/index.ts';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'reprise-files-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const EXAMPLE: SavedScript = {
  version: 1,
  scenario: 'interleaved',
  check: 'replay',
  script: [{ after: 'start w-1', choose: 'crash executor-1' }],
  found: { seed: 'reprise', runs: 4, reprise: REPRISE_VERSION },
};

const saved: fc.Arbitrary<SavedScript> = fc.record({
  version: fc.constant(1 as const),
  scenario: fc.string({ unit: 'binary' }),
  check: fc.string(),
  script: fc.array(fc.record({ after: fc.string({ unit: 'binary' }), choose: fc.string({ unit: 'binary' }) })),
  found: fc.record({ seed: fc.string({ unit: 'binary' }), runs: fc.nat(), reprise: fc.string() }),
});

/** The message with which `text` is refused. */
function refusal(text: string): string {
  try {
    parseScript(text, 'x.json');
  } catch (error) {
    expect(error).toBeInstanceOf(ScriptFileError);
    return (error as Error).message;
  }
  throw new Error('was not refused');
}

const changed = (change: (content: Record<string, unknown>) => void): string => {
  const content = structuredClone(EXAMPLE) as unknown as Record<string, unknown>;
  change(content);
  return JSON.stringify(content);
};

describe('a saved script', () => {
  test('comes back as it was written', () => {
    fc.assert(
      fc.property(saved, (content) => {
        expect(parseScript(formatScript(content), 'x')).toEqual(content);
      }),
    );
  });

  test('comes back from a file as it was written, in a folder made for it', () => {
    const path = join(folder, 'deep', 'er', 'x.json');
    writeScript(path, EXAMPLE);
    expect(readScript(path)).toEqual(EXAMPLE);
  });

  test('is the same text whatever the order of keys in memory, and ends with a newline', () => {
    const shuffled = Object.fromEntries(Object.entries(EXAMPLE).toReversed()) as unknown as SavedScript;
    expect(formatScript(shuffled)).toBe(formatScript(EXAMPLE));
    expect(Object.keys(JSON.parse(formatScript(shuffled)) as object)).toEqual([
      ...['version', 'scenario', 'check', 'script', 'found'],
    ]);
    expect(formatScript(EXAMPLE)).toMatch(/\}\n$/);
  });

  test('of a finding names its scenario, its check and where it comes from', async () => {
    const { scenario } = TWINS.find((twin) => twin.scenario.name === 'payment-crash-without-key')!;
    const { finding, runs } = await explore(scenario, { seed: 'any text' });
    const found = { seed: 'any text', runs, reprise: REPRISE_VERSION };
    expect(savedScript(finding!, 'any text')).toEqual({
      ...{ version: 1, scenario: scenario.name, check: 'check', script: finding!.script, found },
    });
  });

  test('names the version of this package', () => {
    expect(REPRISE_VERSION).toBe((JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version);
  });
});

describe('writing', () => {
  test('that fails leaves the old file whole, and nothing beside it', () => {
    const path = join(folder, 'kept.json');
    writeScript(path, EXAMPLE);
    const before = readFileSync(path, 'utf8');
    // In the way of the temporary file: the only thing that ever stops a write for the superuser too.
    mkdirSync(`${path}.${process.pid}.tmp`);
    expect(() => writeScript(path, { ...EXAMPLE, scenario: 'other' })).toThrow(/kept\.json: cannot be written \(/);
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  test('over something that is no file fails, and cleans up', () => {
    const path = join(folder, 'taken', 'x.json');
    mkdirSync(join(path, 'inside'), { recursive: true });
    expect(() => writeScript(path, EXAMPLE)).toThrow(ScriptFileError);
    expect(readdirSync(join(folder, 'taken'))).toEqual(['x.json']);
  });

  test('again replaces the old content', () => {
    const path = join(folder, 'again.json');
    writeScript(path, { ...EXAMPLE, scenario: 'a much longer name than the next one has' });
    writeScript(path, EXAMPLE);
    expect(readScript(path)).toEqual(EXAMPLE);
  });
});

describe('reading', () => {
  test('a file that is not there says so', () => {
    expect(() => readScript(join(folder, 'no.json'))).toThrow(/no\.json: there is no such file/);
  });

  test('a folder says so', () => {
    expect(() => readScript(folder)).toThrow(/is a folder; name the file in it/);
  });

  test('leaves unknown fields alone, and a byte order mark', () => {
    const more = changed((content) =>
      Object.assign(content, { note: 'seen on Friday', found: { ...EXAMPLE.found, by: 1 } }),
    );
    expect(parseScript(`\uFEFF${more}`, 'x')).toEqual(EXAMPLE);
  });

  test('refuses what breaks off anywhere, and says that it breaks off', () => {
    const whole = formatScript(EXAMPLE).trimEnd();
    for (let length = 1; length < whole.length; length++)
      expect(refusal(whole.slice(0, length))).toMatch(/^x\.json: the file is not JSON/);
    expect(refusal(whole.slice(0, 40))).toMatch(/breaks off before its end/);
    expect(refusal(' ')).toMatch(/^x\.json: the file is empty\. Restore the file/);
  });

  test.each([
    ['version', (content: Record<string, unknown>) => delete content['version'], '$.version should be 1, not missing'],
    ['version', (content: Record<string, unknown>) => (content['version'] = '1'), '$.version should be 1, not "1"'],
    ['scenario', (content: Record<string, unknown>) => (content['scenario'] = 7), '$.scenario should be text, not 7'],
    ['check', (content: Record<string, unknown>) => (content['check'] = null), '$.check should be text, not null'],
    [
      'script',
      (content: Record<string, unknown>) => (content['script'] = {}),
      '$.script should be a list, not an object',
    ],
    [
      'script',
      (content: Record<string, unknown>) => (content['script'] = ['x']),
      '$.script[0] should be an object, not "x"',
    ],
    [
      'script',
      (content: Record<string, unknown>) => (content['script'] = [{ after: 'begin' }]),
      '$.script[0].choose should be text, not missing',
    ],
    [
      'found',
      (content: Record<string, unknown>) => delete content['found'],
      '$.found should be an object, not missing',
    ],
    [
      'found',
      (content: Record<string, unknown>) => (content['found'] = { seed: '', runs: -1, reprise: '' }),
      '$.found.runs should be a whole number from 0 on, not -1',
    ],
  ])('says where in the file %s is wrong, and what it is', (_, change, message) => {
    expect(refusal(changed((content) => void change(content)))).toContain(`x.json: ${message}. Restore the file`);
  });

  test('a file from a newer version says to update', () => {
    expect(refusal(changed((content) => (content['version'] = 2)))).toMatch(
      /\$\.version is 2, from a newer Reprise than this one .*: update Reprise/,
    );
  });

  test('any other JSON is refused with a message that names the file', () => {
    fc.assert(fc.property(fc.json(), (text) => refusal(text).startsWith('x.json: ')));
  });

  test('a file with the wrong bytes is refused', () => {
    const path = join(folder, 'bytes.json');
    writeFileSync(path, Buffer.from([0xff, 0xfe, 0x00, 0x01]));
    expect(() => readScript(path)).toThrow(ScriptFileError);
  });
});

describe('a file of several scripts', () => {
  const file = (text: string): string => {
    const path = join(folder, 'several.json');
    writeFileSync(path, text);
    return path;
  };
  const several = (contents: readonly SavedScript[]): string =>
    JSON.stringify({
      version: 1,
      entries: contents.map(({ scenario, check, script, found }) => ({ scenario, check, script, found })),
    });

  test('comes back as it was written, entry by entry', () => {
    fc.assert(
      fc.property(fc.array(saved), (contents) => {
        expect(readScripts(file(several(contents)))).toEqual(contents);
      }),
    );
  });

  test('may as well be a file with one', () => {
    fc.assert(
      fc.property(saved, (content) => {
        expect(readScripts(file(formatScript(content)))).toEqual([content]);
      }),
    );
  });

  test('names the entry in which something is wrong', () => {
    const text = several([EXAMPLE, { ...EXAMPLE, script: [{ after: 'a', choose: 1 as never }] }]);
    expect(() => readScripts(file(text))).toThrow('$.entries[1].script[0].choose should be text, not 1');
    expect(() => readScripts(file('{"version": 1, "entries": 3}'))).toThrow('$.entries should be a list, not 3');
  });

  test('tells entries apart by what they say, not by where they come from', () => {
    fc.assert(
      fc.property(saved, saved, (a, b) => {
        const says = ({ scenario, check, script }: SavedScript): string => JSON.stringify([scenario, check, script]);
        expect(idOf(a) === idOf(b)).toBe(says(a) === says(b));
        expect(idOf({ ...a, found: b.found })).toBe(idOf(a));
      }),
    );
  });
});
