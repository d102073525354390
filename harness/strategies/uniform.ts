/**
 * Every interleaving as likely as any other: a chain moves with probability in proportion to the moves it has left, those
 * of the chains it is still to begin included. How many those are is told by the first run that has the chain.
 * Source: URW, the base of SURW (Zhao et al., ASPLOS 2025).
 */
import { Chains, type Trace } from './chains.ts';
import { sample, type Sampler, weighted } from './sample.ts';
import type { Strategy } from './strategy.ts';

/** Runs for ever. */
export const uniform = (seed: string): Strategy => sample(seed, [evenly()]);

/** What is known of a chain, its branches included: how many moves it makes, and what its parent has left when it begins. */
interface Length {
  readonly moves: number;
  readonly left: number;
}

/** Makes every interleaving equally likely. */
export function evenly(): Sampler {
  /** By name of a chain. */
  const known = new Map<string, Length>();
  /** Whether the run has a chain of which nothing is known. */
  let news = true;
  return {
    name: 'evenly',
    learn: (trace) => {
      if (!news) return;
      for (const [name, length] of lengthsOf(trace())) if (!known.has(name)) known.set(name, length);
      news = false;
    },
    order: (draw) => {
      const chains = new Chains();
      const { on, names, parents } = chains;
      const left: number[] = [];
      const weight = (index: number): number => Math.max(1, left[on[index]!]!);
      return (choice) => {
        chains.see(choice);
        for (let chain = left.length; chain < names.length; chain++) {
          const length = known.get(names[chain]!);
          news ||= length === undefined;
          left.push(length?.moves ?? 1);
          // Told, not counted down: nobody was asked about moves that were forced.
          if (length !== undefined && parents[chain]! >= 0) left[parents[chain]!] = length.left;
        }
        const index = weighted(choice, draw, weight);
        left[on[index]!]!--;
        chains.chose(index);
        return index;
      };
    },
  };
}

function* lengthsOf({ chains: { names, parents, begunBy }, links }: Trace): Generator<[string, Length]> {
  const own = names.map(() => 0);
  /** By label of a move: how many its chain had made by then. */
  const made = new Map<string, number>();
  for (const { chain, move } of links) made.set(move.label, ++own[chain]!);
  const branches = names.map(() => 0);
  // Branches come after their parents: what is added to a parent here are the branches it begins later.
  for (let chain = names.length - 1; chain >= 0; chain--) {
    const parent = parents[chain]!;
    const moves = own[chain]! + branches[chain]!;
    const left = parent < 0 ? 0 : own[parent]! - (made.get(begunBy[chain]!) ?? 0) + branches[parent]!;
    yield [names[chain]!, { moves, left }];
    if (parent >= 0) branches[parent]! += moves;
  }
}
