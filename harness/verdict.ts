/**
 * What is said about a run, as plain data: which law it broke, and which events prove it.
 *
 * Knows nothing of how runs are made or how verdicts are printed.
 */
import type { Script } from './decision.ts';

/** One end of a conflict: who called at a position, when and from where. `seq` is an event of the run it names. */
export interface Witness {
  /** `this` is the run that is judged, `reference` the one it is held against. */
  readonly run: 'this' | 'reference';
  readonly seq: number;
}

/** A broken law. Evidence is never empty: a verdict that cannot be shown is not given. */
export interface Violation {
  readonly check: string;
  /** One sentence for someone who has never heard of replay. */
  readonly because: string;
  /** `seq` of the events of the judged run that prove it, in order. */
  readonly evidence: readonly [number, ...number[]];
  /** The two calls (or the one) that the report puts side by side. */
  readonly witnesses?: readonly Witness[];
  /** What to change in the program, when the check knows. */
  readonly fix?: string;
  /** Whose fault it is, if not the program's: the engine breaks a promise of its own. */
  readonly culprit?: 'engine';
  /** The script of the other run, when the verdict needs two runs to disagree. */
  readonly against?: Script;
}
