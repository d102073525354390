/**
 * How many runs each strategy takes to find each bug of the corpus, and what it costs to make every run of a scope.
 * A bug is found when the scenario's own check objects: nothing else is judged, and nothing is shrunk.
 */
import {
  explore,
  exhaustive,
  portfolio,
  random,
  type Run,
  type Scenario,
  type State,
  strategiesFor,
  type Strategy,
} from '../../harness/index.ts';
import { pct } from '../../harness/strategies/priorities.ts';
import { selective } from '../../harness/strategies/selective.ts';
import { uniform } from '../../harness/strategies/uniform.ts';
import { walk } from '../../harness/strategies/walk.ts';
import { encode } from '../../harness/values.ts';
import { TWINS } from '../../scenarios/index.ts';
import { CORPUS } from './corpus.ts';

/** One strategy on one program, over some seeds. */
export interface Row {
  readonly program: string;
  readonly strategy: string;
  /** Mean of the runs to the first find, over the seeds that found; null if none did. */
  readonly runs: number | null;
  /** Seeds that found, of seeds that were tried: fewer than asked for if one found nothing, or if it took too long. */
  readonly found: number;
  readonly of: number;
  /** Runs that each seed had. */
  readonly runsMax: number;
}

/** What is measured, by name. The plan of a campaign is all its strategies, one after another. */
const STRATEGIES: Readonly<Record<string, (seed: string) => readonly Strategy[]>> = {
  walk: (seed) => [walk(seed)],
  random: (seed) => [random(seed)],
  pct: (seed) => [pct(seed)],
  uniform: (seed) => [uniform(seed)],
  selective: (seed) => [selective(seed)],
  portfolio: (seed) => [portfolio(seed)],
  standard: strategiesFor,
};

/** Decisions that one strategy may take on one program, over all seeds: some seconds. */
const DECISIONS_MAX = 600_000;

/**
 * Every strategy on every program of the corpus. Deterministic. A seed that finds nothing in `runsMax` runs is the last
 * that is tried: who wants every seed to find needs to know no more.
 */
export async function measureStrategies(options: {
  readonly seeds: number;
  readonly runsMax: number;
}): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const scenario of CORPUS)
    for (const strategy of Object.keys(STRATEGIES)) rows.push(await measure(scenario, strategy, options));
  return rows;
}

async function measure(
  scenario: Scenario,
  strategy: string,
  { seeds, runsMax }: { readonly seeds: number; readonly runsMax: number },
): Promise<Row> {
  const finds: number[] = [];
  let decisions = 0;
  let of = 0;
  while (of < seeds && of === finds.length && decisions < DECISIONS_MAX) {
    const hunt = await hunted(scenario, STRATEGIES[strategy]!(`seed ${of++}`), runsMax);
    decisions += hunt.decisions;
    if (hunt.found) finds.push(hunt.runs);
  }
  const runs = finds.length === 0 ? null : finds.reduce((sum, one) => sum + one, 0) / finds.length;
  return { program: scenario.name, strategy, runs, found: finds.length, of, runsMax };
}

/** Makes the runs that `strategies` plan, until a check objects. */
async function hunted(
  scenario: Scenario,
  strategies: readonly Strategy[],
  runsMax: number,
): Promise<{ found: boolean; runs: number; decisions: number }> {
  const hunt = { found: false, runs: 0, decisions: 0 };
  const see = (run: Run): boolean => {
    hunt.runs++;
    hunt.decisions += run.decisions.length;
    return (hunt.found = run.complaints.length > 0);
  };
  const phases = strategies.map((strategy) => until(strategy, (run) => hunt.found || see(run)));
  await explore(scenario, { strategies: phases, checks: [], runsMax });
  return hunt;
}

/** The runs that `strategy` plans, as long as `see` has not seen enough. */
function* until(strategy: Strategy, see: (run: Run) => boolean): Strategy {
  for (let step = strategy.next(); ;) {
    if (step.done === true) return step.value;
    const run = yield step.value;
    if (see(run)) return null;
    step = strategy.next(run);
  }
}

/** Every run of a program with at most so many crashes, whatever else happens in whatever order. */
export interface ExhaustiveRow {
  readonly program: string;
  readonly crashesMax: number;
  readonly runs: number;
  readonly seconds: number;
  /** Different ends that runs came to: results, and the state of world and tables. */
  readonly outcomes: number;
}

/** Programs of the catalogue of which every run can be made in seconds, and how many crashes they may meet. */
const EXHAUSTED: readonly (readonly [program: string, crashesMax: number])[] = [
  ['transfer-plain-step', 1],
  ['payment-retry-without-key', 1],
  ['interleaved-same-name', 1],
  ['trip-compensated-after-all', 1],
  ['payment-zombie-without-key', 0],
  ['quote-raced-with-sleep', 1],
];

/** Makes every run of some programs. The seconds are real ones. */
export async function measureExhaustive(): Promise<readonly ExhaustiveRow[]> {
  const rows: ExhaustiveRow[] = [];
  for (const [program, crashesMax] of EXHAUSTED) {
    const twin = TWINS.find(({ scenario }) => scenario.name === program)!;
    const outcomes = new Set<string>();
    const check = (state: State): void => void outcomes.add(encode(state));
    const scenario = { ...twin.scenario, check, limits: { ...twin.scenario.limits, crashesMax } };
    const begun = performance.now();
    let runs = 0;
    const count = (): boolean => {
      runs++;
      return false;
    };
    const everything = exhaustive({ crashesMax, othersMax: Infinity });
    await explore(scenario, { strategies: [until(everything, count)], checks: [], runsMax: Infinity });
    rows.push({ program, crashesMax, runs, seconds: (performance.now() - begun) / 1_000, outcomes: outcomes.size });
  }
  return rows;
}
