/**
 * The cause of a run, as plain data: what could happen next, and what was chosen.
 *
 * Knows nothing of the machine that offers the choices or of the strategy that answers them.
 */

/**
 * `land` a call takes effect over there · `reply` its answer comes back · `claim` an executor takes a queued workflow ·
 * `client` a call from outside · `timer` a timer fires · `restart` · `wake` a suspended executor goes on ·
 * and the faults: `fail` a call to the outside world fails · `crash` · `suspend` · `takeover` another executor
 * presumes this one dead.
 */
export type MoveKind =
  | 'land'
  | 'reply'
  | 'claim'
  | 'client'
  | 'restart'
  | 'timer'
  | 'wake'
  | 'fail'
  | 'crash'
  | 'suspend'
  | 'takeover';

/** A move on offer. `label` is unique within its run and the same in every run of the same schedule. */
export interface Option {
  readonly kind: MoveKind;
  readonly label: string;
}

/**
 * A fork in a run: at least two options, of which the first is the calm one (oldest reply first, no fault), and faults
 * come last.
 */
export interface Choice {
  /** How many decisions were taken before this one. */
  readonly at: number;
  /** Label of the move just made; `begin` before the first. */
  readonly after: string;
  /** How many options there are. */
  readonly size: number;
  /** The option at `index`, from 0 to `size - 1`. */
  option(index: number): Option;
  /** All of them. Of many, they are laid out for whoever asks, each time: who wants one or two, better asks for those. */
  readonly options: readonly Option[];
}

/** The answer taken at a fork: the option at `chose`. */
export interface Decision extends Choice {
  readonly chose: number;
}

/** Answers every choice of one run with an index into its options. */
export type Decider = (choice: Choice) => number;

/** One departure from the calm run, anchored to the move it follows by name, so that it survives unrelated edits. */
export interface Deviation {
  readonly after: string;
  readonly choose: string;
}

/** Whether `value` has the shape of a deviation. */
export function isDeviation(value: unknown): value is Deviation {
  if (typeof value !== 'object' || value === null) return false;
  const { after, choose } = value as Partial<Deviation>;
  return typeof after === 'string' && typeof choose === 'string';
}

/** A schedule written down: calm, except for these. A run is fully described by its script. */
export type Script = readonly Deviation[];

/** The anchor of a deviation that comes before any move. */
export const BEGIN = 'begin';

/** Always the calm option. */
export const calm: Decider = () => 0;

/** The move that `decision` chose. */
export function chosen(decision: Decision): Option {
  return decision.option(decision.chose);
}

/** The script of a run: its decisions that are not calm, in order. */
export function scriptOf(decisions: readonly Decision[]): Deviation[] {
  return decisions
    .filter(({ chose }) => chose > 0)
    .map((decision) => ({ after: decision.after, choose: chosen(decision).label }));
}
