/**
 * What `npm run soak` does, with its surroundings handed in: batches of safe and of hazardous programs in turn, until the
 * time is up or a law is broken, and a table of what was seen. `soak.ts` starts it.
 */
import { parseArgs } from 'node:util';
import { durationIn, wholeNumber } from '../../harness/cli/plan.ts';
import { UsageError } from '../../harness/cli/usage.ts';
import { type Caught, type Figures, hazardsAreCaught, safeProgramsHold } from './laws.ts';

const HELP = `npm run soak -- [options]

  Tries generated programs: safe ones must raise no violation under any schedule,
  hazardous ones must be caught, each by a check that names its hazard.

  --for TIME      how long: 30s, 10m, 2h (default: 1m)
  --programs N    a fixed amount instead: N safe programs, and a tenth as many hazardous ones
  --runs N        runs of each safe program (default: 10)
  --seed TEXT     other programs and runs; the same text makes the same ones (default: reprise)
  --json          one JSON document on stdout, and nothing else
  --help          this

  exit code  0  both laws hold
             1  one is broken: the smallest program that shows it is printed
             2  used wrongly`;

const EXIT = { holds: 0, broken: 1, usage: 2 } as const;

/** Safe programs in a batch; a tenth as many hazardous ones follow. */
const BATCH = 100;
/** Runs in which a hazard has to show. A process taken for dead takes the most. */
const HAZARD_RUNS_MAX = 20_000;

/** Where the command runs. */
export interface Surroundings {
  readonly print: (text: string) => void;
  /** Progress, and what was done wrong. */
  readonly warn: (text: string) => void;
  readonly nowMs: () => number;
}

interface Options {
  readonly seed: string;
  readonly json: boolean;
  readonly help: boolean;
  /** Null: as many as there is time for. */
  readonly programs: number | null;
  readonly forMs: number;
  readonly runs: number;
}

/** Everything that was tried, and the law that was broken, in words. */
interface Tally {
  safe: Figures;
  hazardous: Figures;
  readonly caught: Caught[];
  broken: string | null;
}

/** Runs the command; returns its exit code. */
export async function soak(args: readonly string[], around: Surroundings): Promise<number> {
  let options: Options;
  try {
    options = optionsOf(args);
  } catch (error) {
    around.warn(`${(error as Error).message}\n(npm run soak -- --help says what there is)`);
    return EXIT.usage;
  }
  if (options.help) {
    around.print(HELP);
    return EXIT.holds;
  }
  const tally = await laws(options, around);
  around.print(options.json ? JSON.stringify(dataOf(tally, options.seed), null, 2) : report(tally));
  return tally.broken === null ? EXIT.holds : EXIT.broken;
}

function optionsOf(args: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { seed: { ...text, default: 'reprise' }, for: text, programs: text, runs: text, json: flag, help: flag },
  });
  const { seed, json, help, for: time, programs, runs = '10' } = values;
  if (time !== undefined && programs !== undefined)
    throw new UsageError('--for and --programs exclude each other: a time, or an amount');
  return {
    ...{ seed, json, help, runs: wholeNumber(runs, '--runs') },
    programs: programs === undefined ? null : wholeNumber(programs, '--programs'),
    forMs: durationIn(time ?? '1m'),
  };
}

const NOTHING: Figures = { programs: 0, runs: 0, decisions: 0 };

const sum = (a: Figures, b: Figures): Figures => ({
  programs: a.programs + b.programs,
  runs: a.runs + b.runs,
  decisions: a.decisions + b.decisions,
});

async function laws({ seed, programs, forMs, runs }: Options, { warn, nowMs }: Surroundings): Promise<Tally> {
  const tally: Tally = { safe: NOTHING, hazardous: NOTHING, caught: [], broken: null };
  const endMs = nowMs() + forMs;
  const sizeOfNext = (): number => {
    if (tally.broken !== null) return 0;
    return programs === null ? (nowMs() < endMs ? BATCH : 0) : Math.min(BATCH, programs - tally.safe.programs);
  };
  let batch = 0;
  for (let size = sizeOfNext(); size > 0; size = sizeOfNext()) {
    // The first batch of this seed is the one that was begun.
    const own = batch === 0 ? seed : `${seed}+${batch}`;
    batch++;
    try {
      tally.safe = sum(tally.safe, await safeProgramsHold({ seed: own, programs: size, runsEach: runs }));
      const hazardous = { seed: own, programs: Math.ceil(size / 10), runsMax: HAZARD_RUNS_MAX };
      const { caught, ...figures } = await hazardsAreCaught(hazardous);
      tally.hazardous = sum(tally.hazardous, figures);
      tally.caught.push(...caught);
      warn(`${line('safe', tally.safe)}; ${line('hazardous', tally.hazardous)}`);
    } catch (error) {
      tally.broken = `${(error as Error).message}\n\nagain: npm run soak -- --seed '${own}' --programs ${size} --runs ${runs}`;
    }
  }
  return tally;
}

// ---- what is printed -----------------------------------------------------------------------------------------------

const digits = (count: number): string => count.toLocaleString('en-US');

const line = (what: string, { programs, runs, decisions }: Figures): string =>
  `${digits(programs)} ${what} programs, ${digits(runs)} runs, ${digits(decisions)} decisions`;

/** Median and maximum of the runs that it took. */
function spread(caught: readonly Caught[]): { readonly median: number; readonly max: number } {
  const runs = caught.map((one) => one.runs).toSorted((a, b) => a - b);
  return { median: runs[Math.floor(runs.length / 2)] ?? 0, max: runs.at(-1) ?? 0 };
}

interface Row {
  readonly hazard: string;
  readonly caught: number;
  readonly by: Readonly<Record<string, number>>;
  readonly runsToFind: { readonly median: number; readonly max: number };
}

function rowsOf(caught: readonly Caught[]): Row[] {
  return [...new Set(caught.map(({ hazard }) => hazard))].toSorted().map((hazard) => {
    const own = caught.filter((one) => one.hazard === hazard);
    const checks = [...new Set(own.map(({ check }) => check))].toSorted();
    const by = Object.fromEntries(checks.map((check) => [check, own.filter((one) => one.check === check).length]));
    return { hazard, caught: own.length, by, runsToFind: spread(own) };
  });
}

const dataOf = ({ safe, hazardous, caught, broken }: Tally, seed: string): unknown => ({
  ...{ version: 1, seed, holds: broken === null, broken, safe, hazardous },
  ...{ runsToFind: spread(caught), hazards: rowsOf(caught) },
});

function report({ safe, hazardous, caught, broken }: Tally): string {
  const tried = `${line('safe', safe)}: ${broken === null ? 'no violation' : 'until a law broke'}`;
  if (caught.length === 0) return [...(broken === null ? [] : [broken, '']), tried].join('\n');
  const { median, max } = spread(caught);
  const rows = rowsOf(caught).map(({ hazard, caught: count, by, runsToFind }) => {
    const checks = Object.entries(by).map(([check, times]) => `${check} ${times}`);
    const figures = [digits(count), digits(runsToFind.median), digits(runsToFind.max)];
    return `  ${hazard.padEnd(24)}${figures.map((figure) => figure.padStart(8)).join('')}  ${checks.join(', ')}`;
  });
  const found = `${digits(caught.length)} caught, in a median of ${digits(median)} runs, at most ${digits(max)}`;
  return [
    ...(broken === null ? [] : [broken, '']),
    tried,
    `${line('hazardous', hazardous)}: ${found}`,
    ...['', `  ${'hazard'.padEnd(24)}  caught  median     max  by`, ...rows],
  ].join('\n');
}
