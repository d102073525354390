/**
 * What `npx reprise` does, with its surroundings handed in: commands by name, what is printed of them, and the exit code.
 */
import { confirmCommand } from './confirm.ts';
import { fuzzCommand } from './fuzz.ts';
import { nearest } from './nearest.ts';
import { replayCommand } from './replay.ts';
import { showCommand } from './show.ts';
import { type Command, EXIT, type Surroundings, UsageError } from './usage.ts';

const HELP = `npx reprise <command> [options]

  replay FILE#ID    make the run of a saved script once more, and tell it
  show FILE#ID      the same as a page with a timeline, trace events or a diagram
  fuzz              search for new findings, for as long as you like, on as many machines as you have
  confirm FILE#ID   make the run of a saved script on the SDK's own database: PGlite, or PostgreSQL

  npx reprise <command> --help tells more.`;

const COMMANDS: Readonly<Record<string, Command>> = {
  replay: replayCommand,
  show: showCommand,
  fuzz: fuzzCommand,
  confirm: confirmCommand,
};

/** By the name of the error: one may come from another copy of this package than ours. */
const EXITS: Readonly<Record<string, number>> = {
  UsageError: EXIT.usage,
  ScriptFileError: EXIT.usage,
  TokenError: EXIT.usage,
  NotDbosError: EXIT.usage,
  StaleScriptError: EXIT.stale,
  NotDeterministicError: EXIT.notDeterministic,
  NoDatabaseError: EXIT.noDatabase,
};

/** Runs the command that `args` name; resolves to the exit code. Rejects only with errors that are defects. */
export async function reprise(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || isHelp(name)) {
    surroundings.print(HELP);
    return name === undefined ? EXIT.usage : EXIT.well;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  try {
    if (command === undefined) throw unknown(name);
    if (!rest.some(isHelp)) return await command.run(rest, surroundings);
    surroundings.print(command.help);
    return EXIT.well;
  } catch (error) {
    const exit = exitOf(error as NodeJS.ErrnoException);
    if (exit === undefined) throw error;
    const more =
      exit === EXIT.usage ? `\n(npx reprise ${command === undefined ? '' : `${name} `}--help tells more)` : '';
    surroundings.warn(`reprise: ${(error as Error).message}${more}`);
    return exit;
  }
}

const isHelp = (word: string): boolean => word === '--help' || word === '-h';

const exitOf = ({ code, name }: NodeJS.ErrnoException): number | undefined =>
  code?.startsWith('ERR_PARSE_ARGS') === true ? EXIT.usage : EXITS[name];

function unknown(name: string): UsageError {
  const [meant] = nearest(name, Object.keys(COMMANDS));
  const all = `there are ${Object.keys(COMMANDS).join(', ')}`;
  return new UsageError(`there is no command "${name}": ${meant === undefined ? all : `did you mean "${meant}"?`}`);
}
