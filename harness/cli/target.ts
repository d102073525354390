/**
 * What `FILE#ID` or a token names: a saved script, and the module that it is of.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Script } from '../decision.ts';
import { idOf, readScripts, type SavedScript, testFileOf } from '../seeds/file.ts';
import { isToken, toldIn } from '../seeds/token.ts';
import { UsageError } from './usage.ts';

/** A saved script as a command needs it. */
export interface Target {
  /** As it was typed. */
  readonly text: string;
  /** The scenario, or the simulated test with its suites, joined by ` > `. */
  readonly name: string;
  readonly check: string;
  readonly script: Script;
  /** The absolute path of the module or test file. Throws `UsageError` where it is not known. */
  readonly module: () => string;
}

/** The one target among the `words` of a command line. Throws `UsageError`, `TokenError`, `ScriptFileError`. */
export function targetIn(words: readonly string[], command: string, cwd: string): Target {
  const [text] = words;
  if (text === undefined || words.length > 1)
    throw new UsageError(`name one saved script: npx reprise ${command} FILE#ID, or a token in place of FILE#ID`);
  if (isToken(text)) {
    const { file, name, check, script } = toldIn(text);
    return { text, name, check, script, module: () => resolve(cwd, file) };
  }
  const [path, id] = split(text);
  const { scenario, check, script } = entryCalled(readScripts(resolve(cwd, path)), path, id);
  return { text, name: scenario, check, script, module: () => moduleBeside(path, cwd) };
}

/** Whether the module at `path` is one that vitest runs, and nothing else can. */
export const isTestFile = (path: string): boolean => /\.(test|spec)\.[cm]?[jt]sx?$/.test(path) || namesSimTest(path);

/** Whether the text of the module at `path` imports simulated tests. */
export function namesSimTest(path: string): boolean {
  try {
    return /['"]reprise\/vitest['"]/.test(readFileSync(path, 'utf8'));
  } catch {
    return false;
  }
}

/** The module that the scripts in `path` are of: `x.ts` for `__seeds__/x.ts.json`. Throws `UsageError`. */
function moduleBeside(path: string, cwd: string): string {
  const module = testFileOf(resolve(cwd, path));
  if (module !== null) return module;
  throw new UsageError(
    `${path}: it lies in no folder __seeds__, so its module is not known: move it to the __seeds__ beside that module, or name the module with --module FILE where the command has that option`,
  );
}

/** A file and the id in it, which is what follows the last `#`; one in the name of the file has its ending behind it. */
function split(target: string): readonly [path: string, id: string | null] {
  const at = target.endsWith('.json') ? -1 : target.lastIndexOf('#');
  return at < 0 ? [target, null] : [target.slice(0, at), target.slice(at + 1)];
}

function entryCalled(entries: readonly SavedScript[], path: string, id: string | null): SavedScript {
  const there = (): string => entries.map((entry) => `  ${idOf(entry)}  ${entry.scenario}  ${entry.check}`).join('\n');
  const fitting = entries.filter((entry) => id === null || (id !== '' && idOf(entry).startsWith(id)));
  if (fitting.length === 1) return fitting[0]!;
  if (entries.length === 0) throw new UsageError(`${path}: the file holds no script; find the failure again`);
  const problem =
    id === null
      ? 'holds several scripts: name one'
      : `${fitting.length === 0 ? 'no' : 'more than one'} id begins with "${id}": name another`;
  throw new UsageError(`${path}: ${problem}. There are\n${there()}`);
}
