/** What a simulated test may spend, and who has the say. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isCi, merged, type Settings, spendingOf } from '../../harness/vitest/settings.ts';

const settings: fc.Arbitrary<Settings> = fc.record(
  {
    forMs: fc.option(fc.nat(), { nil: null }),
    runsMax: fc.integer({ min: 1 }),
    seed: fc.string({ minLength: 1 }),
    limits: fc.record({ crashesMax: fc.nat(4), executors: fc.integer({ min: 1, max: 3 }) }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);

describe('settings', () => {
  test('are those of the nearest place that says anything, limit by limit', () => {
    fc.assert(
      fc.property(settings, settings, (further, nearer) => {
        const both = merged(further, nearer);
        for (const key of ['forMs', 'runsMax', 'seed'] as const)
          expect(both[key]).toBe(key in nearer ? nearer[key] : further[key]);
        for (const key of ['crashesMax', 'executors'] as const)
          expect(both.limits?.[key]).toBe(nearer.limits?.[key] ?? further.limits?.[key]);
      }),
    );
  });

  test('may be merged in any order of pairs', () => {
    fc.assert(
      fc.property(settings, settings, settings, (plugin, file, own) => {
        expect(merged(merged(plugin, file), own)).toEqual(merged(plugin, merged(file, own)));
      }),
    );
  });
});

describe('what a test may spend', () => {
  test('is less on the machine of a person than in CI', () => {
    expect(spendingOf({}, {}).forMs).toBe(200);
    expect(spendingOf({}, { CI: 'true' }).forMs).toBe(2_000);
    expect([{}, { CI: '' }, { CI: '0' }, { CI: 'false' }].map(isCi)).toEqual([false, false, false, false]);
  });

  test('always has an end', () => {
    fc.assert(
      fc.property(settings, (some) => {
        const { forMs, runsMax } = spendingOf(some, {});
        expect(Math.min(forMs, runsMax)).toBeLessThan(Infinity);
      }),
    );
  });

  test('is some runs at least, however short the time is, unless there is none', () => {
    expect(spendingOf({ forMs: 1 }, {}).runsMin).toBeGreaterThan(20);
    expect(spendingOf({ forMs: 0 }, {}).runsMin).toBe(0);
  });

  test('begins with the seed of the environment, which is the hash of a commit', () => {
    expect(spendingOf({ seed: 'own' }, { REPRISE_SEED: 'a1b2c3' }).seed).toBe('a1b2c3');
    expect(spendingOf({ seed: 'own' }, {}).seed).toBe('own');
    expect(spendingOf({}, {}).seed).toBe('reprise');
  });

  test.each([{ forMs: -1 }, { forMs: NaN }, { runsMax: 0 }, { runsMax: 1.5 }])('is refused when it is %o', (wrong) => {
    expect(() => spendingOf(wrong, {})).toThrow(/^(forMs|runsMax) must be/);
  });
});
