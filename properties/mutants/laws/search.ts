/** Laws of the search: which runs are planned, how findings get small, and what a campaign says of itself. */
import { deepStrictEqual, notDeepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { scripts } from '../../../harness/adapters/fast-check.ts';
import {
  crashes,
  deepening,
  exhaustive,
  fingerprint,
  NotDeterministicError,
  random,
  type Run,
  type Scope,
  type Script,
  scriptOf,
  StaleScriptError,
  type Strategy,
  verify,
  type Workflow,
} from '../../../harness/index.ts';
import { prove, shrink } from '../../../harness/shrink.ts';
import { priorities } from '../../../harness/strategies/priorities.ts';
import { followLoosely } from '../../../harness/strategies/script.ts';
import { strategiesFor } from '../../../harness/strategies/standard.ts';
import { moves, scenarioOf } from '../../harness/support.ts';
import { counted, type Law, make, planned, sampled, say, search } from './making.ts';

/** Two steps side by side: small enough to make every run of, and large enough to have orders. */
const pair = scenarioOf(() => (ctx) => Promise.all(['a', 'b'].map((name) => ctx.step(name, say(name)))));

const sequence = async (ctx: Parameters<Workflow>[0], ...names: readonly string[]): Promise<void> => {
  for (const name of names) await ctx.step(name, say(name));
};
const interleaved = scenarioOf(() => (ctx) => Promise.allSettled([sequence(ctx, 'a', 'b'), sequence(ctx, 'c', 'd')]));
const long = scenarioOf(() => (ctx) => sequence(ctx, ...'abcdef'), { limits: { crashesMax: 8 } });

const nameOf = (run: Run): string => JSON.stringify(scriptOf(run.decisions));
const namesOf = (runs: readonly Run[]): string[] => runs.map(nameOf).toSorted();
const isCrash = ({ choose }: { readonly choose: string }): boolean => choose.startsWith('crash');
const crashesIn = (run: Run): number => scriptOf(run.decisions).filter(isCrash).length;
const deviationsIn = (run: Run): number => scriptOf(run.decisions).length;

/** Every run with at most `deviationsMax` deviations, by walking all prefixes. */
function* everyRun(deviationsMax: number): Strategy {
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

const within =
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
  const longer = scenarioOf(() => (ctx) => sequence(ctx, ...'abcdefghijklmnopqrstuvwxyz'));
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
const beside = scenarioOf(() => (ctx) => Promise.all([ctx.step('slow', say('slow')), sequence(ctx, ...'abcdefgh')]));

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

async function replays(): Promise<void> {
  for (const run of await sampled(interleaved, 60))
    strictEqual(fingerprint(await make(interleaved, scriptOf(run.decisions))), fingerprint(run));
  const runs = await planned(pair, everyRun(2));
  strictEqual(new Set(runs.map(fingerprint)).size, runs.length);
}

async function stale(): Promise<void> {
  const gone: Script = [{ after: 'start w', choose: 'land gone#1' }];
  const never: Script = [{ after: 'land gone#1', choose: 'crash executor-1' }];
  for (const script of [gone, never]) {
    await rejects(make(pair, script), StaleScriptError);
    await rejects(verify(counted(pair), script), StaleScriptError);
  }
  const twice = ['land b#1', 'crash executor-1'].map((choose) => ({ after: 'start w', choose }));
  await rejects(make(pair, twice), /chooses twice after "start w"/);
  for (const odd of [null, 'x', [{ after: 'x' }], [{ choose: 'x' }]])
    await rejects(make(pair, odd as never), /not a script/);
  const known = { after: 'start w', choose: 'land b#1' };
  const [loose] = await planned(pair, once(followLoosely([known, never[0]!])));
  deepStrictEqual(scriptOf(loose!.decisions), [known]);
  // Left over from a script with another crash before it: now it is the first.
  const [shifted] = await planned(pair, once(followLoosely([{ ...known, choose: 'crash executor-1#2' }])));
  deepStrictEqual(scriptOf(shifted!.decisions), [{ ...known, choose: 'crash executor-1' }]);
}

function* once(decide: ReturnType<typeof followLoosely>): Strategy {
  yield decide;
  return null;
}

/** A made-up bug: a crash comes right after `move`. */
const crashedAfter =
  (move: string) =>
  (run: Run): boolean =>
    scriptOf(run.decisions).some((deviation) => deviation.after === move && isCrash(deviation));

async function shrinks(): Promise<void> {
  const every = await planned(pair, everyRun(2));
  for (const run of await sampled(pair, 60)) {
    const [first] = scriptOf(run.decisions).filter(isCrash);
    if (first === undefined) continue;
    const fails = crashedAfter(first.after);
    let best = run;
    const keep = (better: Run): void => {
      ok(fails(better), 'a run was kept that does not fail');
      ok(deviationsIn(better) <= deviationsIn(best), 'a run was kept that is no smaller');
      best = better;
    };
    await planned(pair, shrink(run, fails, keep));
    const script = scriptOf(best.decisions);
    for (const left of script) {
      const [without] = await planned(pair, once(followLoosely(script.filter((one) => one !== left))));
      ok(!fails(without!) || deviationsIn(without!) >= script.length, `${left.choose} could be left out`);
    }
    await planned(pair, prove(deviationsIn(best), fails, keep));
    strictEqual(deviationsIn(best), Math.min(...every.filter(fails).map(deviationsIn)));
  }
}

async function proves(): Promise<void> {
  const missed = (): never => {
    throw new Error('one crash is not two');
  };
  const runs = await planned(
    pair,
    prove(2, (run) => crashesIn(run) === 2, missed),
  );
  const fewer = (await planned(pair, everyRun(1))).map(nameOf);
  deepStrictEqual(new Set(runs.map(nameOf)), new Set(fewer));
  const { finding } = await search(interleaved, { checks: ['replay'] });
  deepStrictEqual([finding?.script.length, finding?.minimal], [2, true]);
  strictEqual((await verify(counted(interleaved), finding!.script, { checks: ['replay'] }))?.minimal, null);
}

async function checksShrink(): Promise<void> {
  const holds = (checks: readonly string[]) =>
    fc.asyncProperty(scripts(), async (script) => (await verify(counted(interleaved), script, { checks })) === null);
  for (const [check, length] of [
    ['lineage', 1],
    ['replay', 2],
  ] as const) {
    const { counterexample } = await fc.check(holds([check]), { seed: 1, numRuns: 1_000 });
    strictEqual(counterexample?.[0].length, length, `shrunk to ${JSON.stringify(counterexample?.[0])}`);
  }
  // A script that was saved before it was small, of more deviations than are ever exchanged.
  const long = (await sampled(interleaved, 60))
    .filter((run) => deviationsIn(run) > 6)
    .map((run) => scriptOf(run.decisions));
  const examples = long.map((script): [Script] => [script]);
  const { counterexample } = await fc.check(holds(['lineage']), { seed: 1, numRuns: examples.length, examples });
  strictEqual(counterexample?.[0].length, 1, `shrunk to ${JSON.stringify(counterexample?.[0])}`);
}

/** More runs have fewer deviations than may be spent on proving that none of them fails. */
async function unproved(): Promise<void> {
  const steps = scenarioOf(
    () => async (ctx) => {
      const order: string[] = [];
      await Promise.all([...'abcdefghij'].map(async (name) => order.push(await ctx.step(name, say(name)))));
      return order.join('');
    },
    { check: ({ results }) => ok(!/"jihg/.test(JSON.stringify(results['w']))), limits: { crashesMax: 0 } },
  );
  const script = ['start w', 'reply j#1', 'reply i#1', 'reply h#1'].map((after, index) => ({
    after,
    choose: `land ${'jihg'[index]}#1`,
  }));
  const { finding } = await search(steps, { strategies: [once(followLoosely(script))], checks: ['check'] });
  deepStrictEqual([finding?.script, finding?.minimal], [script, false]);
}

async function nondeterminism(): Promise<void> {
  let remembered = 0;
  const labels = scenarioOf(() => (ctx) => ctx.step(`run ${remembered++}`, say('x')));
  const outcomes = scenarioOf(() => async (ctx) => void (await ctx.step('s', () => remembered++)));
  for (const remembers of [labels, outcomes]) await rejects(search(remembers), NotDeterministicError);
  await rejects(search(pair, { checks: ['linage'] }), /no check is called "linage"/);
}

async function standard(): Promise<void> {
  // What is systematic comes first and ends; what samples comes last and does not.
  const strategies = strategiesFor('x');
  for (const [index, strategy] of strategies.entries()) {
    const last = index === strategies.length - 1;
    strictEqual((await planned(pair, strategy, 1_000)).length === 1_000, last);
  }
}

export const SEARCHES: readonly Law[] = [
  { name: 'scripts that no longer apply are refused', holds: stale },
  { name: 'a program that remembers past runs is refused', holds: nondeterminism },
  { name: 'a run is what its script says, byte for byte', holds: replays },
  { name: 'exhaustive search makes exactly the runs of its scope', holds: exhausts },
  { name: 'a campaign says what it exhausted', holds: says },
  { name: 'equal seeds plan equal runs, others do not', holds: seeds },
  { name: 'priorities starve the same party all along', holds: ranks },
  { name: 'random runs are calm beyond twice their horizon', holds: calms },
  { name: 'random runs crash anywhere, not just at the start', holds: flat },
  { name: 'shrinking keeps failing runs and reaches the minimum', holds: shrinks },
  { name: 'a minimum is proved by every run with fewer deviations', holds: proves },
  { name: 'fast-check shrinks a schedule to the fewest deviations', holds: checksShrink },
  { name: 'the standard plan is systematic first and samples last', holds: standard },
];

/** Takes thousands of runs. */
export const UNPROVED: Law = {
  name: 'a minimum that there was no time to prove is not called proved',
  holds: unproved,
};
