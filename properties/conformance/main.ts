/** `npm run conformance`: what we simulate, against the real thing, for as long as one likes. */
import { parseArgs } from 'node:util';
import { UsageError } from '../../harness/cli/usage.ts';
import { confirmStories } from './confirm/main.ts';
import { compareSequences } from './database/main.ts';
import { DATABASES } from './databases.ts';
import { comparePrograms } from './programs/main.ts';
import type { Surroundings } from './surroundings.ts';

const HELP = `npm run conformance -- [options]

  --sequences N   make N random sequences of calls on our system database and on the DBOS SDK's own, and compare every
                  answer, every error, and the rows at the end
  --programs N    run N generated programs, each under a script of its own, on the model engine and on the SDK, and
                  compare outcomes, positions and effects
  --stories       run every DBOS story, the finding of each bug and crashes of its fix, on the SDK's own database, and
                  compare every answer with the simulated one; at the end, a real process that is killed
  --on WHERE      the database under the SDK's own: pglite (default; needs nothing) or postgres (starts a server)
  --seed N        what is generated (default 1); processes with seeds of their own share a long run
  --help          this

  exit code  0  no disagreement
             1  a disagreement, told in its shortest form
             2  used wrongly`;

const around: Surroundings = {
  print: (text) => void process.stdout.write(`${text}\n`),
  warn: (text) => void process.stderr.write(`${text}\n`),
};

interface Options {
  readonly help: boolean;
  readonly sequences: number;
  readonly programs: number;
  readonly stories: boolean;
  readonly on: keyof typeof DATABASES;
  readonly seed: number;
}

function optionsOf(args: string[]): Options {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const options = { sequences: text, programs: text, stories: flag, on: text, seed: text, help: flag } as const;
  let values;
  try {
    ({ values } = parseArgs({ args, options }));
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
  const { help, stories, on = 'pglite', sequences = '0', programs = '0', seed = '1' } = values;
  if (!(on in DATABASES)) throw new UsageError(`--on is one of ${Object.keys(DATABASES).join(', ')}, not "${on}"`);
  const counts = { sequences: wholeNumber('sequences', sequences), programs: wholeNumber('programs', programs) };
  if (!help && !stories && counts.sequences + counts.programs === 0)
    throw new UsageError('nothing to compare: say --sequences N, --programs N or --stories');
  return { help, stories, ...counts, on: on as keyof typeof DATABASES, seed: wholeNumber('seed', seed) };
}

function wholeNumber(option: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new UsageError(`--${option} must be a whole number, not "${text}"`);
  return Number(text);
}

async function main(args: string[]): Promise<number> {
  try {
    const { help, sequences, programs, stories, on, seed } = optionsOf(args);
    if (help) around.print(HELP);
    const codes = [
      sequences === 0 ? 0 : await compareSequences(sequences, on, seed, around),
      programs === 0 ? 0 : await comparePrograms(programs, `seed ${seed}`, around),
      stories ? await confirmStories(on, around) : 0,
    ];
    return Math.max(...codes);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    around.warn(error.message);
    return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
