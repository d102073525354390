/**
 * What becomes of saved scripts in the program as it is now: each is tried by its own test, in one vitest for all files of
 * a project.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { idOf, type SavedScript } from '../seeds/file.ts';
import type { RecordedAgain } from '../seeds/outcome.ts';
import type { Note } from '../vitest/command.ts';
import { type Vitest, vitestOf } from './project.ts';
import { isTestFile } from './target.ts';
import { folderOf, type Surroundings } from './usage.ts';
import { runVitest } from './vitest.ts';

/** A file of saved scripts, and the test file that they are of. */
export interface Saved {
  readonly path: string;
  readonly module: string;
  readonly entries: readonly SavedScript[];
}

/**
 * What became of an entry. `gone`: its test is. `untried`: nobody knows, since its test did not run. `again`: what to save
 * in its place, where that was asked for and it says nothing any more.
 */
export interface Verdict {
  readonly is: 'fails' | 'passes' | 'stale' | 'gone' | 'untried';
  readonly because: string;
  readonly again: RecordedAgain | null;
  readonly notDeterministic?: true;
}

/** The verdict on an entry of a file. */
export type Verdicts = (file: Saved, entry: SavedScript) => Verdict;

/** Tries all entries of `files`. Null: interrupted. Rejects with `UsageError` where a project has no vitest. */
export async function reviewed(
  files: readonly Saved[],
  update: boolean,
  surroundings: Surroundings,
): Promise<Verdicts | null> {
  const runnable = files.filter(({ module }) => existsSync(module) && isTestFile(module));
  const notes: Note[] = [];
  const tests = new Map<string, ReadonlySet<string>>();
  for (const [vitest, modules] of byProject(runnable, folderOf(surroundings))) {
    const heard = await heardFrom(vitest, modules, update, surroundings);
    if (heard === null) return null;
    notes.push(...heard.notes);
    for (const [module, names] of heard.tests) tests.set(module, names);
  }
  return (file, entry) => verdictOn(file, entry, notes, tests.get(file.module));
}

function byProject(files: readonly Saved[], cwd: string): [Vitest, string[]][] {
  const projects = new Map<string, [Vitest, string[]]>();
  for (const { module } of files) {
    const vitest = vitestOf(cwd, module);
    const project = projects.get(vitest.root) ?? [vitest, []];
    project[1].push(module);
    projects.set(vitest.root, project);
  }
  return [...projects.values()];
}

/** What vitest's own report says of a file: enough to tell a test that is gone from one that was skipped. */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly ancestorTitles: readonly string[]; readonly title: string }[];
  }[];
}

/** The notes of one vitest, and the names of all tests by file, where vitest came to its end. */
async function heardFrom(
  vitest: Vitest,
  files: readonly string[],
  update: boolean,
  surroundings: Surroundings,
): Promise<{ notes: Note[]; tests: Map<string, ReadonlySet<string>> } | null> {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-seeds-'));
  try {
    const notes: Note[] = [];
    const report = join(folder, 'report.json');
    const words = ['--reporter=json', `--outputFile.json=${report}`];
    const task = { do: 'seeds', update } as const;
    const { interrupted } = surroundings;
    const { exit, output } = await runVitest(
      { vitest, files, task, words, onNote: (note) => void notes.push(note), interrupted },
      surroundings,
    );
    if (exit === null) return null;
    if (exit !== 0) surroundings.warn(output.trimEnd());
    const { testResults = [] } = existsSync(report) ? (JSON.parse(readFileSync(report, 'utf8')) as Report) : {};
    const names = testResults.map(({ name, assertionResults }) => {
      const all = assertionResults.map(({ ancestorTitles, title }) => [...ancestorTitles, title].join(' > '));
      // On Windows vitest writes slashes.
      return [resolve(name), new Set(all)] as const;
    });
    return { notes, tests: new Map(names) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Several tests may have tried it: a file that is in two projects of one vitest, tests of one name. It is not pruned while it
 * fails in one of them, nor recorded again while it applies to one.
 */
const GRAVITY = { stale: 0, passes: 1, fails: 2 } as const;

function verdictOn(
  { module }: Saved,
  entry: SavedScript,
  notes: readonly Note[],
  tests: ReadonlySet<string> | undefined,
): Verdict {
  const of = notes.filter(({ test }) => test.file === module && test.name === entry.scenario);
  const outcomes = of.filter((note) => note.is === 'tried').filter(({ id }) => id === idOf(entry));
  const [outcome] = outcomes.toSorted((a, b) => GRAVITY[b.outcome] - GRAVITY[a.outcome]);
  const failed = of.find((note) => note.is === 'failed');
  if (outcome !== undefined && (failed === undefined || outcome.outcome === 'fails')) {
    const { outcome: is, because, again } = outcome;
    return { is, because, again };
  }
  if (failed !== undefined) {
    const because = `${failed.error}: ${failed.message}`;
    const verdict = { is: 'untried', because, again: null } as const;
    return failed.error === 'NotDeterministicError' ? { ...verdict, notDeterministic: true } : verdict;
  }
  const plain = (is: 'gone' | 'untried', because: string): Verdict => ({ is, because, again: null });
  if (!existsSync(module)) return plain('gone', 'there is no such test file any more');
  if (!isTestFile(module)) return plain('untried', 'it is of no test, so vitest cannot try it');
  // A file that could not be loaded has no tests at all: that says nothing of this one.
  if (tests === undefined || tests.size === 0) return plain('untried', 'its test file did not run');
  return tests.has(entry.scenario)
    ? plain('untried', 'its test did not run: is it skipped?')
    : plain('gone', 'there is no such test any more');
}
