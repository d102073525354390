/** What the laws of the harness share: fixed seeds, and short ways to run programs on the model engine. */
import fc from 'fast-check';
import { expect } from 'vitest';
import {
  type Client,
  crashes,
  type Ended,
  type Event,
  type EventOf,
  explore,
  type Limits,
  model,
  random,
  replay,
  type Run,
  type Scenario,
  type Script,
  service,
  type State,
  type Strategy,
  type Surroundings,
  type Workflow,
} from '../../harness/index.ts';
import { random as stream } from '../../harness/random.ts';
import { endedOf } from '../../harness/scenario.ts';

// Equal on every machine: a law that fails in CI fails at home.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20_300_101 });

/** A bank that remembers every charge: 100 in the account, and nothing is ever refused. */
export const bank = service(
  { charges: [] as readonly string[] },
  {
    charge: ({ charges }, what: string) => ({ state: { charges: [...charges, what] }, reply: charges.length + 1 }),
  },
);

/** The tables of every program here. */
export type Tables = { log: string[] };

type World = { bank: typeof bank };
export type Outside = Surroundings<World, Tables>;
type Seen = State<{ bank: { readonly charges: readonly string[] } }, Tables>;

export interface Options {
  /** More workflows than `main`. */
  readonly others?: (outside: Outside) => Readonly<Record<string, Workflow>>;
  /** Default: starts `main` as `w`. */
  readonly start?: (client: Client) => unknown;
  readonly limits?: Partial<Limits>;
  readonly setup?: () => unknown;
  readonly check?: (state: Seen) => unknown;
  readonly invariant?: (state: Seen) => void;
}

/** A scenario around one workflow, `main`. */
export function scenarioOf(
  main: (outside: Outside) => Workflow,
  { others, start = (client) => client.start('main', { id: 'w' }), ...rest }: Options = {},
): Scenario<Client, Seen['world'], Tables> {
  const engine = model<World, Tables>({
    world: { bank },
    tables: () => ({ log: [] }),
    workflows: (outside) => ({ ...others?.(outside), main: main(outside) }),
  });
  return { name: 'law', engine, start, ...rest };
}

/** One run of `main`, calm except for `script`, whose crashes are within the limits. */
export function run(main: Workflow, script: Script = [], options: Options = {}): Promise<Run> {
  const crashesMax = Math.max(1, script.filter(({ choose }) => choose.startsWith('crash')).length);
  return replay(
    scenarioOf(() => main, { ...options, limits: { crashesMax, ...options.limits } }),
    script,
  );
}

/** What workflow `id` came to. */
export const ended = ({ results }: Run, id = 'w'): Ended | undefined => endedOf(results)[id];

/** What workflow `id` returned. Throws if it did not. */
export function valueOf(made: Run, id = 'w'): unknown {
  const end = ended(made, id);
  if (end?.status !== 'SUCCESS') throw new Error(`${id} came to ${JSON.stringify(end ?? made.ending)}`);
  return end.value;
}

/** Events of one type, in order. */
export const eventsOf = <T extends Event['type']>({ history }: Run, type: T): EventOf<T>[] =>
  history.filter((event): event is EventOf<T> => event.type === type);

/** Labels of the moves made, in order. */
export const moves = (made: Run): string[] => eventsOf(made, 'move.made').map(({ label }) => label);

/** Names of the step bodies that ran, in order. */
export const bodies = (made: Run): string[] => eventsOf(made, 'step.ran').map(({ name }) => name);

/** The script of crashes after these moves. */
export const crashAfter = (...labels: string[]): Script =>
  labels.map((after, index) => ({ after, choose: `crash executor-1${index === 0 ? '' : `#${index + 1}`}` }));

/** Makes every run with at most two crashes, judged by every check and by the scenario's own. Returns how many. */
export async function expectUnderCrashes(
  main: (outside: Outside) => Workflow,
  options: Options = {},
  runsMax = 20_000,
): Promise<number> {
  const scenario = scenarioOf(main, { ...options, limits: { crashesMax: 2, ...options.limits } });
  const { finding, complete, runs } = await explore(scenario, { strategies: [crashes(2)], runsMax });
  const objections = finding?.violations.map(({ because }) => because) ?? [];
  expect({ objections, script: finding?.script ?? [] }).toEqual({ objections: [], script: [] });
  expect(complete).toBe(true);
  return runs;
}

/** `count` random runs of `scenario`, unjudged: half of them as a search plans them, half at the mercy of a fair die. */
export async function randomRuns<C, W, T>(scenario: Scenario<C, W, T>, count: number): Promise<Run[]> {
  const made: Run[] = [];
  const die = stream('laws', 'die');
  function* plan(): Strategy {
    const schedules = random('laws');
    for (let step = schedules.next(); step.done !== true && made.length < count;) {
      made.push(yield ({ options }) => die.below(options.length));
      const planned = yield step.value;
      made.push(planned);
      step = schedules.next(planned);
    }
    return null;
  }
  await explore(scenario, { strategies: [plan()], checks: [], runsMax: count + 2 });
  return made;
}
