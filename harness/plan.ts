/**
 * Which run a campaign makes next: what is systematic first, up to its share of the runs, then samples. Where time is
 * limited the two take turns: a search that may be cut off at any moment has then tried some of everything.
 *
 * Knows strategies and numbers of runs; the clock is the campaign's.
 */
import type { Decider } from './decision.ts';
import type { Run } from './run.ts';
import type { Scope, Strategy } from './strategies/strategy.ts';

/** How much of a budget of runs goes to systematic search. */
const SYSTEMATIC_SHARE = 0.5;

/** Strategies one after another. */
class Line {
  /** How to decide the next run; null: all have ended. */
  decide: Decider | null = null;
  runs = 0;
  readonly #strategies: Iterator<Strategy>;
  readonly #ended: (scope: Scope | null) => void;
  #current: Strategy | undefined;

  constructor(strategies: readonly Strategy[], ended: (scope: Scope | null) => void) {
    this.#strategies = strategies.values();
    this.#ended = ended;
    this.#begin();
  }

  /** Takes in the run that came of `decide`, and plans the next. */
  see(run: Run): void {
    this.runs++;
    this.#take(this.#current!.next(run));
  }

  #begin(): void {
    this.#current = this.#strategies.next().value;
    if (this.#current === undefined) this.decide = null;
    else this.#take(this.#current.next());
  }

  #take(step: IteratorResult<Decider, Scope | null>): void {
    if (step.done !== true) return void (this.decide = step.value);
    this.#ended(step.value);
    this.#begin();
  }
}

/** Whose turn it is. The last strategy is the one that samples. */
export class Plan {
  readonly #systematic: Line;
  readonly #sampling: Line;
  readonly #systematicMax: number;

  /** `ended` hears of every strategy that has come to its end. With `inTurns`, sampling does not wait for what is systematic. */
  constructor(
    strategies: readonly Strategy[],
    { runsMax, inTurns }: { readonly runsMax: number; readonly inTurns: boolean },
    ended: (scope: Scope | null) => void,
  ) {
    this.#systematic = new Line(strategies.slice(0, -1), ended);
    this.#sampling = new Line(strategies.slice(-1), ended);
    this.#systematicMax = inTurns ? 0 : runsMax * SYSTEMATIC_SHARE;
  }

  /** What plans the next run, when there were `runs` in all; null: there is nothing left to try. */
  turn(runs: number): Line | null {
    const [systematic, sampling] = [this.#systematic, this.#sampling];
    const first = runs < this.#systematicMax || systematic.runs <= sampling.runs ? systematic : sampling;
    const other = first === systematic ? sampling : systematic;
    return [first, other].find(({ decide }) => decide !== null) ?? null;
  }
}
