/**
 * A run as a drawing: what happened, placed. Rows are moves (logical time, the same for all runs that are shown), columns are
 * executors, and within them executions and their branches. Every event of the run belongs to exactly one mark.
 * Plain data: how it is made is `plot.ts`, how it is drawn is up to `html/` and `trace.ts`.
 */
import type { Event } from '../history.ts';
import type { Run } from '../run.ts';

/** A place: the slot-th line of a row. */
export interface Spot {
  readonly row: number;
  readonly slot: number;
}

/** One column of one lane: calls in it never overlap. */
export interface Track {
  readonly lane: Lane | null;
  /** The branch that calls here, where branches have names; else ''. */
  readonly branch: string;
}

/** One execution of one workflow. */
export interface Lane {
  readonly executor: string;
  readonly workflow: string;
  readonly attempt: number;
}

/** What is drawn as one thing. */
export interface Mark {
  /** `move` on the axis · `call` from its beginning to its end · `note` one moment · `band` befalls a whole executor. */
  readonly shape: 'move' | 'call' | 'note' | 'band';
  /** In order; the first names it. */
  readonly events: readonly Event[];
  readonly track: Track;
  /** The executor that a band is across. */
  readonly executor: string | null;
  readonly from: Spot;
  /** The first spot after it. */
  readonly until: Spot;
  /** What is written inside of it, after its first line; the event that names it: what there is to say of it. */
  readonly lines: readonly { readonly at: Spot; readonly event: Event }[];
  /** Its end is not its own: a crash, or the end of the run. */
  readonly cut: boolean;
}

/** A run, placed. */
export interface Chart {
  readonly run: Run;
  /** By executor, in order of appearance; the axis is none of them. */
  readonly tracks: readonly Track[];
  readonly axis: Track;
  /** For each row, how many lines it takes. */
  readonly slots: readonly number[];
  readonly marks: readonly Mark[];
}
