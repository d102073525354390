/**
 * What user code holds of a simulated timer. Apart from the clock, so that the shims, which every test file of a project
 * begins with, can be installed without loading one.
 */

/** A timer, as the code that set it sees it: what Node's `Timeout` and `Immediate` offer together. */
export interface TimerHandle {
  ref(): this;
  unref(): this;
  hasRef(): boolean;
  /** Starts the delay anew, also after the timer has fired; a cleared timer stays cleared. */
  refresh(): this;
  /** Clears the timer, whoever asks. */
  close(): this;
  /** A number that is unique on its clock until the next reset, and no native timer's. */
  [Symbol.toPrimitive](): number;
  [Symbol.dispose](): void;
}

/** What all handles have, and nothing else has. */
export const HANDLE: unique symbol = Symbol.for('reprise.timer');

/** Tells a handle of simulated time, of whatever clock, from a native one. */
export function isTimerHandle(handle: unknown): handle is TimerHandle {
  return typeof handle === 'object' && handle !== null && HANDLE in handle;
}
