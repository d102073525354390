/**
 * PCT with chains for threads: chains get random priorities, the highest on offer moves, and at a few random moments
 * whoever is on top falls to the bottom. So whole parties are starved or hurried in one draw instead of many: a bug that
 * takes d orderings among n chains in k decisions has a probability of at least 1 / (n k^(d-1)) in a run of d-1 falls.
 *
 * The number of falls is drawn, and a fall may come after the last decision: with exactly d-1 of them, all within the run,
 * a bug that wants the longest chain undisturbed, or disturbed at its very end, would have no probability at all.
 * Sources: PCT (Burckhardt et al., ASPLOS 2010), PCTCP (Ozkan et al., OOPSLA 2018).
 */
import { Chains } from './chains.ts';
import { highest, sample, type Sampler } from './sample.ts';
import type { Strategy } from './strategy.ts';

/** Runs for ever, without faults. */
export const priorities = (seed: string): Strategy => sample(seed, [falling()], null);

/** Runs for ever. At most `fallsMax` falls in each run. */
export const pct = (seed: string, fallsMax?: number): Strategy => sample(seed, [falling(fallsMax)]);

/** Random priorities for chains. Four falls reach bugs of depth 5: deeper ones are rare. */
export const falling = (fallsMax = 4): Sampler => ({
  name: 'falling',
  order: (draw, length) => {
    const chains = new Chains();
    const { on } = chains;
    const ranks: number[] = [];
    const rank = (index: number): number => (ranks[on[index]!] ??= draw.unit());
    const falls = Array.from({ length: draw.below(1 + fallsMax) }, () => draw.below(length + 1));
    let lowest = 0;
    return (choice) => {
      chains.see(choice);
      if (falls.includes(choice.at)) ranks[on[highest(choice, rank)]!] = --lowest;
      const top = highest(choice, rank);
      chains.chose(top);
      return top;
    };
  },
});
