/**
 * Crash at every boundary of the calm run, singly, then in every pair: between two moves all crash points are alike, so
 * the boundaries are the moves (ALICE, OSDI 2014; CrashMonkey, OSDI 2018: most crash bugs need one or two).
 */
import { deepening } from './exhaustive.ts';
import type { Strategy } from './strategy.ts';

/** Every placement of up to `crashesMax` crashes in otherwise calm runs, fewest first. */
export function crashes(crashesMax = 2): Strategy {
  return deepening(Array.from({ length: crashesMax }, (_, index) => ({ crashesMax: index + 1, othersMax: 0 })));
}
