/** What the laws share: short ways to make runs, and one count of them. */
import { deepStrictEqual } from 'node:assert/strict';
import {
  type Budget,
  type Context,
  crashes,
  type Decider,
  type EventOf,
  explore,
  type Event,
  type Findings,
  random,
  replay,
  type Run,
  type Scenario,
  type Script,
  type Strategy,
  type Workflow,
} from '../../../harness/index.ts';
import { random as stream } from '../../../harness/random.ts';
import { type Options, type Outside, scenarioOf } from '../../harness/support.ts';

/** A promise of the harness, which it keeps or breaks. */
export interface Law {
  readonly name: string;
  /** Throws when the law is broken. */
  readonly holds: () => void | Promise<void>;
}

let runs = 0;

/** Simulated runs so far in this process, and cases of laws that try a part without running anything. */
export const runsMade = (): number => runs;

/** Counts runs, or cases. */
export const countRuns = (more: number): void => void (runs += more);

/** Counts a run, or a case. */
export const countRun = (): void => countRuns(1);

/** `scenario`, with its runs counted: an engine begins once for each. */
export function counted<C, W, T>(scenario: Scenario<C, W, T>): Scenario<C, W, T> {
  const { engine } = scenario;
  return {
    ...scenario,
    engine: {
      ...engine,
      begin: (machine) => {
        countRun();
        return engine.begin(machine);
      },
    },
  };
}

/** One run of `scenario`. */
export const make = <C, W, T>(scenario: Scenario<C, W, T>, script: Script = []): Promise<Run> =>
  replay(counted(scenario), script);

/** One run of a workflow called `main`, calm except for `script`. */
export function made(main: Workflow, script: Script = [], options: Options = {}): Promise<Run> {
  const crashesMax = Math.max(1, script.filter(({ choose }) => choose.startsWith('crash')).length);
  const limits = { crashesMax, ...options.limits };
  return make(
    scenarioOf(() => main, { ...options, limits }),
    script,
  );
}

/** A campaign over `scenario`. */
export const search = <C, W, T>(scenario: Scenario<C, W, T>, budget: Budget = {}): Promise<Findings> =>
  explore(counted(scenario), budget);

/** The check that first objects to a workflow called `main`; null: none does. */
export async function caughtBy(
  main: (ctx: Context, outside: Outside) => unknown,
  { budget, ...options }: Options & { readonly budget: Budget },
): Promise<string | null> {
  const scenario = scenarioOf((outside) => (ctx) => main(ctx, outside), options);
  const { finding } = await search(scenario, budget);
  return finding?.violations[0]?.check ?? null;
}

/** Whether a workflow called `main` holds in every run with at most two crashes, by every check and by its own. */
export async function holdsUnderCrashes(main: (outside: Outside) => Workflow, options: Options = {}): Promise<void> {
  const scenario = scenarioOf(main, { ...options, limits: { crashesMax: 2, ...options.limits } });
  const { finding, complete } = await search(scenario, { strategies: [crashes(2)], runsMax: 20_000 });
  const objections = finding?.violations.map(({ because }) => because) ?? [];
  deepStrictEqual({ objections, complete }, { objections: [], complete: true });
}

/** Runs that `strategy` plans for `scenario`, `count` at most, unjudged. */
export async function planned<C, W, T>(
  scenario: Scenario<C, W, T>,
  strategy: Strategy,
  count = Infinity,
): Promise<Run[]> {
  const all: Run[] = [];
  function* spied(): Strategy {
    let step = strategy.next();
    while (step.done !== true && all.length < count) {
      const run = yield step.value;
      all.push(run);
      step = strategy.next(run);
    }
    return null;
  }
  await search(scenario, { strategies: [spied()], checks: [], runsMax: 100_000 });
  return all;
}

/** Plans one run. */
export function* once(decide: Decider): Strategy {
  yield decide;
  return null;
}

/** Runs at the mercy of a fair die, and runs as a search plans them, by turns. */
export async function sampled<C, W, T>(scenario: Scenario<C, W, T>, count: number): Promise<Run[]> {
  const die = stream('laws', 'die');
  function* turns(): Strategy {
    const schedules = random('laws');
    for (let step = schedules.next(); step.done !== true;) {
      yield ({ options }) => die.below(options.length);
      step = schedules.next(yield step.value);
    }
    return null;
  }
  return planned(scenario, turns(), count);
}

/** Events of one type, in order. */
export const eventsOf = <T extends Event['type']>({ history }: Run, type: T): EventOf<T>[] =>
  history.filter((event): event is EventOf<T> => event.type === type);

/** The message of whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A step body that only says something. */
export const say =
  <T>(what: T) =>
  (): T =>
    what;
