/**
 * What a run on the dbos engine costs (crash and recovery included), beside the SDK alone, which is its floor, and beside
 * the same on a real PostgreSQL. Each arm is a process of its own; rounds go through all of them.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { postgresPrograms, startPostgres } from '../conformance/postgres.ts';
import type { Arm, Measured } from './arm.ts';
import type { Cold } from './cold.ts';
import { median } from './measure.ts';

/** One way to run the workload. */
export interface DbosRow {
  readonly arm: string;
  readonly runsPerSecond: number;
  /** Processor time of its process for each run, in microseconds. */
  readonly cpuUs: number;
  /** How many times as long a run takes as on the engine: the median over the rounds. */
  readonly timesTheEngine: number;
}

/** How many times as many runs an arm makes in the same time as the SDK does on PostgreSQL: the median over the rounds. */
export interface BesideRow {
  readonly arm: string;
  readonly timesPostgres: number;
  readonly timesDurable: number;
}

/** What was measured. Where no server is installed, PostgreSQL is missing from `arms`, and `besidePostgres` is empty. */
export interface DbosFigures {
  readonly arms: readonly DbosRow[];
  /** The last one is the most that any engine can make which runs the SDK's own code. */
  readonly besidePostgres: readonly BesideRow[];
  /** Where the time of the engine goes, by whose code it is; the shares sum to 1. */
  readonly shares: Measured['shares'];
  /** A process that has nothing in memory finds the bug of the workload: the median process. */
  readonly cold: Cold;
}

/** How long each arm takes is about the same. */
const ARMS: Readonly<Record<Arm, { readonly told: string; readonly runs: number }>> = {
  engine: { told: 'the dbos engine: crash, recovery, history', runs: 5_000 },
  judged: { told: 'the same, and judged by every check', runs: 5_000 },
  quickFloor: { told: 'the SDK alone, with our short cuts', runs: 15_000 },
  floor: { told: 'the SDK alone, as it is', runs: 10_000 },
  // In 60 runs, one took almost twice the processor time: the SDK's code was not compiled yet.
  postgres: { told: 'PostgreSQL, not waiting for the disk: crash, recovery', runs: 300 },
  durable: { told: 'PostgreSQL as it comes: crash, recovery', runs: 300 },
};

const ON_POSTGRES: readonly Arm[] = ['postgres', 'durable'];
/** What is held against PostgreSQL. */
const BESIDE: readonly Arm[] = ['judged', 'engine', 'floor', 'quickFloor'];

const ROUNDS = 5;
const execute = promisify(execFile);

/** Measures all arms; without PostgreSQL if it is not installed. */
export async function measureDbos(): Promise<DbosFigures> {
  if (postgresPrograms() === null) return inRounds({});
  const postgres = await startPostgres();
  const durable = await startPostgres({ durable: true });
  try {
    return await inRounds({ postgres: postgres.url, durable: durable.url });
  } finally {
    await postgres.stop();
    await durable.stop();
  }
}

/** `urls`: where the arms on PostgreSQL find theirs; an arm that has none is left out. */
async function inRounds(urls: { readonly [arm in Arm]?: string }): Promise<DbosFigures> {
  const arms = (Object.keys(ARMS) as Arm[]).filter((arm) => !ON_POSTGRES.includes(arm) || urls[arm] !== undefined);
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const measured: Partial<Record<Arm, Measured>> = {};
    for (let turn = 0; turn < arms.length; turn++) {
      const arm = arms[(round + turn) % arms.length]!;
      measured[arm] = await child<Measured>('arm.js', arm, `${ARMS[arm].runs}`, urls[arm] ?? '');
    }
    rounds.push({ arms: measured as Record<Arm, Measured>, cold: await child<Cold>('cold.js') });
  }
  return figuresOf(arms, rounds);
}

interface Round {
  readonly arms: Readonly<Record<Arm, Measured>>;
  readonly cold: Cold;
}

/** What a file of this folder prints, run by a process of its own. */
async function child<T>(file: string, ...args: readonly string[]): Promise<T> {
  const { stdout } = await execute(process.execPath, [join(import.meta.dirname, file), ...args]);
  return JSON.parse(stdout) as T;
}

function figuresOf(arms: readonly Arm[], rounds: readonly Round[]): DbosFigures {
  const over = (figure: (round: Round) => number): number => median(rounds.map(figure));
  const times = (arm: Arm, as: Arm): number =>
    over((round) => round.arms[arm].runsPerSecond / round.arms[as].runsPerSecond);
  const shares = Object.keys(rounds[0]!.arms.engine.shares) as (keyof Measured['shares'])[];
  return {
    arms: arms.map((arm) => ({
      arm: ARMS[arm].told,
      runsPerSecond: over((round) => round.arms[arm].runsPerSecond),
      cpuUs: over((round) => round.arms[arm].cpuUs),
      timesTheEngine: times('engine', arm),
    })),
    besidePostgres: (arms.includes('postgres') ? BESIDE : []).map((arm) => ({
      arm: ARMS[arm].told,
      timesPostgres: times(arm, 'postgres'),
      timesDurable: times(arm, 'durable'),
    })),
    shares: Object.fromEntries(
      shares.map((whose) => [whose, over((round) => round.arms.engine.shares[whose])]),
    ) as Measured['shares'],
    cold: rounds.map(({ cold }) => cold).toSorted((a, b) => a.totalMs - b.totalMs)[Math.floor(rounds.length / 2)]!,
  };
}
