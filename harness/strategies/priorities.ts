/**
 * Random priorities instead of random choices: each move is given one when it first comes up, and the highest on offer is
 * made. So whole parties are starved or hurried, as a crash would, in one draw instead of many. No faults.
 * After PCT (Burckhardt et al., ASPLOS 2010).
 */
import { random } from '../random.ts';
import { isFault, type Strategy } from './strategy.ts';

/** Runs for ever. */
export function* priorities(seed: string): Strategy {
  for (let run = 0; ; run++) {
    const draw = random(seed, `priorities ${run}`);
    const known = new Map<string, number>();
    const priorityOf = (label: string): number => {
      let priority = known.get(label);
      if (priority === undefined) known.set(label, (priority = draw.unit()));
      return priority;
    };
    yield ({ options }) => {
      const ranks = options.map(({ kind, label }) => (isFault(kind) ? -1 : priorityOf(label)));
      return ranks.indexOf(Math.max(...ranks));
    };
  }
}
