/**
 * How much a run likes each kind of move. Swarm testing (Groce et al., ISSTA 2012): what is left out of some runs makes
 * room for the rest.
 */
import type { MoveKind } from '../decision.ts';
import type { Random } from '../random.ts';

/** The weights of one run, drawn as kinds come up: 0 for one in four, else from 1 to 100. */
export function appetite(draw: Random): (kind: MoveKind) => number {
  const weights = new Map<MoveKind, number>();
  return (kind) => {
    let weight = weights.get(kind);
    if (weight === undefined) weights.set(kind, (weight = draw.below(4) === 0 ? 0 : 1 + draw.below(100)));
    return weight;
  };
}
