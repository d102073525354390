/** A clock as simple as can be, a plain list of timers, to hold the real one against. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { Clock } from '../../harness/clock.ts';
import type { TimerHandle } from '../../harness/handle.ts';

/** What a timer is, told in the most naive way. */
interface ModelTimer {
  readonly name: string;
  readonly delayMs: number;
  readonly repeats: boolean;
  readonly handle: TimerHandle;
  dueMs: number;
  order: number;
  state: 'pending' | 'fired' | 'cleared';
}

/** Short ones mostly, so that many timers are due at the same time. */
const shortMs = fc.oneof({ weight: 3, arbitrary: fc.nat(3) }, fc.nat(20));

/** Anything that can be done with a clock. */
export const operation = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('set' as const), delayMs: shortMs, repeats: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('ring' as const), which: fc.nat() }) },
  fc.record({ do: fc.constantFrom('clear' as const, 'clear by number' as const, 'refresh' as const), which: fc.nat() }),
  fc.record({ do: fc.constant('advance' as const), byMs: fc.integer({ min: -10, max: 30 }) }),
);

/** A real clock and a naive one, driven side by side. */
export class Pair {
  readonly clock = new Clock(1000);
  readonly fired: string[] = [];
  readonly expected: string[] = [];
  readonly #timers: ModelTimer[] = [];
  #nowMs = 1000;
  #order = 0;

  apply(op: typeof operation extends fc.Arbitrary<infer T> ? T : never): void {
    if (op.do === 'set') this.#set(op.delayMs, op.repeats);
    else if (op.do === 'advance') this.#advance(this.#nowMs + op.byMs);
    else if (op.do === 'ring') this.#ring(op.which);
    else if (this.#timers.length > 0) this.#touch(op.do, this.#timers[op.which % this.#timers.length]!);
  }

  agree(): void {
    expect(this.clock.nowMs).toBe(this.#nowMs);
    expect(this.clock.pending).toBe(this.#pending().length);
    expect(this.clock.next().map(({ name, dueMs }) => ({ name, dueMs }))).toEqual(
      this.#next().map(({ name, dueMs }) => ({ name, dueMs })),
    );
    expect(this.fired).toEqual(this.expected);
  }

  #set(delayMs: number, repeats: boolean): void {
    const name = `t${this.#timers.length}`;
    const callback = (): number => this.fired.push(`${name}@${this.clock.nowMs}`);
    const handle = repeats
      ? this.clock.setInterval(callback, delayMs, [], name)
      : this.clock.setTimeout(callback, delayMs, [], name);
    const timer: ModelTimer = {
      name,
      repeats,
      handle,
      delayMs: repeats ? Math.max(1, delayMs) : delayMs,
      dueMs: 0,
      order: 0,
      state: 'pending',
    };
    this.#arm(timer);
    this.#timers.push(timer);
  }

  #arm(timer: ModelTimer): void {
    timer.dueMs = this.#nowMs + timer.delayMs;
    timer.order = this.#order++;
    timer.state = 'pending';
  }

  #advance(nowMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, nowMs);
    this.clock.advanceTo(nowMs);
  }

  #ring(which: number): void {
    const alarms = this.clock.next();
    if (alarms.length === 0) return;
    const timer = this.#next()[which % alarms.length]!;
    this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
    timer.state = 'fired';
    if (timer.repeats) this.#arm(timer);
    this.expected.push(`${timer.name}@${this.#nowMs}`);
    this.clock.ring(alarms[which % alarms.length]!);
  }

  #touch(what: 'clear' | 'clear by number' | 'refresh', timer: ModelTimer): void {
    if (what === 'refresh') {
      timer.handle.refresh();
      if (timer.state !== 'cleared') this.#arm(timer);
    } else if (what === 'clear') {
      this.clock.clear(timer.handle);
      timer.state = 'cleared';
    } else {
      this.clock.clear(+timer.handle);
      // A number says nothing once its timer has fired.
      if (timer.state === 'pending') timer.state = 'cleared';
    }
  }

  #pending(): ModelTimer[] {
    return this.#timers.filter(({ state }) => state === 'pending');
  }

  #next(): ModelTimer[] {
    const horizonMs = Math.max(this.#nowMs, Math.min(...this.#pending().map(({ dueMs }) => dueMs)));
    return this.#pending()
      .filter(({ dueMs }) => dueMs <= horizonMs)
      .toSorted((a, b) => a.dueMs - b.dueMs || a.order - b.order);
  }
}
