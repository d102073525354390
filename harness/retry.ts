/**
 * The attempts of one step: retries with backoff, a timeout for each attempt, and the predicate that may stop them.
 * Source: DBOS SDK 5.3.0, `dbos-executor.js` 538-736.
 */
import type { Clock } from './clock.ts';
import type { TimerHandle } from './handle.ts';
import { ControlError, RetriesExhaustedError, StepTimeoutError } from './errors.ts';
import type { StepOptions } from './program.ts';
import { textOf } from './values.ts';

const BACKOFF_MS_MAX = 3_600_000;

/** Whose attempts these are, and whom they report to. */
interface Tries<T> {
  /** Makes one attempt. */
  readonly run: (tryNumber: number) => T | Promise<T>;
  /** Runs other code of the user's as part of the step. */
  readonly within: <R>(code: () => R) => R;
  /** Asked before each further attempt; what it throws ends the step unrecorded. */
  readonly alive: () => void;
  /** Told when an attempt has run out of time: what the step comes to then depends on the clock. */
  readonly timedOut: () => void;
}

/** Whether a step of these options may take more than one attempt, or be cut short. */
export const isTriedAgain = ({ attemptsMax = 1, timeoutMs }: StepOptions): boolean =>
  attemptsMax > 1 || timeoutMs !== undefined;

/**
 * Makes attempts until one succeeds, and resolves to what it returned; or until they are spent, and rejects with the error
 * of the step. `name` is the label of the call: timers are named after it.
 */
export async function tryAgain<T>(
  options: StepOptions,
  clock: Clock,
  name: string,
  { run, within, alive, timedOut }: Tries<T>,
): Promise<T> {
  const { attemptsMax = 1, backoffMs = 1_000, backoffRate = 2, shouldRetry = () => true } = options;
  const errors: unknown[] = [];
  for (let tryNumber = 1; ; tryNumber++) {
    try {
      return await once(options, clock, `timeout ${name}.${tryNumber}`, () => run(tryNumber), timedOut);
    } catch (error) {
      if (error instanceof ControlError || attemptsMax === 1) throw error;
      if (!(await within(() => shouldRetry(error)))) throw error;
      errors.push(error);
      if (tryNumber >= attemptsMax) throw new RetriesExhaustedError(options.name, errors.map(textOf));
    }
    const backoff = Math.min(BACKOFF_MS_MAX, backoffMs * backoffRate ** (tryNumber - 1));
    await pause(clock, backoff, `backoff ${name}.${tryNumber}`);
    alive();
  }
}

/** One attempt. The body of an attempt that timed out goes on running; its end is ignored. */
function once<T>(
  { name, timeoutMs }: StepOptions,
  clock: Clock,
  timer: string,
  body: () => T | Promise<T>,
  timedOut: () => void,
): T | Promise<T> {
  if (timeoutMs === undefined) return body();
  return new Promise<T>((resolve, reject) => {
    const expire = (afterMs: number): void => {
      timedOut();
      reject(new StepTimeoutError(name, afterMs));
    };
    const done = ringAt(clock, clock.nowMs + timeoutMs, timer, () => expire(timeoutMs));
    new Promise<T>((settle) => settle(body())).then(resolve, reject).finally(done);
  });
}

/** Beyond this, a timer fires at once (as in Node), so that longer waits take several. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** Calls `ring` once the clock has reached `dueMs`, however far off; never for Infinity. Returns how to call that off. */
export function ringAt(clock: Clock, dueMs: number, name: string, ring: () => void): () => void {
  let alarm: TimerHandle | null = null;
  const arm = (leg: number): void => {
    const next = (): void => (clock.nowMs < dueMs ? arm(leg + 1) : ring());
    const delayMs = Math.min(TIMER_MS_MAX, Math.max(0, dueMs - clock.nowMs));
    alarm = clock.setTimeout(next, delayMs, [], leg === 1 ? name : `${name}.${leg}`);
  };
  if (dueMs < Infinity) arm(1);
  return () => clock.clear(alarm);
}

/** Waits `ms` milliseconds of the clock's time, not at all if that is none. `name` labels the timer. */
export async function pause(clock: Clock, ms: number, name: string): Promise<void> {
  if (ms > 0) await new Promise<void>((resolve) => void ringAt(clock, clock.nowMs + ms, name, resolve));
}

/** What is wrong with these options; null: nothing. */
export function objectionTo({ name, attemptsMax = 1, timeoutMs }: StepOptions): string | null {
  if (!(Number.isInteger(attemptsMax) && attemptsMax >= 1))
    return `step ${name}: attemptsMax must be a whole number from 1 on, not ${attemptsMax}`;
  if (timeoutMs !== undefined && !(timeoutMs > 0 && timeoutMs < Infinity))
    return `step ${name}: timeoutMs must be a positive number of milliseconds, not ${timeoutMs}`;
  return null;
}
