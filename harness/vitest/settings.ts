/**
 * How much a simulated test may do, said in three places: to the plugin, for a file (`simTest.with`), and in the test. The
 * nearest one counts.
 *
 * Plain data, so that vitest can hand it from its own process to the workers.
 */
import type { Limits } from '../cluster.ts';

/** What may be said in all three places. */
export interface Settings {
  /**
   * How long a test searches, in milliseconds of real time. Default 200; 2,000 where `CI` is set. Null: no limit. 0: only
   * what was saved is replayed.
   */
  readonly forMs?: number | null;
  /** How many runs it plans at most. Default: no limit but the time. */
  readonly runsMax?: number;
  /** Any text; equal texts plan equal runs. Default `reprise`. The environment variable `REPRISE_SEED` goes before it. */
  readonly seed?: string;
  /** Limits of every run; each one that is left out is what the place further away says. */
  readonly limits?: Partial<Limits>;
}

/** The name under which `setup.ts` says, on the global object, that it has run. */
export const SET_UP: unique symbol = Symbol.for('reprise.setup');

/** What the plugin tells the workers. */
export interface Provided {
  /** The root of the vitest project: from there the user's DBOS SDK is imported. An absolute path. */
  readonly root: string;
  readonly settings: Settings;
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly reprise?: Provided;
  }
}

/** The environment variable whose text is the seed of all simulated tests, e.g. the hash of a commit. */
export const SEED = 'REPRISE_SEED';

const LOCAL_MS = 200;
const CI_MS = 2_000;

/** Whether this is a CI server, where tests have more time and nothing is written. */
export const isCi = (env: NodeJS.ProcessEnv = process.env): boolean => !['', '0', 'false'].includes(env['CI'] ?? '');

/** `nearer` over `further`. */
export function merged<S extends Settings>(further: Settings, nearer: S): S {
  return { ...further, ...nearer, limits: { ...further.limits, ...nearer.limits } };
}

/** What a test may spend. With no limit of time there must be one of runs, or it would never end. */
export interface Spending {
  readonly seed: string;
  readonly forMs: number;
  readonly runsMax: number;
  readonly runsMin: number;
}

const RUNS_MAX = 2_000;
/** Made even if the time is over: on a slow machine, code that runs for the first time takes long, and fewer say nothing. */
const RUNS_MIN = 24;

/** The settings of one test, with the defaults filled in. Throws an Error on one that is no such number. */
export function spendingOf(settings: Settings, env: NodeJS.ProcessEnv = process.env): Spending {
  const { forMs = isCi(env) ? CI_MS : LOCAL_MS, seed = 'reprise' } = settings;
  const runsMax = settings.runsMax ?? (forMs === null ? RUNS_MAX : Infinity);
  if (forMs !== null && !(forMs >= 0))
    throw new Error(`forMs must be a number of milliseconds from 0 on, or null, not ${forMs}`);
  if (runsMax !== Infinity && !(Number.isInteger(runsMax) && runsMax >= 1))
    throw new Error(`runsMax must be a whole number from 1 on, not ${runsMax}`);
  return { seed: env[SEED] || seed, forMs: forMs ?? Infinity, runsMax, runsMin: forMs === 0 ? 0 : RUNS_MIN };
}
