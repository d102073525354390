/** What simulated code sees of time and randomness, and that nobody else sees anything. */
import crypto, * as cryptoNames from 'node:crypto';
import perfHooks from 'node:perf_hooks';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { AmbientKind } from '../../harness/ambient.ts';
import { assertGlobals, native } from '../../harness/globals.ts';
import { inside, install, Probe, settled, START_MS } from './probe.ts';

install();

const clockReads: Record<string, [AmbientKind, () => number]> = {
  'Date.now()': ['Date.now', () => Date.now()],
  'new Date()': ['new Date', () => new Date().getTime()],
  'Date()': ['new Date', () => Date.parse(Date()) + (START_MS % 1000)],
  'performance.now()': ['performance.now', () => performance.now()],
  'performance.timeOrigin + now()': ['performance.now', () => performance.timeOrigin + performance.now()],
  perf_hooks: ['performance.now', () => perfHooks.performance.now()],
  'process.uptime()': ['process.uptime', () => Math.round(process.uptime() * 1000)],
  'process.hrtime()': ['process.hrtime', () => process.hrtime()[0] * 1000 + process.hrtime()[1] / 1e6],
  'process.hrtime.bigint()': ['process.hrtime', () => Number(process.hrtime.bigint() / 1_000_000n)],
};

const randomReads: Record<string, [AmbientKind, () => unknown]> = {
  'Math.random': ['Math.random', () => Math.random()],
  'crypto.randomUUID, global': ['crypto.randomUUID', () => globalThis.crypto.randomUUID()],
  'crypto.randomUUID, named': ['crypto.randomUUID', () => cryptoNames.randomUUID()],
  'crypto.randomUUID, default': ['crypto.randomUUID', () => crypto.randomUUID()],
  'crypto.randomBytes, named': ['crypto.randomBytes', () => cryptoNames.randomBytes(9).toString('hex')],
  'crypto.randomInt, named': ['crypto.randomInt', () => cryptoNames.randomInt(1000)],
  'crypto.randomInt of a range': ['crypto.randomInt', () => crypto.randomInt(10, 1000)],
  'getRandomValues, global': ['crypto.getRandomValues', () => globalThis.crypto.getRandomValues(new Uint16Array(5))],
  'getRandomValues, named': ['crypto.getRandomValues', () => cryptoNames.getRandomValues(new Uint8Array(7))],
  webcrypto: ['crypto.getRandomValues', () => crypto.webcrypto.getRandomValues(new Uint8Array(3))],
  'crypto.randomFillSync': ['crypto.randomFill', () => cryptoNames.randomFillSync(new Uint32Array(3), 1, 1)],
};

test.each(Object.entries(clockReads))('%s tells the simulated time, and is noted as read', (_, [what, read]) => {
  const probe = new Probe();
  expect(inside(probe, read)).toBeCloseTo(START_MS, 2);
  expect(new Set(probe.reads.map(([name]) => name))).toEqual(new Set([what]));
  expect(probe.reads[0]![1]).toBe(START_MS);
  probe.clock.advanceTo(START_MS + 3000);
  expect(inside(probe, read)).toBeCloseTo(START_MS + 3000, 2);
});

test.each(Object.entries(randomReads))('%s draws from the seeded stream, and is noted as read', (_, [what, read]) => {
  const probe = new Probe();
  const first = inside(probe, read);
  expect(probe.reads.map(([name]) => name)).toEqual([what]);
  expect(inside(probe, read)).not.toEqual(first);
  expect(inside(new Probe(), read)).toEqual(first);
});

test.each(Object.entries({ ...clockReads, ...randomReads }))('%s is native when nobody is simulated', (_, [, read]) => {
  const probe = new Probe();
  expect(read()).not.toEqual(inside(probe, read));
  expect(probe.reads.length).toBeLessThanOrEqual(2);
});

test('performance.timeOrigin + now() is the real time when nobody is simulated', () => {
  expect(Math.abs(performance.timeOrigin + performance.now() - Date.now())).toBeLessThan(60_000);
});

test('what `read` throws reaches the code that reads', () => {
  const probe = new Probe();
  probe.read = () => {
    throw new Error('a busy wait');
  };
  for (const [, read] of Object.values({ ...clockReads, ...randomReads })) {
    expect(() => inside(probe, read)).toThrow('a busy wait');
  }
});

test('process.hrtime measures the time since an earlier reading', () => {
  const probe = new Probe();
  const before = inside(probe, () => process.hrtime());
  probe.clock.advanceTo(START_MS + 1234);
  expect(inside(probe, () => process.hrtime(before))).toEqual([1, 234_000_000]);
});

describe('random values', () => {
  const draw = fc.oneof(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.constant(1 - 2 ** -32));
  const draws = fc.array(draw, { minLength: 1 });

  test('a UUID is well formed, whatever is drawn', () => {
    fc.assert(
      fc.property(draws, (values) => {
        const uuid = inside(new Probe(values), () => crypto.randomUUID());
        expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      }),
    );
  });

  test('a random integer lies in its range, whatever is drawn', () => {
    fc.assert(
      fc.property(draws, fc.integer(), fc.integer({ min: 1, max: 2 ** 32 }), (values, low, width) => {
        const value = inside(new Probe(values), () => crypto.randomInt(low, low + width));
        expect(value).toBeGreaterThanOrEqual(low);
        expect(value).toBeLessThan(low + width);
      }),
    );
  });

  test('an empty range is refused', () => {
    expect(() => inside(new Probe(), () => crypto.randomInt(5, 5))).toThrow('no integer lies between 5 and 5');
  });

  test('only the asked-for part of a buffer is filled: counted in elements for typed arrays, else in bytes', () => {
    const filled = (view: ArrayLike<number>): boolean[] => Array.from(view, (value) => value > 0);
    inside(new Probe([0.999]), () => {
      expect(filled(crypto.randomFillSync(new Uint16Array(4), 1, 2))).toEqual([false, true, true, false]);
      const view = new DataView(new ArrayBuffer(4));
      crypto.randomFillSync(view, 3);
      expect(filled(new Uint8Array(view.buffer))).toEqual([false, false, false, true]);
      const bytes = new Uint8Array(5);
      globalThis.crypto.getRandomValues(bytes.subarray(2, 4));
      expect(filled(bytes)).toEqual([false, false, true, true, false]);
    });
  });

  test('functions with a callback answer before the next move, without a timer', async () => {
    const probe = new Probe();
    const seen: unknown[] = [];
    const note = (...answer: unknown[]): number => seen.push(answer);
    const target = Buffer.alloc(2);
    inside(probe, () => {
      crypto.randomBytes(2, note);
      crypto.randomInt(5, note);
      crypto.randomInt(5, 6, note);
      crypto.randomFill(target, 1, note);
      expect(seen).toEqual([]);
    });
    await settled();
    expect(seen).toEqual([
      [null, expect.any(Buffer)],
      [null, expect.any(Number)],
      [null, 5],
      [null, target],
    ]);
    expect(probe.clock.pending).toBe(0);
  });

  test.runIf('randomUUIDv7' in crypto)('a UUID of version 7 begins with the simulated time', () => {
    const { randomUUIDv7 } = crypto as unknown as { randomUUIDv7: () => string };
    const uuid = inside(new Probe(), randomUUIDv7);
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(uuid.replace('-', '').slice(0, 12), 16)).toBe(START_MS);
  });
});

interface Printable {
  toString(): string;
}

describe('Date', () => {
  test('dates given explicitly are what they are, simulated or not', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (date) => {
        const probe = new Probe();
        inside(probe, () => {
          expect(new Date(date.getTime()).getTime()).toBe(date.getTime());
          expect(new Date(date.toISOString()).getTime()).toBe(date.getTime());
          expect(new Date(date)).toEqual(date);
        });
        expect(probe.reads).toEqual([]);
      }),
    );
  });

  test('it is still Date in all but the time', () => {
    class Later extends Date {}
    inside(new Probe(), () => {
      expect(new Date()).toBeInstanceOf(Date);
      expect(new Date().constructor).toBe(Date);
      expect([Date.name, Date.length, typeof Date()]).toEqual(['Date', 7, 'string']);
      expect([Date.UTC(2000, 0), Date.parse('2000-01-01T00:00:00Z')]).toEqual([946684800000, 946684800000]);
      expect(new Later()).toBeInstanceOf(Later);
      expect([new Later().getTime(), new Later(7).getTime()]).toEqual([START_MS, 7]);
      expect(Object.prototype.toString.call(new Date())).toBe('[object Date]');
      expect(new Date(2001, 2, 4).getDate()).toBe(4);
    });
  });

  test.runIf('Temporal' in globalThis)('Temporal.Now tells the simulated time in all its forms', () => {
    const { Now } = (globalThis as unknown as { Temporal: { Now: Record<string, (zone?: string) => Printable> } })
      .Temporal;
    const forms = ['instant', 'zonedDateTimeISO', 'plainDateTimeISO', 'plainDateISO', 'plainTimeISO'];
    const told = inside(new Probe(), () =>
      forms.map((form) => String(form === 'instant' ? Now[form]!() : Now[form]!('UTC'))),
    );
    expect(told).toEqual([
      '2001-03-04T05:06:07.089Z',
      '2001-03-04T05:06:07.089+00:00[UTC]',
      '2001-03-04T05:06:07.089',
      '2001-03-04',
      '05:06:07.089',
    ]);
  });
});

describe('installation', () => {
  /** The module as another part of the process might load it again. */
  function secondCopy() {
    vi.resetModules();
    return import('../../harness/globals.ts');
  }

  test('a second copy of the harness finds the native functions, and takes over who is simulated', async () => {
    const copy = await secondCopy();
    expect(copy.native.setImmediate).toBe(native.setImmediate);
    const probe = new Probe();
    const { now } = Date;
    copy.installGlobals(() => probe);
    expect([Date.now(), Date.now]).toEqual([START_MS, now]);
    install();
    expect(Date.now()).not.toBe(START_MS);
  });

  test.each(['Date', 'setTimeout'] as const)('fake timers for %s, set up before, are refused', async (name) => {
    const shared = Symbol.for('reprise.globals');
    const holder = globalThis as unknown as Record<symbol, unknown>;
    const saved = holder[shared];
    Reflect.deleteProperty(holder, shared);
    try {
      const fresh = await secondCopy();
      vi.useFakeTimers({ toFake: [name] });
      expect(() => fresh.installGlobals(() => null)).toThrow(`${name} has been replaced`);
    } finally {
      vi.useRealTimers();
      holder[shared] = saved;
    }
  });

  test('a shim that was replaced since is named, with what to do, until it is back', () => {
    assertGlobals();
    vi.useFakeTimers();
    expect(assertGlobals).toThrow(/has been replaced by other code.*vi\.useRealTimers\(\)/);
    vi.useRealTimers();
    assertGlobals();
    const spy = vi.spyOn(Math, 'random').mockReturnValue(0.5);
    expect(assertGlobals).toThrow('random has been replaced');
    spy.mockRestore();
    assertGlobals();
  });
});
