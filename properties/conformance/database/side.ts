/**
 * What both sides of a comparison are: something that answers calls and has rows, on a clock that the comparison sets.
 */
import type { Sdk } from '../../../harness/dbos/sdk.ts';
import type { Call } from './call.ts';

/** The clock of the database is ahead of that of the process by so much: whoever asks the wrong one is found out. */
export const SKEW_MS = 250;

/** More waits than this in one call would go on for ever. */
const WAITS_MAX = 50;

/** Thrown into a call that waits for what nobody will do. */
export class EndlessError extends Error {
  override readonly name = 'EndlessError';
  constructor() {
    super('waits for ever');
  }
}

/** The time of a process. Sleeping moves it on, by a millisecond more than was asked for: timers are never early. */
export class Time {
  nowMs = 0;
  #waits = 0;

  begin(nowMs: number): void {
    this.nowMs = nowMs;
    this.#waits = 0;
  }

  /** Runs code of the SDK with this as the clock of its process. */
  async passes<T>(body: () => Promise<T>): Promise<T> {
    const { now } = Date;
    Date.now = () => this.nowMs;
    try {
      return await body();
    } finally {
      Date.now = now;
    }
  }

  /** Throws `EndlessError` when one call sleeps too often. */
  sleep(ms: number): void {
    if (++this.#waits > WAITS_MAX) throw new EndlessError();
    this.nowMs += Math.max(0, ms) + 1;
  }
}

/** Rows by table, each row by column; NULL is absent. */
export type Rows = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

/** The members of a system database. */
export type Members = Readonly<Record<string, (...args: unknown[]) => Promise<unknown>>>;

/** One database, and a process that uses it. */
export interface Side {
  readonly time: Time;
  /** What the call came to: a value, or a rejection. */
  call(call: Call): Promise<unknown>;
  rows(): Rows | Promise<Rows>;
}

/** Runs `body` as code of an execution: the SDK finds its token in the async context. */
export const by = <T>(sdk: Sdk, as: Call['as'], body: () => Promise<T>): Promise<T> =>
  as === undefined ? body() : sdk.context.runWithTopContext({ workflowId: as.workflow, ownerXid: as.token }, body);
