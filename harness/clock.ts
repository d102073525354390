/**
 * One executor's clock: it holds that executor's timers and says which may fire next.
 *
 * fake-timers keeps the timers and computes when they are due; two things are not left to it. Its `tick` is never
 * called: it sets the time *back* when a timer fires late, and it decides the order of equal timestamps, which is the
 * scheduler's choice. And its callbacks lose the async context they were set in, so each timer is an AsyncResource.
 *
 * Must not know: moves, executors, what a callback is for. Source: `@sinonjs/fake-timers` 15.5, `fake-timers-src.js`.
 */
import { AsyncResource } from 'node:async_hooks';
import { createClock, type Clock as FakeClock, type Timer as FakeTimer } from '@sinonjs/fake-timers';
import { HANDLE, type TimerHandle } from './handle.ts';

/** What a timer runs when it is rung. */
export type TimerCallback = (...args: unknown[]) => void;

/** A pending timer, as the scheduler sees it: `name` for move labels, `dueMs` in milliseconds of its clock. */
export interface Alarm {
  readonly name: string;
  readonly dueMs: number;
}

const NO_ALARMS: readonly Alarm[] = Object.freeze([]);

/** Virtual time and the timers set in it. Time never goes back between two resets. */
export class Clock {
  readonly #fake: FakeClock = createClock(0);
  /** Equal to `#fake.now` while there are timers. That is a slow property of a large object: `Date.now()` must cost nothing. */
  #nowMs = 0;
  #timersMade = 0;

  constructor(nowMs = 0) {
    this.reset(nowMs);
  }

  /** Milliseconds since 1970, as this executor believes. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** How many timers are pending, due ones included. */
  get pending(): number {
    return this.#timersMade === 0 ? 0 : this.#entries().length;
  }

  /** Drops every timer for good: their handles do nothing from now on. Pool clocks: making one costs 50 times more. */
  reset(nowMs: number): void {
    if (this.#timersMade > 0) this.#fake.reset();
    this.#nowMs = nowMs;
    this.#timersMade = 0;
  }

  /** Moves time on without firing anything: what is passed over becomes due. An earlier time is ignored. */
  advanceTo(nowMs: number): void {
    if (!(nowMs > this.#nowMs)) return;
    this.#nowMs = nowMs;
    if (this.#timersMade > 0) this.#fake.now = nowMs;
  }

  /** Throws if `callback` is no function. Delays are whole milliseconds; as in Node, one above 2^31-1 counts as 1. */
  setTimeout(callback: TimerCallback, delayMs = 0, args: readonly unknown[] = [], name = 'timer'): TimerHandle {
    return this.#set({ callback, args, name, delayMs, repeats: false });
  }

  /** Due every `delayMs`, at least 1, counted from when it was last rung: it never piles up. Throws as `setTimeout`. */
  setInterval(callback: TimerCallback, delayMs = 1, args: readonly unknown[] = [], name = 'timer'): TimerHandle {
    return this.#set({ callback, args, name, delayMs: delayMs >= 1 ? delayMs : 1, repeats: true });
  }

  /** Due at once; before or after other timers due by now is the scheduler's choice. Throws as `setTimeout`. */
  setImmediate(callback: TimerCallback, args: readonly unknown[] = [], name = 'timer'): TimerHandle {
    return this.#set({ callback, args, name, delayMs: 0, repeats: false });
  }

  /** Clears a timer of this clock, of any kind, given its handle or its number. Anything else is ignored. */
  clear(handle: unknown): void {
    const timer = handle instanceof Timer ? handle : this.#withId(handle);
    if (timer?.isOn(this.#fake)) timer.close();
  }

  /** The timers already due, else all those tied for the earliest due time; in due order, then in the order set. */
  next(): readonly Alarm[] {
    const entries = this.#entries();
    const earliest = entries[0];
    if (earliest === undefined) return NO_ALARMS;
    const horizonMs = Math.max(this.#nowMs, timerOf(earliest).dueMs);
    const alarms = entries.map(timerOf).filter(({ dueMs }) => dueMs <= horizonMs);
    return alarms.toSorted((a, b) => a.dueMs - b.dueMs || a.order - b.order);
  }

  /** Moves time on to the due time if that lies ahead, and runs the callback. Its errors propagate. A timer that is no
   *  longer pending is left alone. */
  ring(alarm: Alarm): void {
    if (!(alarm instanceof Timer && alarm.isOn(this.#fake) && alarm.pending)) return;
    this.advanceTo(alarm.dueMs);
    alarm.run();
  }

  #set(spec: TimerSpec): TimerHandle {
    this.#timersMade += 1;
    this.#fake.now = this.#nowMs;
    return new Timer(this.#fake, TIMER_IDS_FROM + this.#timersMade, spec);
  }

  /** A binary heap: the earliest is first, the rest in no useful order. */
  #entries(): readonly FakeTimer[] {
    return this.#fake.timerHeap?.timers ?? [];
  }

  #withId(id: unknown): Timer | undefined {
    if (typeof id !== 'number' && typeof id !== 'string') return undefined;
    return this.#entries()
      .map(timerOf)
      .find((timer) => timer.id === Number(id));
  }
}

/** Far from the numbers of native timers, so that clearing by number never hits the wrong one. */
const TIMER_IDS_FROM = 1e12;

interface TimerSpec {
  readonly callback: TimerCallback;
  readonly args: readonly unknown[];
  readonly name: string;
  readonly delayMs: number;
  readonly repeats: boolean;
}

/** fake-timers is handed the user's callback, to check, but never calls it: `args` lead back to our timer. */
function timerOf(entry: FakeTimer): Timer {
  return entry.args?.[0] as Timer;
}

/** Both faces of a timer. It captures the async context it is made in. */
class Timer extends AsyncResource implements Alarm, TimerHandle {
  readonly id: number;
  readonly #spec: TimerSpec;
  readonly #fake: FakeClock;
  /** fake-timers' table of pending timers at the time of birth: a reset replaces it. */
  #table: FakeClock['timers'];
  #entry: FakeTimer | undefined;
  #isRef = true;

  constructor(fake: FakeClock, id: number, spec: TimerSpec) {
    super('Timeout');
    this.id = id;
    this.#spec = spec;
    this.#fake = fake;
    this.#arm();
    // There is none before the first timer of all.
    this.#table = fake.timers;
  }

  get [HANDLE](): true {
    return true;
  }

  get name(): string {
    return this.#spec.name;
  }

  get dueMs(): number {
    return this.#entry?.callAt ?? 0;
  }

  /** Counts up over all timers, in the order they were set or refreshed. */
  get order(): number {
    return this.#entry?.order ?? 0;
  }

  get pending(): boolean {
    return this.#entry?.id !== undefined && this.#fake.timers?.get(this.#entry.id) === this.#entry;
  }

  isOn(fake: FakeClock): boolean {
    return this.#fake === fake;
  }

  run(): void {
    this.#disarm();
    // Armed before the callback runs, so that the callback may clear it.
    if (this.#spec.repeats) this.#arm();
    this.runInAsyncScope(this.#spec.callback, this, ...this.#spec.args);
  }

  ref(): this {
    this.#isRef = true;
    return this;
  }

  unref(): this {
    this.#isRef = false;
    return this;
  }

  hasRef(): boolean {
    return this.#isRef;
  }

  refresh(): this {
    // Not fake-timers' own refresh: it corrupts its heap (15.5: `remove` compares with the due time already changed).
    if (this.#table === undefined || this.#table !== this.#fake.timers) return this;
    this.#disarm();
    this.#arm();
    return this;
  }

  close(): this {
    this.#disarm();
    this.#table = undefined;
    return this;
  }

  [Symbol.toPrimitive](): number {
    return this.id;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #arm(): void {
    const key = Number(this.#fake.setTimeout(this.#spec.callback, this.#spec.delayMs, this));
    this.#entry = this.#fake.timers?.get(key);
  }

  #disarm(): void {
    if (this.#entry !== undefined) this.#fake.clearTimeout(this.#entry.id);
  }
}
