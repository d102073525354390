/**
 * Random schedules that differ in kind: each run draws its own appetite for each kind of move, and how often it takes the
 * calm option without a draw. Swarm testing (Groce et al., ISSTA 2012).
 */
import type { Decider } from '../decision.ts';
import { type Random, random as stream } from '../random.ts';
import { appetite } from './appetite.ts';
import { Faults } from './faults.ts';
import { sample, sampled, type Sampler, weighted } from './sample.ts';
import type { Strategy } from './strategy.ts';

/** Runs for ever. */
export const random = (seed: string): Strategy => sample(seed, [swarm]);

/** How often the calm option is taken without a draw; one of these for each run. */
const CALMNESS = [0.95, 0.8, 0.5, 0];

function order(draw: Random): Decider {
  const calmness = CALMNESS[draw.below(CALMNESS.length)]!;
  const weightOf = appetite(draw);
  return (choice) => {
    if (draw.unit() < calmness) return 0;
    const { options } = choice;
    return weighted(choice, draw, (index) => weightOf(options[index]!.kind));
  };
}

/** Likes some kinds of move more than others, and other ones in every run. */
export const swarm: Sampler = { name: 'swarm', order };

/** Decides a single run, of which nothing is known. */
export function randomDecider(seed: string): Decider {
  const draw = stream(seed, 'single run');
  return sampled(order(draw), draw, 2 * SINGLE_LENGTH, new Faults(FAULTS, SINGLE_LENGTH));
}

/** How long a single run is expected to be, and how many faults it may allow. */
const SINGLE_LENGTH = 40;
const FAULTS = 3;
