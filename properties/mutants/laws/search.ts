/** Laws of scripts and findings: what is stale, what gets small, and what is proved. */
import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { scripts } from '../../../harness/adapters/fast-check.ts';
import {
  fingerprint,
  NotDeterministicError,
  type Run,
  type Script,
  scriptOf,
  StaleScriptError,
  verify,
} from '../../../harness/index.ts';
import { prove, shrink } from '../../../harness/shrink.ts';
import { followLoosely } from '../../../harness/strategies/script.ts';
import { scenarioOf } from '../../harness/support.ts';
import { counted, once, type Law, make, planned, sampled, say, search } from './making.ts';

import { crashesIn, deviationsIn, everyRun, interleaved, isCrash, nameOf, pair } from './plans.ts';

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
  // Beside an input that shrinks, it is a script of the smaller input: none that fails for being stale.
  const sized = (length: number) =>
    scenarioOf(() => async (ctx) => {
      const sequence = async (name: string): Promise<void> => {
        for (let turn = 1; turn <= length; turn++) await ctx.step(`${name}${turn}`, () => name);
      };
      return Promise.allSettled([sequence('a'), sequence('b')]);
    });
  const fits = fc.asyncProperty(fc.integer({ min: 0, max: 4 }), scripts(), async (length, script) => {
    return (await verify(counted(sized(length)), script, { checks: ['lineage'] })) === null;
  });
  const { counterexample: small } = await fc.check(fits, { seed: 1, numRuns: 1_000 });
  strictEqual(small?.[0], 2, `shrunk to ${JSON.stringify(small)}`);
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
      await Promise.all(
        ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].map(async (name) =>
          order.push(await ctx.step(name, say(name))),
        ),
      );
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
}

async function wrongInput(): Promise<void> {
  await rejects(search({ ...pair, limits: { crashMax: 1 } as never }), /unknown limit "crashMax"/);
  await rejects(search({ ...pair, limits: { crashesMax: -1 } }), /must be a whole number/);
  await rejects(search(pair, { checks: ['linage'] }), /no check is called "linage"/);
}

export const SEARCHES: readonly Law[] = [
  { name: 'scripts that no longer apply are refused', holds: stale },
  { name: 'a program that remembers past runs is refused', holds: nondeterminism },
  { name: 'limits and checks that do not exist are refused', holds: wrongInput },
  { name: 'a run is what its script says, byte for byte', holds: replays },
  { name: 'shrinking keeps failing runs and reaches the minimum', holds: shrinks },
  { name: 'a minimum is proved by every run with fewer deviations', holds: proves },
  { name: 'fast-check shrinks a schedule to the fewest deviations', holds: checksShrink },
];

/** Takes thousands of runs. */
export const UNPROVED: Law = {
  name: 'a minimum that there was no time to prove is not called proved',
  holds: unproved,
};
