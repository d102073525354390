/**
 * Lets promises run dry after a move, exactly, never by counting ticks; and gives the event loop back between runs.
 *
 * `process._tickCallback()`, called from a macrotask, drains the nextTick and the microtask queue before it returns
 * (Node 20 to 26). Nothing else sees an unhandled rejection at the move that caused it, is exact under
 * `process.nextTick`, and keeps foreign I/O out. It is private API, and inside a microtask it silently does nothing:
 * hence this one file, a self-check before first use, and `setImmediate` to fall back on, which lets foreign I/O in.
 *
 * Must not know: what is being run. Source: `lib/internal/process/{task_queues,promises}.js` of Node.
 */
import { AsyncResource } from 'node:async_hooks';
import { native } from './globals.ts';
import { isThenable } from './values.ts';

/** What a driven loop asks for: `settle`: let promises run dry now; `breathe`: a run has ended, the event loop may go on. */
export type Pause = 'settle' | 'breathe';

/**
 * What `drive` drives. Yielding another loop drives that to its end first; the `yield` then comes to what it returned, or
 * throws what it threw. (`yield*` would do the same, but would pass every pause of the inner loop through the outer ones.)
 */
export type Loop<T> = Generator<Pause | Loop<unknown>, T, unknown>;

/** A rejection nobody listened to by the time promises ran dry (one handled later included), or an exception outside
 *  any promise. Node would end the process over either. */
export interface Stray {
  readonly kind: 'unhandledRejection' | 'uncaughtException';
  readonly error: unknown;
}

/** `tick`: synchronous and exact. `immediate`: the fallback, one turn of the event loop per settling. */
export type SettlingMode = 'tick' | 'immediate';

/** The event loop is given back after this long, in real milliseconds: a test runner must be able to show life. */
const SLICE_MS = 50;

const { _tickCallback: tickCallback } = process as { readonly _tickCallback?: () => void };

/** Code that throws leaves its async context behind in Node 24 and later: leaving this scope takes it away again. */
const leaksContext = Number.parseInt(process.versions.node, 10) >= 24;
const scope = new AsyncResource('reprise.settle');

let decided: SettlingMode | null = null;
let driving = false;
/** Whether the listeners for strays are ours. */
let hearing = false;
let queue: Promise<unknown> = Promise.resolve();

/** The mode that the self-check chose in this process; null before the first drive. */
export function settlingMode(): SettlingMode | null {
  return decided;
}

/**
 * Drives `loop` to its end, in slices of about 50 ms that end at a `breathe`; resolves to what it returns, rejects with
 * what it throws. While a slice runs, the process's own listeners for strays are set aside and `onStray`, which must
 * not throw, hears of them instead. Drives queue up; one started from inside a driven loop is refused with an Error.
 * `mode` is for tests.
 */
export function drive<T>(loop: Loop<T>, onStray: (stray: Stray) => void, mode?: SettlingMode): Promise<T> {
  if (driving) return Promise.reject(new Error(NESTED));
  const result = queue.then(() => new Promise<T>((resolve, reject) => drivenBy(loop, onStray, mode, resolve, reject)));
  queue = result.catch(() => undefined);
  return result;
}

const NESTED =
  'Reprise cannot explore or replay from inside a run: simulated code has started it. Start it from the test itself.';

function drivenBy<T>(
  loop: Loop<T>,
  onStray: (stray: Stray) => void,
  forcedMode: SettlingMode | undefined,
  resolve: (value: T) => void,
  reject: (error: unknown) => void,
): void {
  let mode = forcedMode;
  let restoreListeners: () => void;
  let sliceEndMs: number;
  let interrupted = false;

  const begin = (): void => {
    mode ??= decided ??= tickCallbackSettles() ? 'tick' : 'immediate';
    restoreListeners = hearStrays((stray) => {
      interrupted ||= stray.kind === 'uncaughtException';
      onStray(stray);
    });
    sliceEndMs = native.nowMs() + SLICE_MS;
    advance();
  };
  const driven = new Driven(loop);
  const advance = (): void => {
    driving = true;
    try {
      for (;;) {
        const pause = driven.next();
        if (pause === null) return end(() => resolve(driven.result as T));
        if (pause === 'breathe') {
          if (native.nowMs() >= sliceEndMs) return end(() => native.setImmediate(begin));
        } else if (mode === 'tick') settleNow();
        else return settleThen(advance);
      }
    } catch (error) {
      end(() => reject(error));
    } finally {
      driving = false;
    }
  };
  /** What is left over settles while the listeners are still ours. */
  const end = (then: () => void): void => {
    const finish = (): void => {
      restoreListeners();
      then();
    };
    if (mode === 'immediate') return settleThen(finish);
    settleNow();
    finish();
  };
  /** Node drains its queues after every macrotask; an uncaught exception ends that early, and it takes another one. */
  const settleThen = (then: () => void): void => {
    native.setImmediate(() => {
      if (!interrupted) return then();
      interrupted = false;
      settleThen(then);
    });
  };
  native.setImmediate(begin);
}

/** A loop and the loops it waits for, the innermost last. */
class Driven {
  readonly #stack: Loop<unknown>[];
  /** What the last loop to end returned. */
  result: unknown = undefined;

  constructor(loop: Loop<unknown>) {
    this.#stack = [loop];
  }

  /** Goes on to the next pause; null: the outermost loop has ended. Throws what that throws. */
  next(): Pause | null {
    let value: unknown;
    let failure: { readonly error: unknown } | null = null;
    for (;;) {
      const loop = this.#stack.at(-1)!;
      let step: IteratorResult<Pause | Loop<unknown>>;
      try {
        step = failure === null ? loop.next(value) : loop.throw(failure.error);
      } catch (error) {
        // Thrown into the loop that waits for this one.
        this.#stack.pop();
        if (this.#stack.length === 0) throw error;
        failure = { error };
        continue;
      }
      failure = null;
      if (step.done === true) {
        this.#stack.pop();
        this.result = value = step.value;
        if (this.#stack.length === 0) return null;
      } else if (typeof step.value === 'object') {
        this.#stack.push(step.value);
        value = undefined;
      } else return step.value;
    }
  }
}

/** Drains both queues, the work they make for themselves included. Only from a macrotask. */
function settleNow(): void {
  if (leaksContext) scope.runInAsyncScope(drain);
  else drain();
}

function drain(): void {
  for (;;) {
    try {
      tickCallback?.();
      return;
    } catch (error) {
      // A nextTick callback threw, past Node's bookkeeping of async contexts, which aborts the process when it notices.
      // Thrown again from a microtask, the error takes the road of every uncaught one, at the end of which Node tidies.
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}

/** Whether `_tickCallback` is there and drains nextTicks and microtasks that beget each other. Only from a macrotask. */
function tickCallbackSettles(): boolean {
  let settled = false;
  const last = (): void => {
    settled = true;
  };
  process.nextTick(() => void Promise.resolve().then(() => process.nextTick(last)));
  settleNow();
  return settled;
}

/** Makes `onStray` the only listener; returns the function that brings the others back. A test runner would call the
 *  test file failed, and Node would warn of every rejection that is handled late. */
function hearStrays(onStray: (stray: Stray) => void): () => void {
  const events: NodeJS.EventEmitter = process;
  const ours: [event: string, listener: (error: unknown) => void][] = [
    ['unhandledRejection', (error) => onStray({ kind: 'unhandledRejection', error })],
    ['uncaughtException', (error) => onStray({ kind: 'uncaughtException', error })],
    ['rejectionHandled', () => undefined],
  ];
  const theirs = ours.map(([event]) => events.rawListeners(event) as Listener[]);
  for (const [event, listener] of ours) events.removeAllListeners(event).on(event, listener);
  hearing = true;
  return () => {
    hearing = false;
    ours.forEach(([event, listener], index) => {
      events.removeListener(event, listener);
      for (const other of theirs[index] ?? []) events.on(event, other);
    });
  };
}

type Listener = (...args: unknown[]) => void;

/**
 * From now on, what goes wrong in code of runs that are over (a file was read for real, and nobody awaited it) is dropped:
 * it is no concern of whoever listens now. `isOver` is asked in the async context of that code. A second call changes nothing.
 */
export function dropLateStrays(isOver: () => boolean): void {
  if (dropping) return;
  dropping = true;
  const emitter: Pick<NodeJS.EventEmitter, 'emit'> = process;
  const emit = emitter.emit.bind(process);
  emitter.emit = (event, ...args) => {
    const isStray = event === 'unhandledRejection' || event === 'uncaughtException';
    return (isStray && !hearing && isOver()) || emit(event, ...args);
  };
}

let dropping = false;

/** Calls one of the two with what `body` comes to: at once, unless it is async. */
export function hear(body: () => unknown, done: () => void, failed: (error: unknown) => void): void {
  try {
    const value = body();
    if (!isThenable(value)) return done();
    value.then(done, failed);
  } catch (error) {
    failed(error);
  }
}
