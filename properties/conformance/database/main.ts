/** `npm run conformance`: our system database against the SDK's own on a real database, for ever more sequences of calls. */
import { parseArgs } from 'node:util';
import { onPglite, onPostgres } from './clocked.ts';
import { agrees, DisagreementError } from './laws.ts';

const HELP = `npm run conformance -- [options]

  Makes random sequences of calls on our system database and on the DBOS SDK's own, and compares every answer, every
  error, and the rows at the end.

  --sequences N   how many (default 1000)
  --on WHERE      pglite (default; needs nothing) or postgres (starts a server of its own)
  --seed N        which sequences (default 1); several processes with seeds of their own share a long run
  --help          this

  exit code  0  no disagreement
             1  a disagreement, told in its shortest form
             2  used wrongly`;

const DATABASES = { pglite: onPglite, postgres: onPostgres };

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const warn = (text: string): void => void process.stderr.write(`${text}\n`);

/** Wrong use of the command, for people: no stack. */
class UsageError extends Error {}

function optionsOf(args: string[]): { help: boolean; count: number; on: keyof typeof DATABASES; seed: number } {
  const text = { type: 'string' } as const;
  let values;
  try {
    const options = { sequences: text, on: text, seed: text, help: { type: 'boolean', default: false } } as const;
    ({ values } = parseArgs({ args, options }));
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
  const { help, on = 'pglite' } = values;
  const [count, seed] = [wholeNumber('sequences', values.sequences ?? '1000'), wholeNumber('seed', values.seed ?? '1')];
  if (!(on in DATABASES)) throw new UsageError(`--on is one of ${Object.keys(DATABASES).join(', ')}, not "${on}"`);
  return { help, count, on: on as keyof typeof DATABASES, seed };
}

function wholeNumber(option: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new UsageError(`--${option} must be a whole number, not "${text}"`);
  return Number(text);
}

async function compare({ on, count, seed }: ReturnType<typeof optionsOf>): Promise<void> {
  const clocked = await DATABASES[on]();
  try {
    const sinceMs = performance.now();
    const onSequence = (done: number): void => void (done % 500 === 0 && warn(`${done} of ${count}`));
    const { sequences, calls } = await agrees(clocked, { count, seed, onSequence });
    const eachMs = (performance.now() - sinceMs) / sequences;
    print(`${on}: ${sequences} sequences, ${calls} calls, ${eachMs.toFixed(1)} ms a sequence: no disagreement`);
  } finally {
    await clocked.close();
  }
}

async function main(args: string[]): Promise<number> {
  try {
    const options = optionsOf(args);
    if (options.help) print(HELP);
    else await compare(options);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof DisagreementError)) throw error;
    warn(error.message);
    return error instanceof UsageError ? 2 : 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
