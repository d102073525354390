/**
 * `npx reprise seeds`: what is saved, and what of it still says something.
 */
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { count } from '../phrase.ts';
import {
  idOf,
  readSeeds,
  remove,
  replaceEntry,
  type SavedScript,
  ScriptFileError,
  seedFileOf,
  testFileOf,
} from '../seeds/file.ts';
import { filesBelow } from './folders.ts';
import { type Saved, reviewed, type Verdict } from './review.ts';
import { fromFolder } from '../seeds/naming.ts';
import { type Command, EXIT, folderOf, isCi, type Surroundings, UsageError } from './usage.ts';

const help = `npx reprise seeds [FILES] [options]

  Lists saved scripts: their ids, what breaks which law, and whether fewer decisions are proved not to.

  FILES          files of saved scripts, test files, or folders (default: all below this one)

  --prune        tries them, and removes those that say nothing of the program as it is: they break no law any more, are
                 stale (and nothing near them breaks a law), or their test is gone
  --update       tries them, and looks near those that are stale: saves a script that breaks the same law instead,
                 or else the nearest that applies, as a regression that passes
  --json         one JSON document, and nothing else
  -h, --help     this

  Nothing is changed where CI is set.

  exit code  0  clean: listed; or none that was tried fails or is stale any longer
             1  finding: one of them still fails
             2  used wrongly: no such file or option, a file that cannot be read, no vitest, or a test that did not run
             3  stale: none fails, but one no longer applies
             4  not deterministic: the same schedule went two ways
           130  interrupted`;

/** `npx reprise seeds`. */
export const seedsCommand: Command = { help, run };

async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const flag = { type: 'boolean', default: false } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { prune: flag, update: flag, json: flag },
  });
  const { prune, update, json } = values;
  if (prune && update)
    throw new UsageError('--prune removes what --update would record again: use them one after the other');
  if ((prune || update) && isCi(surroundings))
    throw new UsageError('CI is set, and nothing is changed there: do it at home, and commit what comes of it');
  const { files, unread } = savedIn(pathsOf(positionals, folderOf(surroundings)));
  const verdicts = prune || update ? await reviewed(files, update, surroundings) : () => null;
  if (verdicts === null) return EXIT.interrupted;
  const rows = files.flatMap((file) =>
    file.entries.map((entry): Row => {
      const verdict = verdicts(file, entry);
      return { file, entry, verdict, done: verdict === null ? null : doneWith(file, entry, verdict, prune) };
    }),
  );
  for (const { message } of unread) surroundings.warn(`reprise: ${message}`);
  surroundings.print(json ? documentOf(rows, unread, surroundings) : listing(rows, files, surroundings));
  return exitOf(rows, unread.length > 0);
}

// ---- which files ---------------------------------------------------------------------------------------------------

/** Folders that hold none of the user's own files. */
const FOREIGN = /^(node_modules|\.git|dist|build|coverage)$/;

/** Absolute paths of the files of saved scripts that `words` mean. Throws `UsageError`. */
function pathsOf(words: readonly string[], cwd: string): readonly string[] {
  const paths = (words.length === 0 ? ['.'] : words).flatMap((word) => {
    const path = resolve(cwd, word);
    if (testFileOf(path) !== null && existsSync(path)) return [path];
    if (existsSync(path) && statSync(path).isDirectory())
      return filesBelow(path, FOREIGN).filter((file) => testFileOf(file) !== null);
    if (existsSync(seedFileOf(path))) return [seedFileOf(path)];
    throw new UsageError(
      `${word}: nothing is saved there: name a file in __seeds__, a test file beside one, or a folder`,
    );
  });
  return [...new Set(paths)].toSorted();
}

/** What can be read; and what cannot, with the reason. */
function savedIn(paths: readonly string[]): { files: Saved[]; unread: ScriptFileError[] } {
  const [files, unread]: [Saved[], ScriptFileError[]] = [[], []];
  for (const path of paths)
    try {
      files.push({ path, module: testFileOf(path)!, entries: readSeeds(path) });
    } catch (error) {
      if (!(error instanceof ScriptFileError)) throw error;
      unread.push(error);
    }
  return { files, unread };
}

// ---- what is done with an entry ------------------------------------------------------------------------------------

type Done = 'kept' | 'removed' | 'recorded again';

interface Row {
  readonly file: Saved;
  readonly entry: SavedScript;
  /** Null: it was not tried. */
  readonly verdict: Verdict | null;
  readonly done: Done | null;
}

function doneWith({ path }: Saved, entry: SavedScript, { is, again }: Verdict, prune: boolean): Done {
  if (again !== null) return replaceEntry(path, idOf(entry), again.entry) ? 'recorded again' : 'kept';
  if (!prune || is === 'fails' || is === 'untried') return 'kept';
  return remove(path, [idOf(entry)]).length > 0 ? 'removed' : 'kept';
}

/** The worst that can be said of what is left: what is not deterministic says nothing, and a finding outranks the rest. */
function exitOf(rows: readonly Row[], someUnread: boolean): number {
  const left = rows.filter(({ done }) => done === 'kept' || done === 'recorded again');
  const has = (test: (verdict: Verdict) => boolean): boolean =>
    left.some(({ verdict }) => verdict !== null && test(verdict));
  if (has(({ notDeterministic }) => notDeterministic === true)) return EXIT.notDeterministic;
  if (has(({ is, again }) => (again?.is ?? is) === 'fails')) return EXIT.not;
  if (someUnread || has(({ is }) => is === 'untried')) return EXIT.usage;
  return has(({ is, again }) => is === 'stale' && again === null) ? EXIT.stale : EXIT.well;
}

// ---- what is printed -----------------------------------------------------------------------------------------------

/** Whoever renames a test file is told by nobody else that nothing of it is replayed any more. */
const ORPHAN = '   its test file is gone: if that has a new name, give this one the same';

function listing(rows: readonly Row[], files: readonly Saved[], surroundings: Surroundings): string {
  const { paint } = surroundings;
  const cwd = folderOf(surroundings);
  const width = Math.max(0, ...rows.map(({ entry }) => entry.scenario.length));
  const blocks = files.map((file) => [
    paint('strong', fromFolder(cwd, file.path)) + (existsSync(file.module) ? '' : ORPHAN),
    ...rows.filter((row) => row.file === file).flatMap((row) => lines(row, width)),
  ]);
  const tried = rows.filter(({ verdict }) => verdict !== null);
  const tally = (['fails', 'passes', 'stale', 'gone', 'untried'] as const).flatMap((is) => {
    const many = tried.filter(({ verdict }) => verdict!.is === is).length;
    return many === 0 ? [] : [`${many} ${is}`];
  });
  const total = `${count(rows.length, 'saved script')} in ${count(files.length, 'file')}`;
  return [...blocks.flat(), [total, ...tally].join(' · ')].join('\n');
}

function lines({ entry, verdict, done }: Row, width: number): string[] {
  const { scenario, check, script, minimal } = entry;
  const size = `${count(script.length, 'decision')}${minimal === true ? ', proved' : ''}`;
  const head = `  ${idOf(entry)}  ${scenario.padEnd(width)}  ${check.padEnd(8)}  ${size}`;
  if (verdict === null) return [head];
  const now = verdict.again === null ? [] : [`    now       ${idOf(verdict.again.entry)}, which ${verdict.again.is}`];
  return [head, `    ${done!.padEnd(8)}  ${verdict.is}: ${verdict.because}`, ...now];
}

function documentOf(rows: readonly Row[], unread: readonly ScriptFileError[], surroundings: Surroundings): string {
  const cwd = folderOf(surroundings);
  const scripts = rows.map(({ file, entry, verdict, done }) => ({
    ...{ file: fromFolder(cwd, file.path), id: idOf(entry), ...entry },
    ...(verdict === null ? {} : { outcome: verdict.is, because: verdict.because, done, again: verdict.again }),
  }));
  const problems = unread.map(({ path, message }) => ({ file: fromFolder(cwd, path), message }));
  return JSON.stringify({ version: 1, scripts, problems }, null, 2);
}
