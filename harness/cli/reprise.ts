/**
 * What `npx reprise` does, with its surroundings handed in: commands by name, what is printed of them, and the exit code.
 */
import { confirmCommand } from './confirm.ts';
import { fuzzCommand } from './fuzz.ts';
import { initCiCommand } from './init-ci.ts';
import { initCommand } from './init.ts';
import { nearest } from './nearest.ts';
import { replayCommand } from './replay.ts';
import { seedsCommand } from './seeds.ts';
import { showCommand } from './show.ts';
import { type Command, EXIT, exitFor, type Surroundings, UsageError } from './usage.ts';

const HELP = `npx reprise <command> [options]

  replay FILE#ID    make the run of a saved script once more, and tell it
  show FILE#ID      the same as a page with a timeline, trace events or a diagram
  fuzz              search for new findings, for as long as you like, on as many machines as you have
  seeds             list what is saved; remove or record again what says nothing any more
  confirm FILE#ID   make the run of a saved script on the SDK's own database: PGlite, or PostgreSQL
  init              put the plugin into the configuration of vitest, and a first test beside a workflow
  init-ci           write a workflow for GitHub Actions: tests of pull requests, searches at night, issues

  npx reprise <command> --help tells more. Exit codes of all commands:

  0 clean   1 finding (or: not confirmed, nothing to show, something left to do)   2 used wrongly
  3 stale   4 not deterministic   5 no database   130 interrupted`;

const COMMANDS: Readonly<Record<string, Command>> = {
  replay: replayCommand,
  show: showCommand,
  fuzz: fuzzCommand,
  seeds: seedsCommand,
  confirm: confirmCommand,
  init: initCommand,
  'init-ci': initCiCommand,
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
  String(code).startsWith('ERR_PARSE_ARGS') ? EXIT.usage : exitFor(name);

function unknown(name: string): UsageError {
  const [meant] = nearest(name, Object.keys(COMMANDS));
  const all = `there are ${Object.keys(COMMANDS).join(', ')}`;
  return new UsageError(`there is no command "${name}": ${meant === undefined ? all : `did you mean "${meant}"?`}`);
}
