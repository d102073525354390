/**
 * What a search is asked for on the command line, and which seeds its parts have. Pure: no two parts of any searches
 * with one seed draw the same samples, and the same part plans the same runs whenever and wherever it is asked.
 */
import { UsageError } from './usage.ts';

/** A search over all shards, and which part of it is ours. */
export interface Plan {
  readonly seed: string;
  /** Real time for everything, in milliseconds; null: no limit. */
  readonly forMs: number | null;
  /** Runs of each test in each job; null: no limit. One of the two is a limit. */
  readonly runsMax: number | null;
  /** From 1 to `shards`. */
  readonly shard: number;
  readonly shards: number;
  /** Processes of vitest at once. */
  readonly jobs: number;
}

/** Not the clock: who runs the same command twice searches the same twice. */
export const DEFAULT_SEED = 'reprise';

const DEFAULT_FOR_MS = 60_000;

/** The words of the command line that make a plan. */
export interface PlanWords {
  readonly seed?: string | undefined;
  readonly for?: string | undefined;
  readonly runs?: string | undefined;
  readonly shard?: string | undefined;
  readonly jobs?: string | undefined;
}

/** The plan they make. Throws `UsageError`. */
export function planOf(words: PlanWords): Plan {
  const { shard, shards } = shardIn(words.shard ?? '1/1');
  const runsMax = words.runs === undefined ? null : wholeNumber(words.runs, '--runs');
  const forMs = words.for === undefined ? null : durationIn(words.for);
  return {
    seed: words.seed ?? DEFAULT_SEED,
    forMs: forMs ?? (runsMax === null ? DEFAULT_FOR_MS : null),
    runsMax,
    ...{ shard, shards, jobs: words.jobs === undefined ? 1 : wholeNumber(words.jobs, '--jobs') },
  };
}

/** The seed of one job in one round: a text that no other part of any search has. */
export const seedOf = ({ seed, shard, shards }: Plan, job: number, round: number): string =>
  `${seed} shard ${shard}/${shards} job ${job} round ${round}`;

const FIRST_SLICE_MS_MAX = 1_000;

/**
 * How long each test may search in the next round, so that all of them share the time evenly however many there are and
 * however many run at once: at first a little; then what the last round says is left for each. Null: the time is up.
 */
export function sliceMs(
  forMs: number,
  elapsedMs: number,
  last: { forMs: number; tookMs: number } | null,
): number | null {
  if (last === null) return Math.max(1, Math.min(FIRST_SLICE_MS_MAX, forMs / 20));
  const leftMs = forMs - elapsedMs;
  // A round that would mostly start and end vitest is not worth it.
  if (leftMs < forMs / 10) return null;
  return Math.max(1, Math.floor((leftMs * last.forMs) / last.tookMs));
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Longer times are more than Node's timers take. */
const FOR_MS_MAX = 500 * 3_600_000;

/** The milliseconds that the word behind `--for` says. Throws `UsageError`. */
export function durationIn(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const ms = Number(number) * (UNITS_MS[unit ?? ''] ?? Number.NaN);
  if (ms > 0 && ms <= FOR_MS_MAX) return ms;
  throw new UsageError(`--for takes a time up to 500h, as in 90s, 20m or 8h, not "${text}"`);
}

function shardIn(text: string): { shard: number; shards: number } {
  const [, shard, shards] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (shard !== undefined && shards !== undefined && shard >= 1 && shard <= shards) return { shard, shards };
  throw new UsageError(`--shard takes a part of the search, from 1/4 to 4/4 where there are four, not "${text}"`);
}

/** The number, from 1 on, that the word behind `option` says. Throws `UsageError`. */
export function wholeNumber(text: string, option: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number >= 1) return number;
  throw new UsageError(`${option} takes a whole number from 1 on, not "${text}"`);
}
