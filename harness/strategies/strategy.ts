/**
 * What a strategy is: one generator that plans run after run. It yields how to decide the next run and is sent the run
 * that came of it. Strategies see decisions and runs, never the machine.
 */
import type { Decider, MoveKind } from '../decision.ts';
import type { Run } from '../run.ts';

/** A set of runs: all that depart from calm by at most so many crashes, other deviations, and deviations in all. */
export interface Scope {
  readonly crashesMax: number;
  readonly othersMax: number;
  /** Default: the sum of the two. */
  readonly deviationsMax?: number;
}

/** The larger of two scopes. What the limits forbid was not tried, so it does not count. */
export function larger(known: Scope | null, fresh: Scope | null, crashesMax: number): Scope | null {
  if (fresh === null) return known;
  const scope = { ...fresh, crashesMax: Math.min(fresh.crashesMax, crashesMax) };
  const size = (one: Scope): number => one.crashesMax + one.othersMax;
  return known === null || size(scope) > size(known) ? scope : known;
}

/** Returns the scope it has exhausted when it ends, or null when it has merely stopped. */
export type Strategy = Generator<Decider, Scope | null, Run>;

/** Crashes are counted apart: they cost the most to understand. */
export const isCrash = (kind: MoveKind): boolean => kind === 'crash';

/** Moves that the environment does to a program; the rest are orders of what it asked for. */
export const isFault = (kind: MoveKind): boolean =>
  kind === 'crash' || kind === 'fail' || kind === 'suspend' || kind === 'takeover';
