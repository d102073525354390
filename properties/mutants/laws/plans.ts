/** Laws of strategies: which runs are planned, and what a campaign says of them. */
import { deepStrictEqual, notDeepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import {
  crashes,
  deepening,
  exhaustive,
  random,
  type Run,
  type Scope,
  scriptOf,
  type Strategy,
  type Workflow,
} from '../../../harness/index.ts';
import { priorities } from '../../../harness/strategies/priorities.ts';
import { strategiesFor } from '../../../harness/strategies/standard.ts';
import { moves, scenarioOf } from '../../harness/support.ts';
import { type Law, make, planned, say, search } from './making.ts';

/** Two steps side by side: small enough to make every run of, and large enough to have orders. */
export const pair = scenarioOf(() => (ctx) => Promise.all(['a', 'b'].map((name) => ctx.step(name, say(name)))));

export const sequence = async (ctx: Parameters<Workflow>[0], ...names: readonly string[]): Promise<void> => {
  for (const name of names) await ctx.step(name, say(name));
};
/** `a`, `b`, `c`, ... */
const letters = (count: number): string[] => [...Array(count).keys()].map((at) => String.fromCodePoint(97 + at));

export const interleaved = scenarioOf(
  () => (ctx) => Promise.allSettled([sequence(ctx, 'a', 'b'), sequence(ctx, 'c', 'd')]),
);
export const long = scenarioOf(() => (ctx) => sequence(ctx, ...letters(6)), { limits: { crashesMax: 8 } });

export const nameOf = (run: Run): string => JSON.stringify(scriptOf(run.decisions));
export const namesOf = (runs: readonly Run[]): string[] => runs.map(nameOf).toSorted();
export const isCrash = ({ choose }: { readonly choose: string }): boolean => choose.startsWith('crash');
export const crashesIn = (run: Run): number => scriptOf(run.decisions).filter(isCrash).length;
export const deviationsIn = (run: Run): number => scriptOf(run.decisions).length;

/** Every run with at most `deviationsMax` deviations, by walking all prefixes. */
export function* everyRun(deviationsMax: number): Strategy {
  const open: number[][] = [[]];
  for (let prefix = open.pop(); prefix !== undefined; prefix = open.pop()) {
    const fixed: readonly number[] = prefix;
    const run: Run = yield ({ at }) => fixed[at] ?? 0;
    if (deviationsIn(run) === deviationsMax) continue;
    for (const { at, options } of run.decisions.slice(fixed.length))
      for (let chose = 1; chose < options.length; chose++)
        open.push([...run.decisions.slice(0, at).map((decision) => decision.chose), chose]);
  }
  return null;
}

export const within =
  ({ crashesMax, othersMax, deviationsMax = Infinity }: Scope) =>
  (run: Run): boolean =>
    crashesIn(run) <= crashesMax &&
    deviationsIn(run) - crashesIn(run) <= othersMax &&
    deviationsIn(run) <= deviationsMax;

async function exhausts(): Promise<void> {
  const all = await planned(pair, everyRun(3));
  const scopes = [
    ...[
      { crashesMax: 0, othersMax: 2 },
      { crashesMax: 2, othersMax: 0 },
      { crashesMax: 1, othersMax: 2 },
    ],
    { crashesMax: 2, othersMax: 2, deviationsMax: 2 },
  ];
  for (const scope of scopes)
    deepStrictEqual(namesOf(await planned(pair, exhaustive(scope))), namesOf(all.filter(within(scope))));
  deepStrictEqual(
    new Set(namesOf(await planned(pair, crashes(2)))),
    new Set(namesOf(all.filter(within({ crashesMax: 2, othersMax: 0 })))),
  );
  const deviations = (await planned(pair, deepening([scopes[0]!, scopes[3]!]))).map(deviationsIn);
  strictEqual(deviations.indexOf(2) < deviations.lastIndexOf(1), true);
}

async function says(): Promise<void> {
  const scope = { crashesMax: 1, othersMax: 1 };
  const all = await search(pair, { strategies: [exhaustive(scope)], runsMax: 10_000 });
  deepStrictEqual([all.exhausted, all.complete, all.finding], [scope, true, null]);
  const cut = await search(pair, { strategies: [exhaustive(scope)], runsMax: 10 });
  deepStrictEqual([cut.exhausted, cut.complete, cut.runs], [null, false, 10]);
  const most = await search(pair, { strategies: [crashes(2), exhaustive({ crashesMax: 0, othersMax: 1 })] });
  deepStrictEqual(most.exhausted, { crashesMax: 2, othersMax: 0 });
}

async function flat(): Promise<void> {
  // With less crashes to spend than are planned, only the first of them would ever happen.
  const { length } = (await make(long)).decisions;
  const runs = await planned(long, random('placement'), 500);
  const places = runs.flatMap(({ decisions }) =>
    decisions
      .filter(({ options, chose }) => options[chose]!.kind === 'crash')
      .map(({ at }) => at)
      .filter((at) => at < length),
  );
  const quarters = [0, 1, 2, 3].map(
    (quarter) => places.filter((at) => Math.floor((4 * at) / length) === quarter).length / places.length,
  );

  ok(places.length > 150, `only ${places.length} crashes`);
  const told = quarters.map((share) => share.toFixed(2)).join(' ');
  ok(
    quarters.every((share) => share > 0.15 && share < 0.35),
    `crashes by quarter of the run: ${told}`,
  );
}

async function calms(): Promise<void> {
  // Nobody knows yet how long runs are: the first is expected to have 8 decisions, and random for twice as many.
  const longer = scenarioOf(() => (ctx) => sequence(ctx, ...letters(26)));
  for (const seed of 'abcdefgh') {
    const [run] = await planned(longer, random(seed), 1);
    ok(run!.decisions.slice(16).every(({ chose }) => chose === 0));
  }
}

async function seeds(): Promise<void> {
  const plan = async (seed: string): Promise<string[]> => (await planned(pair, random(seed), 30)).map(nameOf);
  const [one, again, other] = [await plan('a'), await plan('a'), await plan('b')];
  deepStrictEqual(one, again);
  notDeepStrictEqual(one, other);
  ok(new Set(one).size > 10, 'random runs differ');
  const findings = [await search(interleaved, { seed: 'x' }), await search(interleaved, { seed: 'x' })];
  strictEqual(JSON.stringify(findings[0]), JSON.stringify(findings[1]));
}

/** One step beside a sequence of others. */
const beside = scenarioOf(() => (ctx) => Promise.all([ctx.step('slow', say('slow')), sequence(ctx, ...letters(4))]));

async function ranks(): Promise<void> {
  const runs = await planned(beside, priorities('x'), 100);
  ok(
    runs.every((run) => crashesIn(run) === 0),
    'a fault',
  );
  // Starved or hurried: a fair die at every choice would hardly ever leave it to the last.
  const last = runs.filter((run) => moves(run).indexOf('land slow#1') > moves(run).indexOf('land d#1'));
  ok(last.length > 3 && last.length < 50, `${last.length} of 100 runs starve it`);
}

async function standard(): Promise<void> {
  // What is systematic comes first and ends; what samples comes last and does not.
  const strategies = strategiesFor('x');
  for (const [index, strategy] of strategies.entries()) {
    const last = index === strategies.length - 1;
    strictEqual((await planned(pair, strategy, 1_000)).length === 1_000, last);
  }
}

export const PLANS: readonly Law[] = [
  { name: 'exhaustive search makes exactly the runs of its scope', holds: exhausts },
  { name: 'a campaign says what it exhausted', holds: says },
  { name: 'equal seeds plan equal runs, others do not', holds: seeds },
  { name: 'priorities starve the same party all along', holds: ranks },
  { name: 'random runs are calm beyond twice their horizon', holds: calms },
  { name: 'random runs crash anywhere, not just at the start', holds: flat },
  { name: 'the standard plan is systematic first and samples last', holds: standard },
];
