/**
 * `npm run mutants`: plants every fault in a copy of the harness, tries the laws on it, and tells in a table which law
 * killed it after how many runs.
 */
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from '../../harness/cli/usage.ts';
import { killersIn, remember } from './killers.ts';
import { type Mutant, mutants } from './mutants.ts';
import { NotPlantedError, plant, type Tree } from './plant.ts';
import { document, type Row, table, tally } from './table.ts';
import { type Pace, type Patience, trial, trials } from './trials.ts';

const HELP = `npm run mutants -- [options]

  Plants faults in copies of the harness, one in each, and tries its laws on them.

  --only TEXT   only faults with this text in their description or file name
  --remember    write down which law killed each, to try it first from now on
  --list        what would be planted, without doing it
  --json        one JSON document on stdout, and nothing else
  --help        this

  exit code  0  every mutant was killed
             1  some survived
             2  used wrongly
             4  no verdict: a law fails on the real harness, or a mutant cannot be planted`;

const EXIT = { killed: 0, survived: 1, usage: 2, noVerdict: 4 } as const;

/** The laws mean nothing: they fail without any fault. */
class NoVerdictError extends Error {}

interface Options {
  readonly only?: string;
  readonly remember: boolean;
  readonly list: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

function optionsOf(args: string[]): Options {
  const flag = { type: 'boolean', default: false } as const;
  try {
    const options = { only: { type: 'string' }, remember: flag, list: flag, json: flag, help: flag } as const;
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function selected(only: string | undefined): readonly Mutant[] {
  const all = mutants();
  if (only === undefined) return all;
  const some = all.filter(({ fault, file }) => `${fault} ${file}`.toLowerCase().includes(only.toLowerCase()));
  if (some.length === 0) throw new UsageError(`no fault and no file of one contains "${only}" (--list shows all)`);
  return some;
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const progress = (text: string): void => void process.stderr.write(`${text}\n`);

/** For the real harness, which nobody has timed. */
const untimed: Patience = () => 600_000;
/** A law may take this much longer than on the real harness: other trials run beside it. */
const timed =
  (pace: Pace): Patience =>
  (law) =>
    10_000 + 5 * (pace.get(law) ?? 0);

/** Plants `chosen` and tries them. Throws `NotPlantedError`, and `NoVerdictError` if a law fails on the real harness. */
async function tried(chosen: readonly Mutant[]): Promise<Row[]> {
  const ground = { project: process.cwd(), built: resolve('.tools'), into: resolve('.tools/mutants') };
  try {
    progress(`planting ${chosen.length} faults`);
    const [real, ...planted] = plant(chosen, ground);
    const killers = killersIn(ground.project);
    const trees = planted.map((tree, index): Tree => ({ ...tree, first: killers[chosen[index]!.fault] ?? '' }));
    progress('trying the laws on the real harness');
    const { verdict: sound, pace } = await trial(real!, untimed);
    if (sound.how === 'killed') throw new NoVerdictError(`the real harness breaks "${sound.law}": ${sound.because}`);
    if (sound.how === 'unborn') throw new NoVerdictError(`the real harness cannot be loaded: ${sound.because}`);
    const rows: Row[] = [];
    await trials(trees, timed(pace), availableParallelism(), (verdict, index) => {
      const mutant = chosen[index]!;
      if (verdict.how === 'unborn')
        throw new NotPlantedError(`mutant "${mutant.fault}" cannot be loaded: ${verdict.because}`);
      rows.push({ mutant, verdict });
      progress(`${rows.length} of ${chosen.length}  ${verdict.how}  ${mutant.fault}`);
    });
    return rows;
  } finally {
    rmSync(ground.into, { recursive: true, force: true });
  }
}

async function main(args: string[]): Promise<number> {
  try {
    const { only, list, json, help, ...options } = optionsOf(args);
    const chosen = selected(only);
    if (help) print(HELP);
    else if (list) for (const { fault, file } of chosen) print(`${file.padEnd(26)} ${fault}`);
    if (help || list) return EXIT.killed;
    const rows = await tried(chosen);
    if (options.remember)
      remember(
        rows,
        mutants().map(({ fault }) => fault),
        process.cwd(),
      );
    print(json ? JSON.stringify(document(rows), null, 2) : `${table(rows)}\n\n${tally(rows)}`);
    return rows.every(({ verdict }) => verdict.how === 'killed') ? EXIT.killed : EXIT.survived;
  } catch (error) {
    if (error instanceof UsageError) progress(`${error.message}\n(npm run mutants -- --help says what there is)`);
    else if (error instanceof NotPlantedError || error instanceof NoVerdictError) progress(error.message);
    else throw error;
    return error instanceof UsageError ? EXIT.usage : EXIT.noVerdict;
  }
}

process.exitCode = await main(process.argv.slice(2));
