/**
 * Where faults fall in a sampled run: evenly over the moments at which one could happen. Drawn move by move with a fixed
 * probability, nearly all of them would fall at its start; planned in number and then placed as a sample of the moments
 * that are left, each moment is as likely as any other (selection sampling: Knuth, TAOCP 2, 3.4.2, algorithm S).
 *
 * How many faults the limits allow, and how many moments a run offers, is learned from what was on offer.
 */
import type { Choice, MoveKind } from '../decision.ts';
import type { Random } from '../random.ts';
import { appetite } from './appetite.ts';
import { isFault } from './strategy.ts';

/** Faults in most runs, and in one of four: limits may allow any number, but some of many hide what the others do. */
const FAULTS_USUALLY_MAX = 3;
const FAULTS_MAX = 8;

/** Plans the faults of run after run. */
export class Faults {
  /** Most faults that a run has been seen to allow. */
  #allowed: number;
  /** By how many faults were made before: most moments that a run has offered in all, and since the last of them. */
  readonly #inAll: number[];
  readonly #since: number[];

  /** Until more is known: how many faults may be made, and how many moments a run offers. */
  constructor(allowed = 0, moments = 0) {
    this.#allowed = allowed;
    this.#inAll = Array.from({ length: 1 + FAULTS_MAX }, () => moments);
    this.#since = [...this.#inAll];
  }

  /** The plan of the next run, to be asked at every choice: the index of a fault to make now, or 0. Swarm testing: some
   *  plans leave a kind of fault out. */
  plan(draw: Random): (choice: Choice) => number {
    const most = Math.min(this.#allowed, draw.below(4) === 0 ? FAULTS_MAX : FAULTS_USUALLY_MAX);
    // Rather more than less: what one fault does wrong, another seldom puts right.
    let left = most === 0 ? 0 : 1 + Math.max(draw.below(most), draw.below(most));
    let made = 0;
    let inAll = 0;
    let since = 0;
    const weightOf = appetite(draw);
    return (choice) => {
      const first = firstFault(choice);
      if (first === choice.size || made === FAULTS_MAX) return 0;
      this.#allowed = Math.max(this.#allowed, made + 1);
      // One more than was ever seen: a plan may come to nothing, and so learn that runs offer more.
      const rest = 1 + Math.min(this.#inAll[made]! - inAll, this.#since[made]! - since);
      this.#inAll[made] = Math.max(this.#inAll[made]!, ++inAll);
      this.#since[made] = Math.max(this.#since[made]!, ++since);
      if (left === 0 || draw.unit() * rest >= left) return 0;
      left--;
      const fault = pick(choice, first, weightOf, draw);
      if (fault === 0) return 0;
      made++;
      since = 0;
      return fault;
    };
  }
}

/** The index of the first fault; `size` if there is none. Faults come last; the calm option never counts as one. */
export function firstFault(choice: Choice): number {
  let first = choice.size;
  while (first > 1 && isFault(choice.option(first - 1).kind)) first--;
  return first;
}

/** A fault with probability in proportion to its weight; 0 if all weigh nothing. */
function pick(choice: Choice, first: number, weightOf: (kind: MoveKind) => number, draw: Random): number {
  let total = 0;
  for (let index = first; index < choice.size; index++) total += weightOf(choice.option(index).kind);
  let left = draw.unit() * total;
  for (let index = first; index < choice.size; index++)
    if ((left -= weightOf(choice.option(index).kind)) < 0) return index;
  return 0;
}
