/**
 * Puts simulated time and randomness in front of user code: thin shims, installed once and for good, over everything in
 * Node that tells the time, sets a timer or draws a random value. Each asks at every use who is being simulated, and
 * passes the call on to the native function when nobody is. Installed early, they are also what a module finds that
 * keeps a reference of its own (`const { setTimeout } = globalThis`).
 *
 * Not covered, and so seen as *escaped* when awaited: I/O, `MessageChannel`, `crypto.subtle`, key generation.
 *
 * Must not know: executors, moves, what a read is good for. What the shims answer is in ambient.ts.
 */
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import * as simulated from './ambient.ts';
import type { Ambient, SleepOptions } from './ambient.ts';
import type { TimerCallback } from './clock.ts';
import { isTimerHandle } from './handle.ts';

export type { Ambient, AmbientKind } from './ambient.ts';

/** One replaced property. */
interface Shim {
  readonly target: object;
  readonly key: string;
  readonly descriptor: PropertyDescriptor;
}

interface Shared {
  readonly native: {
    readonly nowMs: () => number;
    readonly setImmediate: typeof setImmediate;
    readonly setTimeout: typeof setTimeout;
    readonly clearTimeout: typeof clearTimeout;
  };
  /** Empty until installed. */
  shims: readonly Shim[];
  current: () => Ambient | null;
}

/** Kept on the global object: a second copy of this module must not take the shims of the first for native functions. */
const SHARED = Symbol.for('reprise.globals');
const home: object & { [SHARED]?: Shared } = globalThis;
const shared = (home[SHARED] ??= {
  native: { nowMs: performance.now.bind(performance), setImmediate, setTimeout, clearTimeout },
  shims: [],
  current: () => null,
});

/** The process's own functions, for the few places of the harness that need real time, in real milliseconds. */
export const native: Shared['native'] = shared.native;

/**
 * Installs the shims; a second call only replaces `current`, which is asked at every use who is being simulated: null
 * means nobody. Throws an Error when fake timers are installed already.
 */
export function installGlobals(current: () => Ambient | null): void {
  if (shared.shims.length === 0) {
    const faked = ['Date', 'setTimeout'].find((key) => 'clock' in Reflect.get(globalThis, key));
    if (faked !== undefined) throw replacedError(faked);
    shared.shims = [...timerShims(), ...clockShims(), ...randomShims()];
    for (const { target, key, descriptor } of shared.shims) Object.defineProperty(target, key, descriptor);
    // Named ESM imports (`import { setTimeout } from 'node:timers'`) are bindings of their own.
    syncBuiltinESMExports();
  }
  shared.current = current;
}

/** Throws an Error naming the first shim that somebody has replaced or removed since. Call it before every campaign. */
export function assertGlobals(): void {
  for (const { target, key, descriptor } of shared.shims) {
    const found = Object.getOwnPropertyDescriptor(target, key);
    if (found?.value !== descriptor.value || found?.get !== descriptor.get) throw replacedError(key);
  }
}

function replacedError(key: string): Error {
  return new Error(
    `${key} has been replaced by other code, so Reprise cannot simulate it: by vi.useFakeTimers(), vi.spyOn() or the ` +
      'like. Undo that before tests that use Reprise (vi.useRealTimers(), vi.restoreAllMocks()); they need no fake time.',
  );
}

/** Puts `fake` over the method `key` while somebody is simulated. Otherwise, and in all but behaviour, it is the old one. */
function over(target: object, key: string, fake: (ambient: Ambient, ...args: never[]) => unknown): Shim {
  const real = Reflect.get(target, key) as (...args: never[]) => unknown;
  return replace(target, key, function (this: unknown, ...args: never[]): unknown {
    const ambient = shared.current();
    return ambient === null ? Reflect.apply(real, this, args) : fake(ambient, ...args);
  });
}

/** As `over`, for functions called so often that their arguments would cost more than the rest. */
function overRead(target: object, key: string, fake: (ambient: Ambient) => unknown): Shim {
  const real = Reflect.get(target, key) as () => unknown;
  return replace(target, key, function (this: unknown): unknown {
    const ambient = shared.current();
    return ambient === null ? real.call(this) : fake(ambient);
  });
}

/** Makes `value` look like what it replaces: same name, length, own properties. */
function replace(target: object, key: string, value: object): Shim {
  const enumerable = Object.getOwnPropertyDescriptor(target, key)?.enumerable ?? true;
  Object.defineProperties(value, Object.getOwnPropertyDescriptors(Reflect.get(target, key) as object));
  return { target, key, descriptor: { value, enumerable, writable: true, configurable: true } };
}

/** The clock on which a timer is about to be set, noted. */
function timing(ambient: Ambient): Ambient['clock'] {
  ambient.timed();
  return ambient.clock;
}

function timerShims(): Shim[] {
  const onGlobal = [
    over(globalThis, 'setTimeout', (ambient, callback: TimerCallback, delayMs?: number, ...args: unknown[]) =>
      timing(ambient).setTimeout(callback, delayMs, args),
    ),
    over(globalThis, 'setInterval', (ambient, callback: TimerCallback, delayMs?: number, ...args: unknown[]) =>
      timing(ambient).setInterval(callback, delayMs, args),
    ),
    over(globalThis, 'setImmediate', (ambient, callback: TimerCallback, ...args: unknown[]) =>
      isOfNode(callback) ? native.setImmediate(callback) : timing(ambient).setImmediate(callback, args),
    ),
    ...['clearTimeout', 'clearInterval', 'clearImmediate'].map(clearing),
  ];
  const { sleep, interval, abortAfter } = simulated;
  const { scheduler } = timersPromises;
  return [
    ...onGlobal,
    ...onGlobal.map((shim) => ({ ...shim, target: timers })),
    over(timersPromises, 'setTimeout', sleep),
    over(timersPromises, 'setInterval', interval),
    over(timersPromises, 'setImmediate', (ambient, value: unknown, options?: SleepOptions) =>
      sleep(ambient, 0, value, options),
    ),
    over(scheduler, 'wait', (ambient, delayMs: number, options?: SleepOptions) =>
      sleep(ambient, delayMs, undefined, options),
    ),
    over(scheduler, 'yield', (ambient) => sleep(ambient, 0)),
    over(AbortSignal, 'timeout', abortAfter),
  ];
}

/** Clears what it is given, on whichever side that was set; inside a run, not the timers of other executors. */
function clearing(key: string): Shim {
  const real = Reflect.get(globalThis, key) as (handle: unknown) => void;
  return replace(globalThis, key, (handle: unknown): void => {
    const ambient = shared.current();
    if (ambient !== null) ambient.clock.clear(handle);
    else if (isTimerHandle(handle)) handle.close();
    if (!isTimerHandle(handle)) real(handle);
  });
}

/** After an uncaught exception Node sets an immediate of its own, `require('timers').setImmediate(noop)`: no user's move. */
function isOfNode(callback: TimerCallback): boolean {
  return callback.name === 'noop' && String(callback) === 'function noop() {}';
}

function clockShims(): Shim[] {
  const { readClock } = simulated;
  const date = replace(globalThis, 'Date', simulatedDate(Date));
  const hrtime = over(process, 'hrtime', simulated.hrtime);
  const timeOriginMs = performance.timeOrigin;
  const timeOrigin = (): number => (shared.current() === null ? timeOriginMs : 0);
  return [
    date,
    overRead(date.descriptor.value, 'now', (ambient) => readClock(ambient, 'Date.now')),
    { target: Date.prototype, key: 'constructor', descriptor: { ...date.descriptor, enumerable: false } },
    overRead(performance, 'now', (ambient) => readClock(ambient, 'performance.now')),
    // 0, as performance.now() counts from 1970 within a run: their sum is the time, as it should be.
    { target: performance, key: 'timeOrigin', descriptor: { get: timeOrigin, enumerable: true, configurable: true } },
    hrtime,
    over(hrtime.descriptor.value, 'bigint', simulated.hrtimeBigint),
    over(process, 'uptime', (ambient) => readClock(ambient, 'process.uptime') / 1000),
    ...temporalShims(),
  ];
}

/** `Date` that knows the simulated time. The prototype is the native one's, so that `instanceof` holds both ways. */
function simulatedDate(Native: DateConstructor): object {
  return function SimulatedDate(...args: unknown[]): unknown {
    const ambient = new.target === undefined || args.length === 0 ? shared.current() : null;
    const now = ambient === null ? args : [simulated.readClock(ambient, 'new Date')];
    // Called without `new`, it ignores its arguments and returns text.
    if (new.target === undefined) return ambient === null ? Native() : String(Reflect.construct(Native, now));
    // For subclasses. Not for `Date` itself, as it is slow when the two constructors differ.
    const made = new.target === SimulatedDate ? Native : new.target;
    return Reflect.construct(Native, now, made);
  };
}

interface TemporalLike {
  readonly Now: { timeZoneId(): string };
  readonly Instant: { fromEpochMilliseconds(atMs: number): { toZonedDateTimeISO(zone: unknown): ZonedLike } };
}

interface ZonedLike {
  toPlainDateTime(): unknown;
  toPlainDate(): unknown;
  toPlainTime(): unknown;
}

/** None before Node 26. */
function temporalShims(): Shim[] {
  const { Temporal } = globalThis as { readonly Temporal?: TemporalLike };
  if (Temporal === undefined) return [];
  const { Now, Instant } = Temporal;
  const instant = (ambient: Ambient) => Instant.fromEpochMilliseconds(simulated.readClock(ambient, 'Temporal.Now'));
  const zoned = (ambient: Ambient, zone: unknown = Now.timeZoneId()) => instant(ambient).toZonedDateTimeISO(zone);
  return [
    over(Now, 'instant', instant),
    over(Now, 'zonedDateTimeISO', zoned),
    over(Now, 'plainDateTimeISO', (ambient, zone?: unknown) => zoned(ambient, zone).toPlainDateTime()),
    over(Now, 'plainDateISO', (ambient, zone?: unknown) => zoned(ambient, zone).toPlainDate()),
    over(Now, 'plainTimeISO', (ambient, zone?: unknown) => zoned(ambient, zone).toPlainTime()),
  ];
}

function randomShims(): Shim[] {
  const { fillRandom, randomUuid } = simulated;
  const { webcrypto } = crypto;
  return [
    overRead(Math, 'random', simulated.readRandom),
    over(webcrypto, 'randomUUID', (ambient) => randomUuid(ambient, 4)),
    // The function of the same name in node:crypto, which cannot be replaced, calls this one.
    over(webcrypto, 'getRandomValues', (ambient, target: ArrayBufferView) =>
      fillRandom(ambient, 'crypto.getRandomValues', target),
    ),
    over(crypto, 'randomUUID', (ambient) => randomUuid(ambient, 4)),
    // From Node 24 on.
    ...('randomUUIDv7' in crypto ? [over(crypto, 'randomUUIDv7', (ambient) => randomUuid(ambient, 7))] : []),
    over(crypto, 'randomBytes', simulated.randomBytes),
    over(crypto, 'randomInt', simulated.randomInt),
    over(crypto, 'randomFill', simulated.randomFill),
    over(crypto, 'randomFillSync', (ambient, target: ArrayBufferView, offset?: number, size?: number) =>
      fillRandom(ambient, 'crypto.randomFill', target, offset, size),
    ),
  ];
}
