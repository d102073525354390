/**
 * What a check is: a law over plain data. It sees a run, and the reference runs it may be held against.
 */
import type { Run } from '../run.ts';
import type { Scope } from '../strategies/strategy.ts';
import type { Violation } from '../verdict.ts';

/** Runs known to be good, to hold others against. `runs[0]` is the calm one. */
export interface Reference {
  /** Runs whose outcomes parted from the calm run's in good right, so that later runs can be compared further. */
  readonly runs: readonly Run[];
  /** What crash-free runs came to (see `outcomeOf`). */
  readonly outcomes: ReadonlySet<string>;
  /**
   * How thoroughly crash-free outcomes were looked for; null: not yet, `outcomes` holds those met by the way. `news` is the
   * share of the last runs, sampled ones, that came to something new all the same.
   */
  readonly searched: { readonly runs: number; readonly scope: Scope | null; readonly news: number } | null;
  /** What of a result counts, if the scenario says so. */
  readonly compare: ((value: unknown) => unknown) | null;
}

export interface Check {
  readonly name: string;
  /** The law in a few words, for tables. */
  readonly law: string;
  judge(run: Run, reference: Reference): Violation[];
}
