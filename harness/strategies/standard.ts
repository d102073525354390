/**
 * What is tried when nobody says otherwise: what is cheap and systematic first, then samples.
 */
import { crashes } from './crashes.ts';
import { exhaustive } from './exhaustive.ts';
import { portfolio } from './portfolio.ts';
import type { Strategy } from './strategy.ts';

/** Single crashes, then ever more deviations, then samples for ever. */
export function strategiesFor(seed: string): readonly Strategy[] {
  return [
    crashes(1),
    exhaustive({ crashesMax: 0, othersMax: 1 }),
    exhaustive({ crashesMax: 1, othersMax: 1 }),
    crashes(2),
    exhaustive({ crashesMax: 1, othersMax: 2 }),
    portfolio(seed),
  ];
}
