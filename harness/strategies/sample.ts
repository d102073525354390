/**
 * What all samplers have in common. They differ in how they order what a program asked for; faults fall evenly over the
 * run whatever the order, and a run that has become twice as long as expected ends calmly, so that whatever broke must
 * recover and nobody is starved for ever.
 */
import type { Choice, Decider } from '../decision.ts';
import { type Random, random } from '../random.ts';
import type { Run } from '../run.ts';
import { retrace, type Trace } from './chains.ts';
import { Faults, firstFault } from './faults.ts';
import type { Strategy } from './strategy.ts';

/** One way of ordering moves at random. */
export interface Sampler {
  readonly name: string;
  /**
   * Orders the moves of one run, never choosing a fault. `draw` is the run's own stream, `length` how many decisions the
   * run is expected to have.
   */
  readonly order: (draw: Random, length: number) => Decider;
  /** Is offered the chains of every run, the calm one first. Asking for them costs as much as deciding the run. */
  readonly learn?: (trace: () => Trace) => void;
}

/** How much longer than the calm run, forced moves included, runs are expected to become. */
const GROWTH_MAX = 4;

/**
 * Runs for ever: first calmly, to see how long runs are, then one run of each sampler in turn. Without `faults` nothing
 * ever goes wrong.
 */
export function* sample(seed: string, samplers: readonly Sampler[], faults: Faults | null = new Faults()): Strategy {
  const calm = yield sampled(() => 0, random(seed, 'calm'), Infinity, faults);
  learn(samplers, calm);
  let length = calm.decisions.length;
  for (let number = 0; ; number++) {
    const { name, order } = samplers[number % samplers.length]!;
    const draw = random(seed, `${name} ${number}`);
    const run = yield sampled(order(draw, length), draw, 2 * Math.max(length, calm.moves), faults);
    learn(samplers, run);
    // A program that polls makes as many decisions as it is given to: its runs must not stretch the length without end.
    length = Math.min(GROWTH_MAX * calm.moves, Math.max(length, run.decisions.length));
  }
}

function learn(samplers: readonly Sampler[], run: Run): void {
  let known: Trace | null = null;
  const trace = (): Trace => (known ??= retrace(run));
  for (const sampler of samplers) sampler.learn?.(trace);
}

/** Decides one run: calm from decision `end` on. */
export function sampled(order: Decider, draw: Random, end: number, faults: Faults | null): Decider {
  const fault = faults?.plan(draw);
  return (choice) => {
    if (choice.at >= end) return 0;
    return fault?.(choice) || order(choice);
  };
}

/** The move that is no fault for which `rank` is highest. */
export function highest(choice: Choice, rank: (index: number) => number): number {
  const end = firstFault(choice);
  let best = 0;
  let bestRank = -Infinity;
  for (let index = 0; index < end; index++) {
    const its = rank(index);
    if (its > bestRank) {
      best = index;
      bestRank = its;
    }
  }
  return best;
}

/** A move that is no fault, with probability in proportion to its weight; 0 if all weigh nothing. */
export function weighted(choice: Choice, draw: Random, weightOf: (index: number) => number): number {
  const end = firstFault(choice);
  let total = 0;
  for (let index = 0; index < end; index++) total += weightOf(index);
  let left = draw.unit() * total;
  for (let index = 0; index < end; index++) if ((left -= weightOf(index)) < 0) return index;
  return 0;
}
