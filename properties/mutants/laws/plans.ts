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
import { chosen } from '../../../harness/decision.ts';
import { Interleavings } from '../../../harness/interleavings.ts';
import { Plan } from '../../../harness/plan.ts';
import { priorities } from '../../../harness/strategies/priorities.ts';
import { selective } from '../../../harness/strategies/selective.ts';
import { strategiesFor } from '../../../harness/strategies/standard.ts';
import { uniform } from '../../../harness/strategies/uniform.ts';
import { moves, scenarioOf } from '../../harness/support.ts';
import { labelsOf, sampleOf, toyOf } from '../../harness/toys.ts';
import { countRuns, type Law, make, planned, say, search } from './making.ts';

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
export const long = scenarioOf(() => (ctx) => sequence(ctx, ...letters(12)), { limits: { crashesMax: 1 } });

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
  const { length } = (await make(long)).decisions;
  const runs = await planned(long, random('placement'), 500);
  const places = runs.flatMap(({ decisions }) =>
    decisions.filter(({ options, chose }) => options[chose]!.kind === 'crash').map(({ at }) => at),
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
  ok(
    (await planned(pair, random('pairs'), 60)).some((run) => crashesIn(run) > 1),
    'no run has two crashes',
  );
}

/** Asks again and again, until somebody lets it hear. */
const poller = scenarioOf(
  () => async (ctx) => {
    while ((await ctx.recv('t', 1)) === null);
  },
  {
    start: (client) => client.start('main', { id: 'w' }).then(() => client.send('w', 'enough', 't')),
    limits: { crashesMax: 0, movesMax: 1_000 },
  },
);

async function calms(): Promise<void> {
  const runs = await planned(poller, random('poll'), 40);
  const lengths = runs.map(({ moves: made }) => made);
  ok(Math.max(...lengths) > 2 * lengths[0]!, 'nobody ever has to wait');
  deepStrictEqual([...new Set(runs.map(({ ending }) => ending.how))], ['finished']);
}

/** Whether every one of `kinds` things came up about as often as the others. */
function alike(names: readonly string[], kinds: number): boolean {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, 1 + (counts.get(name) ?? 0));
  const share = names.length / kinds;
  return counts.size === kinds && [...counts.values()].every((count) => count > 0.6 * share && count < 1.5 * share);
}

function uniforms(): void {
  const runs = sampleOf(toyOf([2, 3]), uniform('x'), 1_500);
  countRuns(runs.length);
  ok(
    alike(
      runs.map((run) => labelsOf(run).join()),
      10,
    ),
    'some of the 10 orders come up more often than others',
  );
}

function selects(): void {
  const calls = (who: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `land bank.${who}#${index + 1}`);
  const crowd = Array.from({ length: 8 }, (_, index) => `reply other#${index + 1}`);
  const runs = sampleOf({ chains: [calls('a', 1), calls('b', 4), crowd], crashesMax: 0 }, selective('x'), 1_500);
  countRuns(runs.length);
  const orders = runs.map((run) =>
    labelsOf(run)
      .filter((label) => label.startsWith('land'))
      .join(),
  );
  ok(alike(orders, 5), 'some of the 5 orders of the calls come up more often than others');
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

/** At most moments both of its processes can crash, and be suspended. */
const faulty = scenarioOf(() => (ctx) => sequence(ctx, ...letters(4)), {
  limits: { executors: 2, crashesMax: 2, suspensionsMax: 2 },
});

async function harmless(): Promise<void> {
  for (const run of await planned(faulty, priorities('x'), 50))
    for (const { label } of run.decisions.map(chosen)) ok(!/^(?:crash|suspend|takeover) /.test(label), label);
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
    strictEqual((await planned(pair, strategy, 400)).length === 400, last);
  }
}

/** What is planned of six runs: `s` for what is systematic, `r` for samples. */
function turns(inTurns: boolean): string {
  let names = '';
  const endless = function* (name: string): Strategy {
    for (;;) {
      yield () => 0;
      names += name;
    }
  };
  const plan = new Plan([endless('s'), endless('r')], { runsMax: 6, inTurns }, () => undefined);
  for (let runs = 0; runs < 6; runs++) plan.turn(runs)!.see({} as Run);
  return names;
}

async function divides(): Promise<void> {
  await Promise.resolve();
  deepStrictEqual([turns(false), turns(true)], ['sssrrr', 'srsrsr']);
}

async function tells(): Promise<void> {
  const different = new Interleavings();
  for (const run of await planned(pair, everyRun(2))) {
    different.see(run);
    different.see(run);
  }
  strictEqual(different.count, (await planned(pair, everyRun(2))).length);
}

export const PLANS: readonly Law[] = [
  { name: 'exhaustive search makes exactly the runs of its scope', holds: exhausts },
  { name: 'a campaign says what it exhausted', holds: says },
  { name: 'equal seeds plan equal runs, others do not', holds: seeds },
  { name: 'priorities starve the same party all along', holds: ranks },
  { name: 'a strategy without faults makes none, however many are on offer', holds: harmless },
  { name: 'sampled runs end calmly, so that nobody starves for ever', holds: calms },
  { name: 'uniform runs make every order alike', holds: uniforms },
  { name: 'selective runs make every order of the calls to a service alike', holds: selects },
  { name: 'random runs crash anywhere, not just at the start', holds: flat },
  { name: 'half of the runs are systematic, or every other one where time is limited', holds: divides },
  { name: 'a run that was made before is not counted as another', holds: tells },
  { name: 'the standard plan is systematic first and samples last', holds: standard },
];
