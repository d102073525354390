/**
 * Where a run could have gone another way: its decisions, by the moves they chose. Pure data out of a run.
 */
import { BEGIN, chosen } from '../decision.ts';
import type { Run } from '../run.ts';

/** A move that was chosen among several. */
export interface Fork {
  readonly after: string;
  readonly choose: string;
  /** What the calm run does here. */
  readonly calm: string;
  /** What was on offer, or the first of it and how many more. */
  readonly offered: readonly string[];
}

const OFFERED_MAX = 12;

/** The forks of `run`, by `seq` of the moves that were chosen. */
export function forksOf({ history, decisions }: Run): ReadonlyMap<number, Fork> {
  const forks = new Map<number, Fork>();
  let after = BEGIN;
  for (const event of history) {
    if (event.type !== 'move.made') continue;
    const decision = decisions[forks.size];
    // Forced moves are no decisions.
    if (decision !== undefined && decision.after === after && chosen(decision).label === event.label) {
      const { size } = decision;
      const labels = Array.from({ length: Math.min(size, OFFERED_MAX) }, (_, index) => decision.option(index).label);
      const offered = size > OFFERED_MAX ? [...labels, `… ${size - OFFERED_MAX} more`] : labels;
      forks.set(event.seq, { after, choose: event.label, calm: labels[0]!, offered });
    }
    after = event.label;
  }
  return forks;
}

/** Those that are not calm, in order. */
export const departuresOf = (forks: ReadonlyMap<number, Fork>): [seq: number, Fork][] =>
  [...forks].filter(([, { choose, calm }]) => choose !== calm);
