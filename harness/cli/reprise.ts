/**
 * What `npx reprise` does, with its surroundings handed in: commands by name, what is printed of them, and the exit code.
 */
import { confirmCommand } from './confirm.ts';
import { nearest } from './nearest.ts';
import { EXIT, type Surroundings, UsageError } from './usage.ts';

const HELP = `npx reprise <command> [options]

  confirm FILE#ID   make the run of a saved script on the SDK's own database: PGlite, or PostgreSQL

  npx reprise <command> --help tells more.`;

type Command = (args: readonly string[], surroundings: Surroundings) => Promise<number>;
const COMMANDS: Readonly<Record<string, Command>> = { confirm: confirmCommand };

/** By the name of the error: one may come from another copy of this package than ours. */
const EXITS: Readonly<Record<string, number>> = {
  UsageError: EXIT.usage,
  ScriptFileError: EXIT.usage,
  NotDbosError: EXIT.usage,
  StaleScriptError: EXIT.stale,
  NotDeterministicError: EXIT.notDeterministic,
  NoDatabaseError: EXIT.noDatabase,
};

/** Runs the command that `args` name; resolves to the exit code. Rejects only with errors that are defects. */
export async function reprise(args: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    return await dispatch(args, surroundings);
  } catch (error) {
    const { name, message, code } = error as NodeJS.ErrnoException;
    const exit = code?.startsWith('ERR_PARSE_ARGS') === true ? EXIT.usage : EXITS[name];
    if (exit === undefined) throw error;
    surroundings.warn(`reprise: ${message}`);
    return exit;
  }
}

function dispatch([name, ...rest]: readonly string[], surroundings: Surroundings): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h') {
    surroundings.print(HELP);
    return Promise.resolve(name === undefined ? EXIT.usage : EXIT.well);
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command !== undefined) return command(rest, surroundings);
  const [meant] = nearest(name, Object.keys(COMMANDS));
  throw new UsageError(
    `there is no command "${name}"${meant === undefined ? '' : `: did you mean "${meant}"?`} (npx reprise --help)`,
  );
}
