/**
 * Every interleaving as likely as any other: a chain moves with probability in proportion to the moves it has left, those
 * of the chains it is still to begin included. How many it has is told by the first run that has the chain.
 * Source: URW, the base of SURW (Zhao et al., ASPLOS 2025).
 */
import { Chains } from './chains.ts';
import { sample, type Sampler, weighted } from './sample.ts';
import type { Strategy } from './strategy.ts';

/** Runs for ever. */
export const uniform = (seed: string): Strategy => sample(seed, [evenly()]);

/** Makes every interleaving equally likely. */
export function evenly(): Sampler {
  /** By name of a chain. */
  const lengths = new Map<string, number>();
  return {
    name: 'evenly',
    learn: ({ chains: { names, parents }, links }) => {
      const moves = names.map(() => 0);
      for (const { chain } of links) moves[chain]!++;
      for (let chain = names.length - 1; chain >= 0; chain--) {
        if (parents[chain]! >= 0) moves[parents[chain]!]! += moves[chain]!;
        if (!lengths.has(names[chain]!)) lengths.set(names[chain]!, moves[chain]!);
      }
    },
    order: (draw) => {
      const chains = new Chains();
      const { on, names, parents } = chains;
      const left: number[] = [];
      const weight = (index: number): number => Math.max(1, left[on[index]!]!);
      return (choice) => {
        chains.see(choice);
        for (let chain = left.length; chain < names.length; chain++) {
          left[chain] = lengths.get(names[chain]!) ?? 1;
          if (parents[chain]! >= 0) left[parents[chain]!]! -= left[chain]!;
        }
        const index = weighted(choice, draw, weight);
        left[on[index]!]!--;
        chains.chose(index);
        return index;
      };
    },
  };
}
