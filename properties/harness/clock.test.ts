/** The clock's promises: time, timers, and who may fire next. */
import { AsyncLocalStorage } from 'node:async_hooks';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Clock, type Alarm } from '../../harness/clock.ts';
import { isTimerHandle } from '../../harness/handle.ts';
import { operation, Pair } from './clock.model.ts';

const names = (alarms: readonly Alarm[]): string[] => alarms.map(({ name }) => name);

/** Rings the calmest alarm until none is left. */
function ringAll(clock: Clock): void {
  for (let [alarm] = clock.next(); alarm !== undefined; [alarm] = clock.next()) clock.ring(alarm);
}

test('a clock does what a naive list of timers would do, whatever is done with it', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const pair = new Pair();
      for (const op of operations) {
        pair.apply(op);
        pair.agree();
      }
    }),
    { numRuns: 500 },
  );
});

test('time never goes back, whatever is done with the clock', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const pair = new Pair();
      let beforeMs = pair.clock.nowMs;
      for (const op of operations) {
        pair.apply(op);
        expect(pair.clock.nowMs).toBeGreaterThanOrEqual(beforeMs);
        beforeMs = pair.clock.nowMs;
      }
    }),
  );
});

test('timers fire in due order and each at its due time, for any set of timers', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1000)), (delaysMs) => {
      const clock = new Clock(0);
      const fired: [firedMs: number, delayMs: number][] = [];
      for (const delayMs of delaysMs) clock.setTimeout(() => fired.push([clock.nowMs, delayMs]), delayMs);
      ringAll(clock);
      expect(fired).toEqual(delaysMs.toSorted((a, b) => a - b).map((delayMs) => [delayMs, delayMs]));
      expect(clock.pending).toBe(0);
    }),
  );
});

test('among timers tied for the same time, any may be rung first', () => {
  const clock = new Clock(0);
  const fired: unknown[] = [];
  for (const name of ['a', 'b', 'c']) clock.setTimeout((value) => fired.push(value), 5, [name], name);
  clock.ring(clock.next()[2]!);
  expect(names(clock.next())).toEqual(['a', 'b']);
  ringAll(clock);
  expect(fired).toEqual(['c', 'a', 'b']);
});

test('a timer that fires late sees the time as it is, not the time at which it was due', () => {
  const clock = new Clock(0);
  const seenMs: number[] = [];
  clock.setTimeout(() => seenMs.push(clock.nowMs), 100);
  clock.advanceTo(500);
  ringAll(clock);
  expect(seenMs).toEqual([500]);
});

test('a timer set in a callback counts from the time of that callback', () => {
  const clock = new Clock(0);
  const seenMs: number[] = [];
  clock.setTimeout(() => clock.setTimeout(() => clock.setImmediate(() => seenMs.push(clock.nowMs)), 5), 10);
  ringAll(clock);
  expect(seenMs).toEqual([15]);
});

test('an immediate is due at once, beside the timers that are due by now', () => {
  const clock = new Clock(0);
  clock.setTimeout(() => undefined, 10, [], 'due');
  clock.setTimeout(() => undefined, 11, [], 'later');
  clock.advanceTo(10);
  clock.setImmediate(() => undefined, [], 'immediate');
  expect(names(clock.next())).toEqual(['due', 'immediate']);
});

test('an interval repeats until it is cleared, also by its own callback, and never piles up', () => {
  const clock = new Clock(0);
  const seenMs: number[] = [];
  const handle = clock.setInterval(() => {
    seenMs.push(clock.nowMs);
    if (seenMs.length === 4) clock.clear(handle);
  }, 10);
  ring();
  clock.advanceTo(1000);
  ringAll(clock);
  expect(seenMs).toEqual([10, 1000, 1010, 1020]);

  function ring(): void {
    clock.ring(clock.next()[0]!);
  }
});

test('an interval of no length still lets time pass', () => {
  const clock = new Clock(0);
  clock.setInterval(() => undefined, 0);
  for (let round = 0; round < 5; round++) clock.ring(clock.next()[0]!);
  expect(clock.nowMs).toBe(5);
});

test('an alarm that was cleared or rung meanwhile does nothing when it is rung', () => {
  const clock = new Clock(0);
  let fired = 0;
  const cleared = clock.setTimeout(() => fired++, 5);
  const [alarm] = clock.next();
  clock.clear(cleared);
  clock.ring(alarm!);
  expect([fired, clock.nowMs]).toEqual([0, 0]);

  clock.setTimeout(() => fired++, 5);
  const [once] = clock.next();
  clock.ring(once!);
  clock.ring(once!);
  expect(fired).toBe(1);
});

test('a reset drops every timer for good: old handles and old alarms touch nothing that came after', () => {
  const clock = new Clock(0);
  let fired = 0;
  const pending = clock.setTimeout(() => fired++, 5);
  const rung = clock.setTimeout(() => undefined, 1);
  clock.ring(clock.next()[0]!);
  const alarms = clock.next();
  clock.reset(50);
  expect([clock.nowMs, clock.pending, clock.next()]).toEqual([50, 0, []]);

  clock.setTimeout(() => undefined, 5, [], 'new');
  pending.refresh();
  rung.refresh();
  clock.clear(pending);
  for (const alarm of alarms) clock.ring(alarm);
  expect([names(clock.next()), fired, clock.nowMs]).toEqual([['new'], 0, 50]);
});

test('the numbers of timers are the same after every reset, and no native timer has them', () => {
  const clock = new Clock(0);
  const first = +clock.setTimeout(() => undefined, 5);
  clock.reset(0);
  expect(+clock.setTimeout(() => undefined, 5)).toBe(first);
  const nativeTimer = setTimeout(() => undefined, 0);
  clearTimeout(nativeTimer);
  expect(first).toBeGreaterThan(1e9 + Number(nativeTimer));
});

test('handles of other clocks and foreign values are ignored', () => {
  const clock = new Clock(0);
  const other = new Clock(0);
  clock.setTimeout(() => undefined, 5);
  const foreign = other.setTimeout(() => undefined, 5);
  const nativeTimer = setTimeout(() => undefined, 0);
  for (const value of [foreign, nativeTimer, null, undefined, 0, 7, 'x', {}, Symbol('x')]) clock.clear(value);
  clock.ring(other.next()[0]!);
  clearTimeout(nativeTimer);
  expect([clock.pending, other.pending, clock.nowMs, other.nowMs]).toEqual([1, 1, 0, 0]);
});

test('a handle is told from a native one, and can do what Node’s can', () => {
  const clock = new Clock(0);
  const handle = clock.setTimeout(() => undefined, 5);
  const nativeTimer = setTimeout(() => undefined, 0);
  clearTimeout(nativeTimer);
  expect([isTimerHandle(handle), isTimerHandle(nativeTimer)]).toEqual([true, false]);
  expect([handle.hasRef(), handle.unref().hasRef(), handle.ref().hasRef()]).toEqual([true, false, true]);
  clock.clear(String(+handle));
  expect(clock.pending).toBe(0);
  clock.setTimeout(() => undefined, 5)[Symbol.dispose]();
  expect(clock.pending).toBe(0);
});

test('a callback runs in the async context in which its timer was set, on every round of an interval', () => {
  const storage = new AsyncLocalStorage<string>();
  const clock = new Clock(0);
  const seen: unknown[] = [];
  storage.run('timeout', () => clock.setTimeout(() => seen.push(storage.getStore()), 1));
  storage.run('interval', () => clock.setInterval(() => seen.push(storage.getStore()), 2));
  storage.run('immediate', () => clock.setImmediate(() => seen.push(storage.getStore())));
  storage.run('ringing', () => {
    for (let round = 0; round < 4; round++) clock.ring(clock.next()[0]!);
  });
  expect(seen).toEqual(['immediate', 'timeout', 'interval', 'interval']);
});

test('an error thrown by a callback reaches whoever rang, and the clock goes on', () => {
  const clock = new Clock(0);
  clock.setTimeout(() => {
    throw new Error('from the callback');
  }, 1);
  clock.setTimeout(() => undefined, 2, [], 'next');
  expect(() => clock.ring(clock.next()[0]!)).toThrow('from the callback');
  expect([clock.nowMs, names(clock.next())]).toEqual([1, ['next']]);
});

test('a callback that is no function is refused when the timer is set', () => {
  const clock = new Clock(0);
  expect(() => clock.setTimeout('code' as never, 5)).toThrow('Callback must be a function');
  expect(clock.pending).toBe(0);
});
