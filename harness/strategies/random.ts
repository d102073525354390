/**
 * Random schedules. Swarm testing (Groce et al., ISSTA 2012): each run draws its own appetite for each kind of move and
 * leaves some out. Faults are placed first, evenly over the length of a run: drawn move by move, nearly all of them would
 * fall at its start. After its horizon a run is calm, so that whatever broke must recover.
 */
import type { Choice, Decider, MoveKind } from '../decision.ts';
import { type Random, random as stream } from '../random.ts';
import { isFault, type Strategy } from './strategy.ts';

/** Runs for ever. */
export function* random(seed: string): Strategy {
  let horizon = HORIZON_MIN;
  let horizonMax = Infinity;
  for (let run = 0; ; run++) {
    const { decisions } = yield randomDecider(stream(seed, `schedule ${run}`), horizon);
    // A program that polls makes as many decisions as it is given to: its runs must not stretch the horizon without end.
    if (run === 0) horizonMax = HORIZON_GROWTH_MAX * Math.max(HORIZON_MIN, decisions.length);
    horizon = Math.min(horizonMax, Math.max(horizon, Math.ceil(decisions.length * 1.1)));
  }
}

const HORIZON_MIN = 8;
/** How much longer than the first run, which is calm but for its beginning, a run is expected to become. */
const HORIZON_GROWTH_MAX = 4;

/** Faults in most runs, and in one of four: some bugs take more than fit into a few. */
const FAULTS_USUALLY_MAX = 3;
const FAULTS_MAX = 8;
/** How often the calm option is taken without a draw; one of these for each run. */
const CALMNESS = [0.95, 0.8, 0.5, 0];

/** Decides one run. `horizon`: how many decisions the run is expected to have; twice that many are random at most. */
export function randomDecider(draw: Random, horizon: number): Decider {
  const calmness = CALMNESS[draw.below(CALMNESS.length)]!;
  const faultsMax = draw.below(4) === 0 ? FAULTS_MAX : FAULTS_USUALLY_MAX;
  const faultsAt = Array.from({ length: draw.below(1 + faultsMax) }, () => draw.below(horizon)).toSorted(
    (a, b) => a - b,
  );
  const weights = new Map<MoveKind, number>();
  const weightOf = (kind: MoveKind): number => {
    let weight = weights.get(kind);
    if (weight === undefined) weights.set(kind, (weight = draw.below(4) === 0 ? 0 : 1 + draw.below(100)));
    return weight;
  };
  return (choice) => {
    if (choice.at >= 2 * horizon) return 0;
    if (faultsAt.length > 0 && choice.at >= faultsAt[0]!) {
      const fault = pick(choice, (kind) => (isFault(kind) ? weightOf(kind) : 0), draw);
      if (fault > 0) {
        faultsAt.shift();
        return fault;
      }
    }
    if (draw.unit() < calmness) return 0;
    return pick(choice, (kind) => (isFault(kind) ? 0 : weightOf(kind)), draw);
  };
}

/** An option with probability in proportion to its weight; 0 if all weigh nothing. */
function pick({ options }: Choice, weightOf: (kind: MoveKind) => number, draw: Random): number {
  const weights = options.map(({ kind }) => weightOf(kind));
  let left = draw.unit() * weights.reduce((sum, weight) => sum + weight, 0);
  return Math.max(
    0,
    weights.findIndex((weight) => (left -= weight) < 0),
  );
}
