/**
 * What both sides of a comparison are: something that answers calls and has rows, on a clock that the comparison sets.
 */
import type { Call } from './call.ts';

/** The clock of the database is ahead of that of the process by so much: whoever asks the wrong one is found out. */
export const SKEW_MS = 250;

/** More waits than this in one call would go on for ever. */
const WAITS_MAX = 50;

/** Thrown into a call that waits for what nobody will do. */
export class EndlessError extends Error {
  override readonly name = 'EndlessError';
}

/** The time of a process. Sleeping moves it on, by a millisecond more than was asked for: timers are never early. */
export class Time {
  nowMs = 0;
  #waits = 0;

  begin(nowMs: number): void {
    this.nowMs = nowMs;
    this.#waits = 0;
  }

  /** Throws `EndlessError` when one call sleeps too often. */
  sleep(ms: number): void {
    if (ms === Infinity || ++this.#waits > WAITS_MAX) throw new EndlessError('waits for ever');
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
