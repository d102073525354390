/**
 * The files of saved scripts: `__seeds__/<test file>.json`, beside the test and committed with it. A file that cannot be
 * read, or is another's, is never written over.
 */
import { basename, dirname, extname, join } from 'node:path';
import { formatFile, idOf, parseFile, type SavedScript, ScriptFileError, type SeedFile } from './entry.ts';
import { rewrite, textOf } from './rewrite.ts';

export * from './entry.ts';

/** The folder beside a test that holds its file. */
const FOLDER = '__seeds__';

/** Failures that are kept for one test: whoever has more of them has nothing to gain from another. */
export const ENTRIES_MAX = 8;

/** Where the saved scripts of a test file lie. */
export function seedFileOf(testFile: string): string {
  return join(dirname(testFile), FOLDER, `${basename(testFile)}.json`);
}

/** The test file whose saved scripts lie at `path`; null if it is not named like one. */
export function testFileOf(path: string): string | null {
  const folder = dirname(path);
  return basename(folder) === FOLDER && extname(path) === '.json'
    ? join(dirname(folder), basename(path, '.json'))
    : null;
}

/** What is saved at `path`; nothing if there is no such file. Throws `ScriptFileError`. */
export function readSeeds(path: string): readonly SavedScript[] {
  return fileOf(textOf(path), path).entries;
}

/** What is saved at `path`, where there must be a file. Throws `ScriptFileError`. */
export function readScripts(path: string): readonly SavedScript[] {
  const text = textOf(path);
  if (text === null)
    throw new ScriptFileError(
      path,
      'there is no such file; a finding is saved when it is reported, so look there for its path',
    );
  return parseFile(text, path).entries;
}

const fileOf = (text: string | null, path: string): SeedFile =>
  text === null ? { entries: [] } : parseFile(text, path);

/** The one script saved at `path`. Throws `ScriptFileError`. */
export function readScript(path: string): SavedScript {
  const [entry, ...more] = readScripts(path);
  if (entry === undefined || more.length > 0)
    throw new ScriptFileError(
      path,
      `the file should hold one script, and holds ${entry === undefined ? 'none' : more.length + 1}`,
    );
  return entry;
}

/** Writes a file of its own for `entry`, over whatever was there. Throws `ScriptFileError`. */
export function writeScript(path: string, entry: SavedScript): void {
  rewrite(path, () => formatFile({ entries: [entry] }));
}

/**
 * What became of an entry. `known`: the failure is there already, with a script that is no longer. `full`: it was not kept,
 * as the test has `ENTRIES_MAX` other failures.
 */
export type Kept = 'added' | 'replaced' | 'known' | 'full';

/**
 * Keeps `entry`: one entry for each failure of a test, the shortest. `outdated` are ids of entries that no longer fail:
 * one of the same failure gives way however short it is. Throws `ScriptFileError`.
 */
export function keep(path: string, entry: SavedScript, outdated: readonly string[] = []): Kept {
  let kept: Kept = 'known';
  change(path, (entries) => {
    const same = entries.filter((other) => isSameFailure(other, entry));
    const better = same.some((other) => !outdated.includes(idOf(other)) && !isShorter(entry, other));
    if (better) {
      kept = 'known';
      return entries;
    }
    const others = entries.filter((other) => !same.includes(other));
    const isFull = others.filter(({ scenario }) => scenario === entry.scenario).length >= ENTRIES_MAX;
    if (same.length > 0) kept = 'replaced';
    else kept = isFull ? 'full' : 'added';
    return kept === 'full' ? entries : [...others, entry];
  });
  return kept;
}

/** Removes the entries of these ids; a file without entries goes, too. Returns what was removed. Throws `ScriptFileError`. */
export function remove(path: string, ids: readonly string[]): readonly SavedScript[] {
  let removed: readonly SavedScript[] = [];
  change(path, (entries) => {
    removed = entries.filter((entry) => ids.includes(idOf(entry)));
    return removed.length === 0 ? entries : entries.filter((entry) => !removed.includes(entry));
  });
  return removed;
}

/** Puts `entry` in the place of the one called `id`, if that is still there. Returns whether. Throws `ScriptFileError`. */
export function replaceEntry(path: string, id: string, entry: SavedScript): boolean {
  let found = false;
  change(path, (entries) => {
    const others = entries.filter((other) => idOf(other) !== id);
    found = others.length < entries.length;
    return found ? [...others.filter((other) => idOf(other) !== idOf(entry)), entry] : entries;
  });
  return found;
}

function change(path: string, how: (entries: readonly SavedScript[]) => readonly SavedScript[]): void {
  rewrite(path, (text) => {
    const file = fileOf(text, path);
    const entries = how(file.entries);
    if (entries === file.entries) return text;
    return entries.length === 0 ? null : formatFile({ ...file, entries });
  });
}

function isSameFailure(a: SavedScript, b: SavedScript): boolean {
  if (a.scenario !== b.scenario) return false;
  return idOf(a) === idOf(b) || (a.fingerprint !== undefined && a.fingerprint === b.fingerprint);
}

/** Fewer deviations; of as many, the first by id: so that whoever is kept does not depend on who came first. */
function isShorter(a: SavedScript, b: SavedScript): boolean {
  const [left, right] = [a.script.length, b.script.length];
  return left === right ? idOf(a) < idOf(b) : left < right;
}
