/** Strategies and shrinking, on abstract choice trees: no program, only decisions. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BEGIN, type Decider, type MoveKind, type Script, scriptOf } from '../../harness/decision.ts';
import { Fork } from '../../harness/offer.ts';
import { random as stream } from '../../harness/random.ts';
import type { Run } from '../../harness/run.ts';
import { prove, shorterScripts, shrink } from '../../harness/shrink.ts';
import { crashes } from '../../harness/strategies/crashes.ts';
import { deepening, exhaustive } from '../../harness/strategies/exhaustive.ts';
import { portfolio } from '../../harness/strategies/portfolio.ts';
import { pct, priorities } from '../../harness/strategies/priorities.ts';
import { random, randomDecider } from '../../harness/strategies/random.ts';
import { highest, sampled, weighted } from '../../harness/strategies/sample.ts';
import { follow, followLoosely, StaleScriptError } from '../../harness/strategies/script.ts';
import { selective } from '../../harness/strategies/selective.ts';
import type { Scope, Strategy } from '../../harness/strategies/strategy.ts';
import { uniform } from '../../harness/strategies/uniform.ts';
import { walk } from '../../harness/strategies/walk.ts';
import { play, sampleOf, type Toy, toyOf } from './toys.ts';

/** Every run of a strategy that ends by itself. */
function runsOf(toy: Toy, strategy: Strategy): { runs: Run[]; scope: Scope | null } {
  const runs: Run[] = [];
  for (let step = strategy.next(); ;) {
    if (step.done === true) return { runs, scope: step.value };
    const run = play(toy, step.value);
    runs.push(run);
    step = strategy.next(run);
  }
}

const nameOf = (run: Run): string => JSON.stringify(scriptOf(run.decisions));
const crashesIn = (run: Run): number =>
  scriptOf(run.decisions).filter(({ choose }) => choose.startsWith('crash')).length;
const deviationsIn = (run: Run): number => scriptOf(run.decisions).length;

/** All runs by brute force: every path of the tree, whatever it costs. */
function* bruteForce(toy: Toy): Generator<Run> {
  const open: number[][] = [[]];
  for (let prefix = open.pop(); prefix !== undefined; prefix = open.pop()) {
    const fixed = prefix;
    const run = play(toy, ({ at }) => fixed[at] ?? 0);
    yield run;
    for (let at = fixed.length; at < run.decisions.length; at++)
      for (let chose = 1; chose < run.decisions[at]!.options.length; chose++)
        open.push([...run.decisions.slice(0, at).map((decision) => decision.chose), chose]);
  }
}

const toys = fc
  .tuple(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }), fc.integer({ min: 0, max: 2 }))
  .map(([lengths, crashesMax]) => toyOf(lengths, crashesMax));
const scopes = fc.record({ crashesMax: fc.integer({ min: 0, max: 2 }), othersMax: fc.integer({ min: 0, max: 2 }) });
const fixed = { seed: 1, numRuns: 60 };

describe('exhaustive search', () => {
  test('makes exactly the runs of its scope, each once', () => {
    fc.assert(
      fc.property(toys, scopes, (toy, scope) => {
        const names = runsOf(toy, exhaustive(scope)).runs.map(nameOf);
        const within = (run: Run): boolean =>
          crashesIn(run) <= scope.crashesMax && deviationsIn(run) - crashesIn(run) <= scope.othersMax;
        const expected = [...bruteForce(toy)].filter(within).map(nameOf);
        expect(new Set(names).size).toBe(names.length);
        expect(names.toSorted()).toEqual(expected.toSorted());
      }),
      fixed,
    );
  });

  test('says which scope it has exhausted', () => {
    const scope = { crashesMax: 1, othersMax: 2 };
    expect(runsOf(toyOf([2, 2], 1), exhaustive(scope)).scope).toEqual(scope);
  });

  test('deepening makes runs with fewer deviations first', () => {
    const scopesInOrder = [0, 1, 2, 3].map((deviationsMax) => ({ crashesMax: 3, othersMax: 3, deviationsMax }));
    const seen = new Set<string>();
    const fresh = runsOf(toyOf([2, 2], 2), deepening(scopesInOrder)).runs.filter((run) => {
      const known = seen.has(nameOf(run));
      seen.add(nameOf(run));
      return !known;
    });
    const deviations = fresh.map(deviationsIn);
    expect(deviations).toEqual(deviations.toSorted((a, b) => a - b));
    expect(deviations.at(-1)).toBe(3);
  });

  test('crash enumeration crashes once at every boundary, then twice in every pair', () => {
    const toy = toyOf([4], 2);
    const { runs } = runsOf(toy, crashes(2));
    const single = new Set(runs.filter((run) => crashesIn(run) === 1).map(nameOf));
    const pairs = new Set(runs.filter((run) => crashesIn(run) === 2).map(nameOf));
    expect([single.size, pairs.size]).toEqual([4, 10]);
    expect(runs.every((run) => deviationsIn(run) === crashesIn(run))).toBe(true);
  });
});

const SAMPLERS: Readonly<Record<string, (seed: string) => Strategy>> = {
  ...{ walk, random, pct, uniform, selective, portfolio, priorities },
};

describe.each(Object.entries(SAMPLERS))('%s', (_, strategy) => {
  const toy = toyOf([4, 3, 2], 2);

  test('plans the same runs for the same seed, and others for another', () => {
    const plan = (seed: string): string[] => sampleOf(toy, strategy(seed), 50).map(nameOf);
    expect(plan('a')).toEqual(plan('a'));
    expect(plan('a')).not.toEqual(plan('b'));
  });

  test('never chooses what is not on offer, whatever comes up', () => {
    fc.assert(
      fc.property(toys, (any) => {
        for (const { decisions } of sampleOf(any, strategy('any'), 20))
          for (const { options, chose } of decisions) expect(options[chose]).toBeDefined();
      }),
      fixed,
    );
  });

  test('leaves nothing out: every run of a small system is made sooner or later', () => {
    const small = toyOf([2, 2], strategy === priorities ? 0 : 1);
    const all = [...bruteForce(small)].map(nameOf);
    const made = new Set(sampleOf(small, strategy('all'), 4_000).map(nameOf));
    expect([...made].toSorted()).toEqual(all.toSorted());
  });
});

describe('a sampler', () => {
  test('is calm beyond a certain length, so that what broke can recover', () => {
    const last: Decider = ({ options }) => options.length - 1;
    const long = toyOf([200, 200]);
    const { decisions } = play(long, sampled(last, stream('tail', 'draws'), 10, null));
    expect(decisions.map(({ chose }) => chose).slice(0, 12)).toEqual([...Array.from({ length: 10 }, () => 1), 0, 0]);
    const single = play(long, randomDecider('tail'));
    expect(single.decisions.slice(80).every(({ chose }) => chose === 0)).toBe(true);
    expect(single.decisions.slice(0, 80).every(({ chose }) => chose === 0)).toBe(false);
  });

  test('makes as many faults as the limits allow, and every number below', () => {
    const made = new Set(sampleOf(toyOf([6], 3), random('faults'), 400).map(crashesIn));
    expect(made).toEqual(new Set([0, 1, 2, 3]));
  });

  test('orders what a program asked for, and leaves faults alone, however many are on offer', () => {
    const kinds: readonly MoveKind[] = ['reply', 'land', 'timer', 'fail', 'crash', 'crash', 'suspend', 'takeover'];
    const options = kinds.map((kind, index) => ({ kind, label: `${kind} ${index}` }));
    const fork = new Fork(0, 'begin', options.length, options, null);
    const draw = stream('any', 'draws');
    const picked = Array.from({ length: 200 }, () => [weighted(fork, draw, () => 1), highest(fork, () => draw.unit())]);
    expect(new Set(picked.flat())).toEqual(new Set([0, 1, 2]));
  });

  test('makes no faults where none are wanted', () => {
    expect(sampleOf(toyOf([6, 6], 3), priorities('calm'), 200).every((run) => crashesIn(run) === 0)).toBe(true);
  });
});

describe('a script', () => {
  const toy = toyOf([3, 3], 1);
  const someRun = fc
    .infiniteStream(fc.nat())
    .map((draws) => play(toy, ({ options }) => draws.next().value! % options.length));

  test('of any run makes that run again', () => {
    fc.assert(
      fc.property(someRun, (run) => {
        const { decide, done } = follow(scriptOf(run.decisions));
        expect(nameOf(play(toy, decide))).toBe(nameOf(run));
        done();
      }),
      fixed,
    );
  });

  test('that chooses what is not on offer is stale, and says what is', () => {
    const { decide } = follow([{ after: 'reply 0#1', choose: 'reply 7#1' }]);
    expect(() => play(toy, decide)).toThrow(StaleScriptError);
    expect(() => play(toy, follow([{ after: BEGIN, choose: 'reply 7#1' }]).decide)).toThrow(
      'after "begin" it chooses "reply 7#1", but on offer there are only "reply 0#1", "reply 1#1", "crash executor-1#1"',
    );
  });

  test('whose anchor never comes is stale at the end, never a pass', () => {
    const { decide, done } = follow([{ after: 'reply 9#1', choose: 'reply 0#1' }]);
    play(toy, decide);
    expect(done).toThrow('a choice after "reply 9#1" never came up');
  });

  test('followed loosely, leaves out what does not apply', () => {
    const script: Script = [
      { after: BEGIN, choose: 'reply 1#1' },
      { after: 'reply 9#1', choose: 'reply 0#1' },
    ];
    expect(scriptOf(play(toy, followLoosely(script)).decisions)).toEqual([script[0]]);
  });
});

describe('shrinking', () => {
  /** A made-up bug: fails when a crash follows the move `at`, and chain 1 was ahead of chain 0 at the time. */
  const failsAfter =
    (at: string) =>
    (run: Run): boolean => {
      const script = scriptOf(run.decisions);
      return script.some(({ after, choose }) => after === at && choose.startsWith('crash'));
    };
  const toy = toyOf([3, 3], 2);

  const minimise = (run: Run, fails: (run: Run) => boolean): Run => {
    let best = run;
    const keep = (better: Run): void => void (best = better);
    for (const strategy of [shrink(run, fails, keep)]) runsOf(toy, strategy);
    runsOf(toy, prove(deviationsIn(best), fails, keep));
    return best;
  };

  test('keeps only runs that fail, and reaches the fewest deviations there are', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), fc.constantFrom('reply 1#1', 'reply 1#3', 'reply 0#2'), (draws, at) => {
        const run = play(toy, ({ options }) => draws.next().value! % options.length);
        const fails = failsAfter(at);
        fc.pre(fails(run));
        const fewest = Math.min(...[...bruteForce(toy)].filter(fails).map(deviationsIn));
        const best = minimise(run, fails);
        expect(fails(best)).toBe(true);
        expect(deviationsIn(best)).toBe(fewest);
      }),
      { ...fixed, maxSkipsPerRun: 1_000 },
    );
  });

  test('proves a minimum by making every run with fewer deviations', () => {
    const proof = runsOf(
      toy,
      prove(
        2,
        (run) => crashesIn(run) === 2,
        () => expect.unreachable('one crash is not two'),
      ),
    );
    expect(proof.scope).toEqual({ crashesMax: 1, othersMax: 1, deviationsMax: 1 });
    expect(new Set(proof.runs.map(nameOf)).size).toBe(
      [...bruteForce(toy)].filter((run) => deviationsIn(run) <= 1).length,
    );
  });

  test('proposes only shorter scripts, crashes left out first', () => {
    const script: Script = [
      { after: 'a', choose: 'reply x' },
      { after: 'b', choose: 'crash executor-1' },
      { after: 'c', choose: 'reply y' },
    ];
    const proposals = [...shorterScripts(script)];
    expect(proposals.every(({ length }) => length < script.length)).toBe(true);
    expect(proposals[0]).toEqual([script[0], script[2]]);
  });
});
