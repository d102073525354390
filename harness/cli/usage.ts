/**
 * What every command of `npx reprise` shares: where it runs, how it is used wrongly, what it exits with.
 */
import type { Paint } from '../reports/layout.ts';
import { isCi as isCiServer } from '../vitest/settings.ts';
import type { ProgressLine } from './terminal.ts';

/** Where a command runs. */
export interface Surroundings {
  /** One piece of text for people: standard output. A newline is added. */
  readonly print: (text: string) => void;
  /** What goes wrong: standard error. */
  readonly warn: (text: string) => void;
  readonly paint: Paint;
  /** Columns of the terminal. */
  readonly width: number;
  /** The folder that paths are relative to. Default: that of the process. */
  readonly cwd?: string;
  /** Default: the environment of the process. */
  readonly env?: NodeJS.ProcessEnv;
  /** How far a long command is. Default: nobody is told. */
  readonly progress?: ProgressLine;
  /** Aborted when somebody wants it to end: what it has by then counts. Default: never. */
  readonly interrupted?: AbortSignal;
}

/** What commands do: `run` resolves to the exit code; `help` is what `--help` prints. */
export interface Command {
  readonly help: string;
  readonly run: (args: readonly string[], surroundings: Surroundings) => Promise<number>;
}

/**
 * A command was used wrongly. The message says where, what, and what to do; `reprise` adds where to read more. Nothing
 * else ends a command with exit code 2 but unreadable files and options that Node's own parser refuses.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What commands exit with. */
export const EXIT = {
  well: 0,
  not: 1,
  usage: 2,
  stale: 3,
  notDeterministic: 4,
  noDatabase: 5,
  interrupted: 130,
} as const;

/** By the name of the error: one may come from another copy of this package than ours, or from another process. */
const EXITS: Readonly<Record<string, number>> = {
  UsageError: EXIT.usage,
  ScriptFileError: EXIT.usage,
  TokenError: EXIT.usage,
  NotDbosError: EXIT.usage,
  StaleScriptError: EXIT.stale,
  NotDeterministicError: EXIT.notDeterministic,
  NoDatabaseError: EXIT.noDatabase,
};

/** What to exit with because of an error of this name; undefined: it is a defect. */
export const exitFor = (name: string): number | undefined => EXITS[name];

/** The folder that a command's paths are relative to. */
export const folderOf = ({ cwd }: Surroundings): string => cwd ?? process.cwd();

/** The environment of a command. */
export const environmentOf = ({ env }: Surroundings): NodeJS.ProcessEnv => env ?? process.env;

/** Whether this is a CI server, where nothing is saved. */
export const isCi = (surroundings: Surroundings): boolean => isCiServer(environmentOf(surroundings));
