/**
 * What simulated code gets in place of its process's own time, randomness and ids: each function here answers as its
 * namesake in Node does, out of an `Ambient` alone, so that equal ambients give equal answers.
 *
 * Must not know: what is native, or how any of this gets in front of user code (globals.ts). Source: Node's
 * `lib/timers/promises.js`, `lib/internal/crypto/random.js`; RFC 9562 (UUID).
 */
import type { Clock } from './clock.ts';

/** What was read, by the name the reader knows it under. */
export type AmbientKind =
  | 'Date.now'
  | 'new Date'
  | 'Temporal.Now'
  | 'performance.now'
  | 'process.hrtime'
  | 'process.uptime'
  | 'Math.random'
  | 'crypto.randomUUID'
  | 'crypto.getRandomValues'
  | 'crypto.randomBytes'
  | 'crypto.randomFill'
  | 'crypto.randomInt';

/** What simulated code sees in place of the process's own time and randomness. */
export interface Ambient {
  readonly clock: Clock;
  /** Uniform in [0, 1), from a seeded stream. */
  random(): number;
  /** Told of every read of clock, randomness or ids (not of timers being set), with the value handed out: milliseconds
   *  for clocks, hex for bytes. May throw, and the throw reaches the reader's code. */
  read(what: AmbientKind, value: string | number): void;
  /** Told of every timer that is set. */
  timed(): void;
}

/** The clock, in milliseconds, noted as read. */
export function readClock(ambient: Ambient, what: AmbientKind): number {
  const { nowMs } = ambient.clock;
  ambient.read(what, nowMs);
  return nowMs;
}

/** As `process.hrtime`: seconds and nanoseconds since 1970, or since `previous`. */
export function hrtime(ambient: Ambient, previous?: readonly [number, number]): [number, number] {
  const nanos = hrtimeBigint(ambient) - (previous ? BigInt(previous[0]) * NANOS_PER_S + BigInt(previous[1]) : 0n);
  return [Number(nanos / NANOS_PER_S), Number(nanos % NANOS_PER_S)];
}

/** As `process.hrtime.bigint`: nanoseconds since 1970. */
export function hrtimeBigint(ambient: Ambient): bigint {
  const nowMs = readClock(ambient, 'process.hrtime');
  const wholeMs = Math.floor(nowMs);
  // In two parts: a number does not hold the nanoseconds since 1970.
  return BigInt(wholeMs) * 1_000_000n + BigInt(Math.floor((nowMs - wholeMs) * 1e6));
}

const NANOS_PER_S = 1_000_000_000n;

/** A draw, noted as read. */
export function readRandom(ambient: Ambient): number {
  const value = ambient.random();
  ambient.read('Math.random', value);
  return value;
}

/** A UUID of version 4, or of version 7 with the clock's time in it. */
export function randomUuid(ambient: Ambient, version: 4 | 7): string {
  let [first, second] = [drawWord(ambient), drawWord(ambient)];
  if (version === 7) {
    first = Math.floor(ambient.clock.nowMs / 0x1_0000);
    second = ((ambient.clock.nowMs & 0xffff) << 16) | (second & 0xffff);
  }
  const [a, b] = [hex(first), hex(((second & 0xffff_0fff) | (version << 12)) >>> 0)];
  const [c, d] = [hex(((drawWord(ambient) & 0x3fff_ffff) | 0x8000_0000) >>> 0), hex(drawWord(ambient))];
  const uuid = `${a}-${b.slice(0, 4)}-${b.slice(4)}-${c.slice(0, 4)}-${c.slice(4)}${d}`;
  ambient.read('crypto.randomUUID', uuid);
  return uuid;
}

const hex = (word: number): string =>
  HEX[word >>> 24]! + HEX[(word >>> 16) & 255]! + HEX[(word >>> 8) & 255]! + HEX[word & 255]!;

/** Every byte. */
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

const drawWord = (ambient: Ambient): number => Math.floor(ambient.random() * 2 ** 32);

/** Fills `size` elements of `target` from element `offset` on (bytes, for an ArrayBuffer or a DataView); returns it. */
export function fillRandom<T extends ArrayBufferView | ArrayBufferLike>(
  ambient: Ambient,
  what: AmbientKind,
  target: T,
  offset = 0,
  size?: number,
): T {
  const whole = ArrayBuffer.isView(target)
    ? Buffer.from(target.buffer, target.byteOffset, target.byteLength)
    : Buffer.from(target);
  const width = 'BYTES_PER_ELEMENT' in target ? Number(target.BYTES_PER_ELEMENT) : 1;
  const end = size === undefined ? whole.length : (offset + size) * width;
  ambient.read(what, drawBytes(ambient, whole.subarray(offset * width, end)).toString('hex'));
  return target;
}

/** As `crypto.randomBytes`, with or without a callback. */
export function randomBytes(ambient: Ambient, size: number, callback?: Callback<Buffer>): Buffer | undefined {
  return answer(fillRandom(ambient, 'crypto.randomBytes', Buffer.alloc(size)), callback);
}

/** As `crypto.randomFill`: the callback is the last argument, offset and size are optional. */
export function randomFill<T extends ArrayBufferView | ArrayBuffer>(
  ambient: Ambient,
  target: T,
  ...rest: readonly (number | Callback<T>)[]
): void {
  const [offset, size] = rest.filter((value) => typeof value === 'number');
  const callback = rest.find((value) => typeof value === 'function');
  answer(fillRandom(ambient, 'crypto.randomFill', target, offset, size), callback);
}

/** As `crypto.randomInt`: `([low = 0], high, [callback])`, uniform in [low, high). Throws a RangeError if that is empty. */
export function randomInt(ambient: Ambient, ...args: readonly (number | Callback<number>)[]): number | undefined {
  const bounds = args.filter((value) => typeof value === 'number');
  const [low, high] = bounds.length === 1 ? [0, Number(bounds[0])] : [Number(bounds[0]), Number(bounds[1])];
  if (!(Number.isSafeInteger(low) && Number.isSafeInteger(high) && low < high)) {
    throw new RangeError(`crypto.randomInt: no integer lies between ${low} and ${high}`);
  }
  const value = low + Math.floor(ambient.random() * (high - low));
  ambient.read('crypto.randomInt', value);
  const callback = args.find((argument) => typeof argument === 'function');
  return answer(value, callback);
}

/** How Node's crypto answers asynchronously. */
export type Callback<T> = (error: null, value: T) => void;

/** Returns `value`, or hands it to `callback` before the next move: it is not for the scheduler to delay. */
function answer<T>(value: T, callback: Callback<T> | undefined): T | undefined {
  if (callback === undefined) return value;
  process.nextTick(callback, null, value);
  return undefined;
}

/** Four bytes for each draw. */
function drawBytes(ambient: Ambient, bytes: Buffer): Buffer {
  for (let at = 0; at < bytes.length; at += 4) {
    const width = Math.min(4, bytes.length - at);
    bytes.writeUIntBE(Math.floor(ambient.random() * 256 ** width), at, width);
  }
  return bytes;
}

/** What the functions of `timers/promises` take last. `ref` is of no account: a simulated process never exits. */
export interface SleepOptions {
  readonly signal?: AbortSignal;
}

/** As `setTimeout` of `timers/promises`: `value` after `delayMs`, or an AbortError once `signal` aborts. */
export function sleep<T>(
  ambient: Ambient,
  delayMs?: number,
  value?: T,
  options?: SleepOptions,
): Promise<T | undefined> {
  const signal = options?.signal;
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      timer.close();
      reject(abortError(signal));
    };
    const wake = (): void => {
      signal?.removeEventListener('abort', abort);
      resolve(value);
    };
    ambient.timed();
    const timer = ambient.clock.setTimeout(wake, delayMs);
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}

/** As `setInterval` of `timers/promises`: yields `value` every `delayMs`; ticks that nobody awaited are made up for. */
export function interval<T>(
  ambient: Ambient,
  delayMs = 1,
  value?: T,
  options?: SleepOptions,
): AsyncIterableIterator<T | undefined> {
  const everyMs = Math.max(1, delayMs);
  let dueMs = ambient.clock.nowMs;
  let over = false;
  const end = (result?: unknown): Promise<IteratorResult<T | undefined>> => {
    over = true;
    return Promise.resolve({ done: true, value: result });
  };
  const ticks = {
    next: (): Promise<IteratorResult<T | undefined>> => {
      if (over) return end();
      dueMs += everyMs;
      const tick = sleep(ambient, Math.max(0, dueMs - ambient.clock.nowMs), value, options);
      return tick.then((ticked) => ({ done: false, value: ticked }));
    },
    return: end,
    throw: (error: unknown): Promise<IteratorResult<T | undefined>> => end().then(() => Promise.reject(error)),
    [Symbol.asyncIterator]: () => ticks,
  };
  return ticks;
}

/** As `AbortSignal.timeout`. */
export function abortAfter(ambient: Ambient, delayMs: number): AbortSignal {
  const controller = new AbortController();
  const reason = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
  ambient.timed();
  ambient.clock.setTimeout(() => controller.abort(reason), delayMs, [], 'abort timeout');
  return controller.signal;
}

function abortError(signal: AbortSignal | undefined): Error {
  const error = new Error('The operation was aborted', { cause: signal?.reason });
  return Object.assign(error, { name: 'AbortError', code: 'ABORT_ERR' });
}
