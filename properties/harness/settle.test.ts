/** Settling is exact, in both modes, and leaves no trace on the process. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Clock } from '../../harness/clock.ts';
import { installGlobals, native } from '../../harness/globals.ts';
import type { Pause } from '../../harness/loop.ts';
import { drive, settlingMode, type SettlingMode, type Stray } from '../../harness/settle.ts';

type Loop<T = void> = Generator<Pause, T, void>;

const EVENTS = ['unhandledRejection', 'rejectionHandled', 'uncaughtException'];
const listeners = (): unknown[][] => EVENTS.map((event) => (process as NodeJS.EventEmitter).rawListeners(event));

const ignore = (): void => undefined;
const immediately = (): Promise<void> => new Promise((resolve) => void native.setImmediate(resolve));

/** Drives `loop`, and returns the strays with the number of pauses that came before each. */
async function straysOf(
  loop: () => Loop,
  mode: SettlingMode,
): Promise<[pauses: number, kind: string, message: string][]> {
  let pauses = 0;
  const strays: [number, string, string][] = [];
  function* counted(): Loop {
    for (const pause of loop()) {
      pauses++;
      yield pause;
    }
    pauses++;
  }
  await drive(counted(), ({ kind, error }: Stray) => void strays.push([pauses, kind, (error as Error).message]), mode);
  return strays;
}

describe.each(['tick', 'immediate'] as const)('settling by %s', (mode) => {
  test('a chain of nextTicks and microtasks settles in one pause, however long', async () => {
    const seen: number[] = [];
    function link(depth: number): void {
      seen.push(depth);
      if (depth === 10) return;
      const next = (): void => link(depth + 1);
      if (depth % 2 === 0) process.nextTick(next);
      else void Promise.resolve().then(next);
    }
    function* loop(): Loop<number> {
      link(1);
      yield 'settle';
      return seen.length;
    }
    expect(await drive(loop(), ignore, mode)).toBe(10);
  });

  test('something real is awaited while nothing is simulated, with the listeners of the process in place', async () => {
    const before = listeners();
    let during: unknown[][] = [];
    const reading = async (): Promise<void> => {
      await readFile(new URL(import.meta.url));
      during = listeners();
    };
    function* loop(): Loop<string> {
      yield reading();
      return 'read';
    }
    expect(await drive(loop(), ignore, mode)).toBe('read');
    expect(isDeepStrictEqual(during, before)).toBe(true);
  });

  test('what is awaited and fails is thrown into the loop that asked for it, and is nobody else’s', async () => {
    const failing = (): Promise<void> => Promise.reject(new Error('not there'));
    function* inner(): Loop<string> {
      try {
        yield failing();
      } catch (error) {
        return (error as Error).message;
      }
      return 'went on';
    }
    const strays: Stray[] = [];
    function* loop(): Loop<string> {
      const said = yield* inner();
      yield 'settle';
      return said;
    }
    expect(await drive(loop(), (stray) => void strays.push(stray), mode)).toBe('not there');
    expect(strays).toEqual([]);
  });

  test('a rejection nobody listens to is heard at the move that caused it, also when it is handled later', async () => {
    const warnings: string[] = [];
    const warn = (warning: Error): void => void warnings.push(warning.name);
    process.on('warning', warn);
    function* loop(): Loop {
      const late = Promise.reject(new Error('handled late'));
      yield 'settle';
      late.catch(ignore);
      yield 'settle';
      void Promise.reject(new Error('never handled'));
      yield 'settle';
    }
    expect(await straysOf(loop, mode)).toEqual([
      [1, 'unhandledRejection', 'handled late'],
      [3, 'unhandledRejection', 'never handled'],
    ]);
    await immediately();
    process.off('warning', warn);
    expect(warnings).toEqual([]);
  });

  test('exceptions outside promises are heard, what else was waiting still runs, and Node survives', async () => {
    const storage = new AsyncLocalStorage<string>();
    const ran: string[] = [];
    const fail = (message: string) => (): void => {
      throw new Error(message);
    };
    function* loop(): Loop {
      for (let round = 0; round < 3; round++) {
        storage.run('simulated', () => {
          process.nextTick(fail('tick 1'));
          process.nextTick(fail('tick 2'));
          process.nextTick(() => ran.push('tick'));
          queueMicrotask(fail('microtask'));
          queueMicrotask(() => ran.push('microtask'));
        });
        yield 'settle';
        // What ran last must not lend its context to the loop.
        expect(storage.getStore()).not.toBe('simulated');
      }
    }
    const strays = await straysOf(loop, mode);
    const messages = strays.map(([pauses, , message]) => `${pauses} ${message}`);
    expect(messages.toSorted()).toEqual([1, 2, 3].flatMap((at) => [`${at} microtask`, `${at} tick 1`, `${at} tick 2`]));
    expect(strays.every(([, kind]) => kind === 'uncaughtException')).toBe(true);
    expect(ran.toSorted()).toEqual(['microtask', 'microtask', 'microtask', 'tick', 'tick', 'tick']);
  });

  test('an uncaught exception leaves no timer of Node’s own on the simulated clock', async () => {
    const clock = new Clock(0);
    let simulating = false;
    installGlobals(() => (simulating ? { clock, random: () => 0, read: ignore, timed: ignore } : null));
    function* loop(): Loop<number> {
      simulating = true;
      queueMicrotask(() => {
        throw new Error('uncaught');
      });
      yield 'settle';
      simulating = false;
      return clock.pending;
    }
    expect(await drive(loop(), ignore, mode)).toBe(0);
  });

  test('what a loop leaves behind settles before the process’s own listeners are back', async () => {
    function* loop(): Loop {
      yield 'settle';
      void Promise.reject(new Error('left behind'));
    }
    expect(await straysOf(loop, mode)).toEqual([[2, 'unhandledRejection', 'left behind']]);
  });

  test('the process’s own listeners are set aside for the slice and are back afterwards, whatever happens', async () => {
    process.once('uncaughtException', ignore);
    const own = listeners();
    let during: unknown[] = [];
    function* loop(): Loop {
      during = listeners();
      yield 'settle';
      throw new Error('the loop is wrong');
    }
    await expect(drive(loop(), ignore, mode)).rejects.toThrow('the loop is wrong');
    expect(listeners()).toEqual(own);
    process.off('uncaughtException', ignore);
    expect(during.flat()).toHaveLength(EVENTS.length);
    for (const listener of own.flat()) expect(during.flat()).not.toContain(listener);
  });

  test('the event loop is given back between runs when a slice is over, with the process’s own listeners', async () => {
    const own = listeners();
    const seen = { own: 0, ours: 0 };
    const look = (): void => {
      seen[isDeepStrictEqual(listeners(), own) ? 'own' : 'ours']++;
      if (seen.own === 0) native.setTimeout(look, 1);
    };
    native.setTimeout(look, 1);
    function* loop(): Loop {
      while (seen.own === 0) {
        yield 'settle';
        yield 'breathe';
      }
    }
    await drive(loop(), ignore, mode);
    expect(seen.own).toBe(1);
    // The fallback gives the event loop back all the time: this is what is wrong with it.
    if (mode === 'tick') expect(seen.ours).toBe(0);
  });

  test('a second drive waits for the first, and is not kept from running by its failure', async () => {
    const log: string[] = [];
    function* loop(name: string): Loop {
      for (let move = 0; move < 3; move++) {
        log.push(name);
        yield 'settle';
        yield 'breathe';
      }
      if (name === 'first') throw new Error(name);
    }
    const results = await Promise.allSettled([drive(loop('first'), ignore, mode), drive(loop('second'), ignore, mode)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(log).toEqual(['first', 'first', 'first', 'second', 'second', 'second']);
  });

  test('a drive started by the driven loop is refused', async () => {
    function* inner(): Loop {
      yield 'settle';
    }
    function* loop(): Loop<Promise<void>> {
      const nested = drive(inner(), ignore, mode);
      nested.catch(ignore);
      yield 'settle';
      return nested;
    }
    await expect(drive(loop(), ignore, mode)).rejects.toThrow('from inside a run');
  });
});

test('a drive started by simulated code is refused', async () => {
  let refusal: unknown;
  function* never(): Loop {
    yield 'settle';
  }
  function* loop(): Loop {
    void Promise.resolve()
      .then(() => drive(never(), ignore))
      .catch((error: unknown) => (refusal = error));
    yield 'settle';
  }
  await drive(loop(), ignore);
  expect(String(refusal)).toContain('from inside a run');
});

test('on this version of Node settling is synchronous and exact', async () => {
  function* loop(): Loop {
    yield 'settle';
  }
  await drive(loop(), ignore);
  expect(settlingMode()).toBe('tick');
});

test('real I/O does not get in, however often promises are let run dry', async () => {
  let bytes: number | null = null;
  function* loop(): Loop<number | null> {
    void readFile(new URL(import.meta.url)).then((buffer) => (bytes = buffer.length));
    const untilMs = native.nowMs() + 30;
    while (native.nowMs() < untilMs) yield 'settle';
    return bytes;
  }
  expect(await drive(loop(), ignore)).toBeNull();
  await expect.poll(() => bytes).toBeGreaterThan(0);
});

test('many runs share one slice: nothing else gets in before it is over', async () => {
  let intruded = false;
  function* loop(): Loop {
    native.setImmediate(() => (intruded = true));
    const startMs = native.nowMs();
    while (native.nowMs() - startMs < 20) {
      yield 'settle';
      // Not on a machine that stood still for a while: then the slice may well be over.
      if (native.nowMs() - startMs < 20) yield 'breathe';
      else return;
      expect(intruded).toBe(false);
    }
  }
  await drive(loop(), ignore);
});
