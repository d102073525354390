/** Every way to set a timer: simulated code waits for its timer to be rung, everybody else for real time. */
import { getEventListeners } from 'node:events';
import timers, * as timerNames from 'node:timers';
import timersPromises, * as sleepNames from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { native } from '../../harness/globals.ts';
import { inside, install, Probe, settled, START_MS } from './probe.ts';

install();

/** Real time: enough for the native timers of these tests to fire. */
const aWhile = (): Promise<void> => new Promise((resolve) => void native.setTimeout(resolve, 15));

const setters: Record<string, (callback: (value: string) => void) => unknown> = {
  'setTimeout, global': (callback) => setTimeout(callback, 5, 'x'),
  'setTimeout, named': (callback) => timerNames.setTimeout(callback, 5, 'x'),
  'setTimeout, default': (callback) => timers.setTimeout(callback, 5, 'x'),
  'setInterval, global': (callback) => setInterval(callback, 5, 'x'),
  'setInterval, named': (callback) => timerNames.setInterval(callback, 5, 'x'),
  'setImmediate, global': (callback) => setImmediate(callback, 'x'),
  'setImmediate, named': (callback) => timerNames.setImmediate(callback, 'x'),
  'setTimeout, promised': (callback) => void timersPromises.setTimeout(5, 'x').then(callback),
  'setTimeout, promised, named': (callback) => void sleepNames.setTimeout(5, 'x').then(callback),
  'setImmediate, promised': (callback) => void sleepNames.setImmediate('x').then(callback),
  'setInterval, promised': (callback) =>
    void sleepNames
      .setInterval(5, 'x')
      .next()
      .then(({ value }) => callback(value)),
  'promisify(setTimeout)': (callback) => void promisify(setTimeout)(5, 'x').then(callback),
  'promisify(setImmediate)': (callback) => void promisify(setImmediate)('x').then(callback),
  'scheduler.wait': (callback) => void sleepNames.scheduler.wait(5).then(() => callback('x')),
  'scheduler.yield': (callback) => void sleepNames.scheduler.yield().then(() => callback('x')),
};

test.each(Object.entries(setters))('%s fires when its timer is rung, and not of itself', async (_, set) => {
  const probe = new Probe();
  const fired: unknown[] = [];
  inside(probe, () => set((value) => fired.push(value)));
  await aWhile();
  expect([fired, probe.clock.pending]).toEqual([[], 1]);
  probe.clock.ring(probe.clock.next()[0]!);
  await settled();
  expect(fired).toEqual(['x']);
  // Setting a timer tells nobody the time.
  expect(probe.reads).toEqual([]);
});

test.each(Object.entries(setters))('%s is native when nobody is simulated', async (_, set) => {
  const fired: unknown[] = [];
  const handle = set((value) => fired.push(value));
  await expect.poll(() => fired[0]).toBe('x');
  clearInterval(handle as NodeJS.Timeout | undefined);
});

test('a timer is cleared on the side on which it was set, wherever the clearing is done', async () => {
  const probe = new Probe();
  const fired: string[] = [];
  const note = (name: string) => (): number => fired.push(name);
  const outside = [setTimeout(note('timeout'), 1), setInterval(note('interval'), 1), setTimeout(note('number'), 1)];
  const immediate = setImmediate(note('immediate'));
  inside(probe, () => {
    clearTimeout(outside[0]);
    clearInterval(outside[1]);
    clearTimeout(Number(outside[2]));
    clearImmediate(immediate);
  });
  const simulated = inside(probe, () => [setTimeout(note('a'), 1), setInterval(note('b'), 1)]);
  const simulatedImmediate = inside(probe, () => setImmediate(note('c')));
  expect(probe.clock.pending).toBe(3);
  clearTimeout(simulated[0]);
  clearInterval(simulated[1]);
  clearImmediate(simulatedImmediate);
  expect(probe.clock.pending).toBe(0);
  await aWhile();
  expect(fired).toEqual([]);
});

test('code of one executor cannot clear the timers of another', () => {
  const [one, other] = [new Probe(), new Probe()];
  const handle = inside(one, () => setTimeout(() => undefined, 5));
  inside(other, () => clearTimeout(handle));
  expect(one.clock.pending).toBe(1);
  inside(one, () => clearTimeout(handle));
  expect(one.clock.pending).toBe(0);
});

test('an awaited sleep can be aborted, before or while it lasts, and leaves no timer', async () => {
  const probe = new Probe();
  const controller = new AbortController();
  const { signal } = controller;
  const asleep = inside(probe, () => sleepNames.setTimeout(5, 'x', { signal }));
  expect(probe.clock.pending).toBe(1);
  controller.abort('enough');
  const refused = inside(probe, () => sleepNames.setTimeout(5, 'x', { signal }));
  for (const sleep of [asleep, refused]) {
    await expect(sleep).rejects.toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: 'enough' });
  }
  expect(probe.clock.pending).toBe(0);
});

test('a sleep that is over leaves nothing on its signal', async () => {
  const probe = new Probe();
  const { signal } = new AbortController();
  inside(probe, () => void sleepNames.setTimeout(5, 'x', { signal }));
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  probe.clock.ring(probe.clock.next()[0]!);
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

test('an awaited interval ticks at its times, makes up for ticks missed, and leaves no timer', async () => {
  const probe = new Probe();
  const ticks: [number, string][] = [];
  const consume = async (): Promise<void> => {
    for await (const value of sleepNames.setInterval(10, 'tick')) {
      ticks.push([probe.clock.nowMs - START_MS, value]);
      if (ticks.length === 2) probe.clock.advanceTo(START_MS + 45);
      if (ticks.length === 6) return;
    }
  };
  const consumer = inside(probe, consume);
  for (let [alarm] = probe.clock.next(); alarm !== undefined; [alarm] = probe.clock.next()) {
    probe.clock.ring(alarm);
    await settled();
  }
  await consumer;
  expect(ticks.map(([atMs]) => atMs)).toEqual([10, 20, 45, 45, 50, 60]);
  expect(probe.clock.pending).toBe(0);
});

test('an awaited interval of no length still lets time pass, and ends for good when its consumer leaves', async () => {
  const probe = new Probe();
  const ticks = inside(probe, () => sleepNames.setInterval(0, 'tick')[Symbol.asyncIterator]());
  const first = ticks.next();
  probe.clock.ring(probe.clock.next()[0]!);
  expect([await first, probe.clock.nowMs]).toEqual([{ done: false, value: 'tick' }, START_MS + 1]);
  await ticks.return?.();
  expect(await ticks.next()).toEqual({ done: true, value: undefined });
  expect(probe.clock.pending).toBe(0);
});

test('AbortSignal.timeout aborts when its timer is rung', () => {
  const probe = new Probe();
  const signal = inside(probe, () => AbortSignal.timeout(5));
  expect(signal.aborted).toBe(false);
  probe.clock.ring(probe.clock.next()[0]!);
  expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
});

test('the shims look like the functions they stand for', () => {
  expect([setTimeout.name, setTimeout.length]).toEqual(['setTimeout', native.setTimeout.length]);
  expect(timers.setTimeout).toBe(setTimeout);
  expect(Object.keys(globalThis)).toContain('setTimeout');
});
