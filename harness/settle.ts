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
import { Driven, type Loop } from './loop.ts';
import { isThenable } from './values.ts';

/** A rejection nobody listened to by the time promises ran dry (one handled later included), or an exception outside
 *  any promise. Node would end the process over either. */
export interface Stray {
  readonly kind: 'unhandledRejection' | 'uncaughtException';
  readonly error: unknown;
}

/** `tick`: synchronous and exact. `immediate`: the fallback, one turn of the event loop per settling. */
export type SettlingMode = 'tick' | 'immediate';

/** For a loop whose calls go out into the world: calls `then`, from a macrotask, once all of them have come back. */
export type Patience = (then: () => void) => void;

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
 * With `Patience`, that is what settling is. A forced mode is for tests.
 */
export function drive<T>(loop: Loop<T>, onStray: (stray: Stray) => void, mode?: SettlingMode | Patience): Promise<T> {
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
  forcedMode: SettlingMode | Patience | undefined,
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
        if (pause instanceof Promise) {
          const outcome = pause.then(
            () => again,
            (error: unknown) => () => fail(error),
          );
          return end(() => void outcome.then((goOn) => goOn()));
        }
        if (pause === 'breathe') {
          if (native.nowMs() >= sliceEndMs) return end(again);
        } else if (typeof mode === 'function') return mode(advance);
        else if (mode === 'tick') settleNow();
        else return settleThen(advance);
      }
    } catch (error) {
      end(() => reject(error));
    } finally {
      driving = false;
    }
  };
  const again = (): void => void native.setImmediate(begin);
  const fail = (error: unknown): void => {
    driven.fail(error);
    again();
  };
  /** What is left over settles while the listeners are still ours. */
  const end = (then: () => void): void => {
    const finish = (): void => {
      restoreListeners();
      then();
    };
    if (mode !== 'tick') return settleThen(finish);
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
