/** Files of saved scripts: what is written is what is read, and what cannot be read says where and why. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explore } from '../../harness/index.ts';
import { courseOf } from '../../harness/seeds/course.ts';
import {
  ENTRIES_MAX,
  formatEntry,
  formatFile,
  idOf,
  keep,
  parseFile,
  readScript,
  readScripts,
  readSeeds,
  remove,
  replaceEntry,
  REPRISE_VERSION,
  savedScript,
  type SavedScript,
  ScriptFileError,
  seedFileOf,
  testFileOf,
  writeScript,
} from '../../harness/seeds/file.ts';
import { TWINS } from '../../scenarios/index.ts';
import { crowded, EXAMPLE, folderFor, saved } from './support.ts';

const folder = folderFor('seeds');

/** The message with which `text` is refused. */
function refusal(text: string): string {
  try {
    parseFile(text, 'x.json');
  } catch (error) {
    expect(error).toBeInstanceOf(ScriptFileError);
    return (error as Error).message;
  }
  throw new Error('was not refused');
}

type Json = Record<string, unknown>;

/** The text of a file with one entry, in which something has been changed. */
const changed = (change: (entry: Json, file: Json) => void): string => {
  const file = JSON.parse(formatFile({ entries: [EXAMPLE] })) as { entries: Json[] };
  change(file.entries[0]!, file);
  return JSON.stringify(file);
};

const sorted = (entries: readonly SavedScript[]): readonly SavedScript[] =>
  parseFile(formatFile({ entries }), 'x').entries;

/** A file of its own for every try. */
let tries = 0;
const fresh = (): string => join(folder, `${tries++}`, 'x.json');

describe('a file', () => {
  test('lies in __seeds__ beside the test whose scripts it holds, and says which test that is', () => {
    expect(seedFileOf('/home/me/src/a.test.ts')).toBe(join('/home/me/src', '__seeds__', 'a.test.ts.json'));
    expect(testFileOf(seedFileOf('src/a.test.ts'))).toBe(join('src', 'a.test.ts'));
    expect([testFileOf('src/a.test.ts.json'), testFileOf('__seeds__/notes.md')]).toEqual([null, null]);
  });

  test('comes back as it was written, whatever it says', () => {
    fc.assert(
      fc.property(fc.array(saved), (entries) => {
        const { entries: read } = parseFile(formatFile({ entries }), 'x');
        expect(read.toSorted((a, b) => Number(JSON.stringify(a) > JSON.stringify(b)))).toHaveLength(entries.length);
        for (const entry of entries) expect(read).toContainEqual(JSON.parse(JSON.stringify(entry)));
      }),
    );
  });

  test('is the same text whatever the order of its entries and keys in memory', () => {
    const shuffledKeys = (entry: SavedScript): SavedScript =>
      Object.fromEntries(Object.entries(entry).toReversed()) as unknown as SavedScript;
    fc.assert(
      fc.property(fc.uniqueArray(saved, { selector: idOf }), (entries) => {
        const text = formatFile({ entries });
        expect(formatFile({ entries: entries.toReversed().map(shuffledKeys) })).toBe(text);
        expect(formatFile(parseFile(text, 'x'))).toBe(text);
        expect(text).toMatch(/\}\n$/);
      }),
    );
    const [entry] = (JSON.parse(formatFile({ entries: [EXAMPLE] })) as { entries: object[] }).entries;
    expect(Object.keys(entry!)).toEqual([
      'id',
      'scenario',
      'check',
      'fingerprint',
      'script',
      'course',
      'minimal',
      'found',
    ]);
    expect(JSON.stringify(entry, null, 2)).toBe(formatEntry(EXAMPLE));
  });

  test('keeps what others have written into it, at every level', () => {
    const path = fresh();
    writeScript(path, EXAMPLE);
    const text = changed((entry, file) => {
      Object.assign(file, { comment: 'do not delete' });
      Object.assign(entry, { ticket: 'SHOP-12' });
      Object.assign(entry['found'] as Json, { by: 'Ada' });
    });
    writeFileSync(path, text);
    expect(keep(path, { ...EXAMPLE, fingerprint: 'another', check: 'results' })).toBe('added');
    const after = readFileSync(path, 'utf8');
    for (const kept of ['"comment": "do not delete"', '"ticket": "SHOP-12"', '"by": "Ada"'])
      expect(after).toContain(kept);
  });

  test('is merged by git without help where two people add an entry each in different places', () => {
    const merged = (ours: string, base: string, theirs: string): string => {
      const paths = ['ours', 'base', 'theirs'].map((name) => join(folder, name));
      for (const [index, text] of [ours, base, theirs].entries()) writeFileSync(paths[index]!, text);
      return execFileSync('git', ['merge-file', '-p', ...paths], { encoding: 'utf8' });
    };
    const named = (scenario: string): SavedScript => ({ ...EXAMPLE, scenario });
    const text = (...names: string[]): string => formatFile({ entries: names.map(named) });
    expect(merged(text('a', 'b', 'd'), text('b', 'd'), text('b', 'c', 'd'))).toBe(text('a', 'b', 'c', 'd'));
    expect(merged(text('a', 'c', 'd'), text('a', 'c'), text('a', 'b', 'c'))).toBe(text('a', 'b', 'c', 'd'));
    expect(merged(text('b', 'c'), text('a', 'b', 'c'), text('a', 'b', 'c', 'd'))).toBe(text('b', 'c', 'd'));
  });

  test('with one script alone is read as well: what earlier versions saved', () => {
    const alone = JSON.stringify({ version: 1, ...EXAMPLE });
    expect(parseFile(alone, 'x').entries).toEqual([EXAMPLE]);
    const { scenario, check, script } = EXAMPLE;
    const old = { scenario, check, script, found: { seed: 'reprise', runs: 4, reprise: '0.1.0' } };
    expect(parseFile(JSON.stringify({ version: 1, ...old }), 'x').entries).toEqual([old]);
    expect(parseFile(JSON.stringify({ version: 1, entries: [old] }), 'x').entries).toEqual([old]);
  });
});

describe('an entry', () => {
  test('of a finding names its scenario, its check, its failure and where it comes from', async () => {
    const { scenario } = TWINS.find((twin) => twin.scenario.name === 'payment-crash-without-key')!;
    const { finding, runs } = await explore(scenario, { seed: 'any text' });
    expect(savedScript(finding!, { seed: 'any text', strategy: 'crashes', inputs: [1] })).toEqual({
      ...{ scenario: scenario.name, check: 'check', fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) as string },
      ...{ script: finding!.script, course: courseOf(finding!.run), minimal: true, inputs: [1] },
      found: { seed: 'any text', strategy: 'crashes', runs, reprise: REPRISE_VERSION, engine: 'the engine' },
    });
  });

  test('has a name that follows from what it says, not from where it comes from', () => {
    fc.assert(
      fc.property(saved, saved, (a, b) => {
        const says = ({ scenario, check, script, inputs }: SavedScript): string =>
          JSON.stringify([scenario, check, script.map(({ after, choose }) => [after, choose]), inputs]);
        expect(idOf(a) === idOf(b)).toBe(says(a) === says(b));
        expect(idOf({ ...a, found: b.found, fingerprint: 'other', minimal: false })).toBe(idOf(a));
      }),
    );
  });

  test('names the version of this package', () => {
    expect(REPRISE_VERSION).toBe((JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version);
  });
});

describe('keeping', () => {
  test('leaves one entry for each failure of a test, the shortest of all, whatever the order they came in', () => {
    fc.assert(
      fc.property(fc.array(crowded, { maxLength: 12 }), fc.integer(), (entries, turn) => {
        const few = entries.filter(({ fingerprint }) => Number(fingerprint!.slice(8)) < ENTRIES_MAX);
        const [path, other] = [fresh(), fresh()];
        for (const entry of few) keep(path, entry);
        const cut = few.length === 0 ? 0 : Math.abs(turn) % few.length;
        for (const entry of [...few.slice(cut), ...few.slice(0, cut)]) keep(other, entry);
        const kept = readSeeds(path);
        expect(readSeeds(other)).toEqual(kept);
        const failure = (entry: SavedScript): string => `${entry.scenario} ${entry.fingerprint}`;
        expect(new Set(kept.map(failure)).size).toBe(kept.length);
        expect(new Set(kept.map(failure))).toEqual(new Set(few.map(failure)));
        for (const entry of few) {
          const best = kept.find((one) => failure(one) === failure(entry))!;
          expect(best.script.length).toBeLessThanOrEqual(entry.script.length);
        }
      }),
      { numRuns: 15 },
    );
  });

  test('says what became of the entry, and never keeps more failures of one test than may be', () => {
    fc.assert(
      fc.property(fc.array(crowded, { maxLength: 20 }), (entries) => {
        const path = fresh();
        for (const entry of entries) {
          const before = readSeeds(path);
          const kept = keep(path, entry);
          const after = readSeeds(path);
          const size = { added: 1, replaced: 0, known: 0, full: 0 }[kept];
          expect(after.length).toBe(before.length + size);
          expect(after.some((one) => idOf(one) === idOf(entry))).toBe(
            kept === 'added' || kept === 'replaced' || before.some((one) => idOf(one) === idOf(entry)),
          );
          if (kept === 'known' || kept === 'full') expect(after).toEqual(before);
        }
        for (const name of ['a', 'b'])
          expect(readSeeds(path).filter(({ scenario }) => scenario === name).length).toBeLessThanOrEqual(ENTRIES_MAX);
      }),
      { numRuns: 15 },
    );
  });

  test('puts a longer script in the place of one that no longer fails', () => {
    const path = fresh();
    const longer = { ...EXAMPLE, script: [...EXAMPLE.script, { after: 'land a#1', choose: 'crash executor-1' }] };
    keep(path, EXAMPLE);
    expect(keep(path, longer)).toBe('known');
    expect(keep(path, longer, [idOf(EXAMPLE)])).toBe('replaced');
    expect(readSeeds(path)).toEqual([longer]);
    expect(keep(path, longer, [idOf(longer)])).toBe('replaced');
  });

  test('takes entries of earlier versions, which name no failure, for failures of their own', () => {
    const path = fresh();
    const { fingerprint: _fingerprint, ...old } = EXAMPLE;
    writeScript(path, old);
    expect(keep(path, EXAMPLE)).toBe('known');
    expect(keep(path, { ...EXAMPLE, script: [] })).toBe('added');
  });
});

describe('removing and replacing', () => {
  test('touch no other entry, and say what they did', () => {
    fc.assert(
      fc.property(fc.uniqueArray(saved, { selector: idOf, minLength: 2, maxLength: 5 }), saved, (entries, fresher) => {
        fc.pre(!entries.some((entry) => idOf(entry) === idOf(fresher)));
        const path = fresh();
        writeFileSync(seedOf(path), formatFile({ entries }));
        const [first, second] = readSeeds(path) as [SavedScript, SavedScript];
        const rest = readSeeds(path).slice(2);
        expect(remove(path, [idOf(first), 'no such'])).toEqual([first]);
        expect(remove(path, [idOf(first)])).toEqual([]);
        expect(readSeeds(path)).toEqual([second, ...rest]);
        expect(replaceEntry(path, idOf(first), fresher)).toBe(false);
        expect(replaceEntry(path, idOf(second), fresher)).toBe(true);
        expect(readSeeds(path)).toEqual(sorted([fresher, ...rest]));
      }),
      { numRuns: 15 },
    );
  });

  test('leave no file without entries', () => {
    const path = fresh();
    keep(path, EXAMPLE);
    expect(remove(path, [idOf(EXAMPLE)])).toEqual([EXAMPLE]);
    expect(existsSync(path)).toBe(false);
    expect(remove(path, [idOf(EXAMPLE)])).toEqual([]);
  });
});

/** The path, in a folder that is there. */
function seedOf(path: string): string {
  writeScript(path, EXAMPLE);
  return path;
}

describe('reading', () => {
  test('a file that is not there gives no entries, or says so to whoever named it', () => {
    expect(readSeeds(join(folder, 'no.json'))).toEqual([]);
    expect(() => readScripts(join(folder, 'no.json'))).toThrow(/no\.json: there is no such file/);
  });

  test('a folder says so', () => {
    expect(() => readSeeds(folder)).toThrow(/is a folder; name the file in it/);
  });

  test('the one script of a file wants exactly one', () => {
    const path = seedOf(fresh());
    expect(readScript(path)).toEqual(EXAMPLE);
    keep(path, { ...EXAMPLE, scenario: 'another' });
    expect(() => readScript(path)).toThrow('the file should hold one script, and holds 2');
    writeFileSync(path, '{"version":1,"entries":[]}');
    expect(() => readScript(path)).toThrow('holds none');
  });

  test('does not mind a byte order mark', () => {
    expect(parseFile(`\uFEFF${formatFile({ entries: [EXAMPLE] })}`, 'x').entries).toEqual([EXAMPLE]);
  });

  test('refuses what breaks off anywhere, and says that it breaks off', () => {
    const whole = formatFile({ entries: [EXAMPLE] }).trimEnd();
    for (let length = 1; length < whole.length; length++)
      expect(refusal(whole.slice(0, length))).toMatch(/^x\.json: the file is not JSON/);
    expect(refusal(whole.slice(0, 40))).toMatch(/breaks off before its end/);
    expect(refusal(' ')).toMatch(/^x\.json: the file is empty\. Restore the file/);
  });

  test('refuses an unresolved merge conflict, and says how to resolve it', () => {
    const lines = formatFile({ entries: [EXAMPLE] }).split('\n');
    const text = [...lines.slice(0, 3), '<<<<<<< HEAD', ...lines.slice(3)].join('\n');
    expect(refusal(text)).toBe(
      'x.json: the file holds an unresolved merge conflict (line 4): keep the entries of both sides, in any order',
    );
  });

  const cases: readonly (readonly [change: (entry: Json, file: Json) => unknown, message: string])[] = [
    [(_, file) => delete file['version'], '$.version is missing: this is no file of saved scripts'],
    [(_, file) => (file['version'] = '1'), '$.version should be 1, not "1"'],
    [(_, file) => (file['entries'] = 3), '$.entries should be a list, not 3'],
    [(_, file) => (file['entries'] = [[]]), '$.entries[0] should be an object, not a list'],
    [(entry) => (entry['scenario'] = 7), '$.entries[0].scenario should be text, not 7'],
    [(entry) => (entry['check'] = null), '$.entries[0].check should be text, not null'],
    [(entry) => delete entry['check'], '$.entries[0].check is missing'],
    [(entry) => (entry['fingerprint'] = {}), '$.entries[0].fingerprint should be text, not an object'],
    [(entry) => (entry['minimal'] = 'yes'), '$.entries[0].minimal should be true, false or null, not "yes"'],
    [(entry) => (entry['script'] = {}), '$.entries[0].script should be a list, not an object'],
    [(entry) => (entry['script'] = ['x']), '$.entries[0].script[0] should be an object, not "x"'],
    [(entry) => (entry['script'] = [{ after: 1 }]), '$.entries[0].script[0].after should be text, not 1'],
    [(entry) => (entry['script'] = [{ after: 'begin' }]), '$.entries[0].script[0].choose is missing'],
    [
      (entry) => (entry['script'] = [...EXAMPLE.script, ...EXAMPLE.script]),
      '$.entries[0].script[1].after should be a move that nothing else is chosen after, not "start w-1"',
    ],
    [(entry) => delete entry['found'], '$.entries[0].found is missing'],
    [
      (entry) => (entry['found'] = { seed: '', runs: -1, reprise: '' }),
      '$.entries[0].found.runs should be a whole number from 0 on, not -1',
    ],
  ];
  test.each(cases)('says where in the file something is wrong, and what it is (%#)', (change, message) => {
    expect(refusal(changed((entry, file) => void change(entry, file)))).toBe(
      `x.json: ${message}. Restore the file, or delete it and find the failure again`,
    );
  });

  test('a file from a newer version says to update', () => {
    expect(refusal(changed((_, file) => (file['version'] = 2)))).toMatch(
      /\$\.version is 2, from a newer Reprise than this one .*: update Reprise/,
    );
  });

  test('any other text is refused with a message that names the file', () => {
    fc.assert(fc.property(fc.oneof(fc.json(), fc.string()), (text) => refusal(text).startsWith('x.json: ')));
  });

  test('anything whatever in the place of anything is read, or refused with a message that names the file', () => {
    const places: (readonly [string, (entry: Json, value: unknown) => void])[] = [
      ...['scenario', 'check', 'fingerprint', 'script', 'minimal', 'inputs', 'found'].map(
        (key) => [key, (entry: Json, value: unknown) => void (entry[key] = value)] as const,
      ),
      ['script[0]', (entry, value) => void ((entry['script'] as unknown[])[0] = value)],
      ['script[0].after', (entry, value) => void ((entry['script'] as Json[])[0]!['after'] = value)],
      ['found.runs', (entry, value) => void ((entry['found'] as Json)['runs'] = value)],
    ];
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.jsonValue(), ([place, put], value) => {
        const text = changed((entry) => put(entry, value));
        try {
          expect(parseFile(text, 'x.json').entries).toHaveLength(1);
        } catch (error) {
          expect(error).toBeInstanceOf(ScriptFileError);
          expect((error as Error).message).toContain(`x.json: $.entries[0].${place}`);
        }
      }),
    );
  });
});
