/**
 * The yardstick: any option of every choice, each as likely as the others, faults included. What has to wait for n moves
 * of another has probability 2^-n, and faults fall where they are first on offer.
 */
import { random } from '../random.ts';
import type { Strategy } from './strategy.ts';

/** Runs for ever. */
export function* walk(seed: string): Strategy {
  for (let run = 0; ; run++) {
    const draw = random(seed, `walk ${run}`);
    yield ({ size }) => draw.below(size);
  }
}
