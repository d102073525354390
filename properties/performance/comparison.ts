/** The same workload on Reprise, on `fc.scheduler` and on nothing: runs per second, in rounds that go through all of them. */
import { cpuUs, median } from './measure.ts';
import { onNothing, onScheduler } from './scheduler.ts';
import { onReprise } from './workload.ts';

/** One way to run the workload. */
export interface ArmRow {
  readonly arm: string;
  /** Of processor time. */
  readonly runsPerSecond: number;
  /** How many times as many runs as this arm Reprise makes in the same time: the median over the rounds. */
  readonly repriseIsTimes: number;
}

const REPRISE = 'Reprise';

const ARMS: Readonly<Record<string, (seed: number, runs: number) => Promise<void>>> = {
  [REPRISE]: (seed, runs) => onReprise(`${seed}`, runs),
  'fc.scheduler, like for like': (seed, runs) => onScheduler(seed, runs, 'like for like'),
  'fc.scheduler, both phases': (seed, runs) => onScheduler(seed, runs, 'both phases'),
  'fc.scheduler, one phase': (seed, runs) => onScheduler(seed, runs, 'one phase'),
  'no harness': (_, runs) => onNothing(runs),
};

const RUNS = 4_000;
/** Runs before those: what is not used for a while, V8 forgets how to run fast. */
const WARM_UP_RUNS = 2_000;
const WARM_UP_ROUNDS = 2;
const ROUNDS = 11;

/** Measures every arm. Each round begins with another one, so that none always follows the same. */
export async function measureComparison(): Promise<readonly ArmRow[]> {
  const names = Object.keys(ARMS);
  const rounds: Record<string, number>[] = [];
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    const us: Record<string, number> = {};
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + turn) % names.length]!;
      await ARMS[name]!(round, WARM_UP_RUNS);
      us[name] = await cpuUs(() => ARMS[name]!(round, RUNS));
    }
    if (round >= WARM_UP_ROUNDS) rounds.push(us);
  }
  return names.map((arm) => ({
    arm,
    runsPerSecond: Math.round(median(rounds.map((us) => (RUNS / us[arm]!) * 1e6))),
    repriseIsTimes: median(rounds.map((us) => us[arm]! / us[REPRISE]!)),
  }));
}
