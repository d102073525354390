/** Randomness is a function of seed and name: the same on every platform, and no stream disturbs another. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { random, remembered } from '../../harness/random.ts';
import './support.ts';

const draws = (seed: string, name: string, count = 20): number[] => {
  const stream = random(seed, name);
  return Array.from({ length: count }, () => stream.unit());
};

const text = fc.string({ maxLength: 8 });

test('the same seed and name draw the same, every time', () => {
  fc.assert(
    fc.property(text, text, (seed, name) => {
      expect(draws(seed, name)).toEqual(draws(seed, name));
    }),
  );
});

test('another seed or another name is another stream', () => {
  fc.assert(
    fc.property(text, text, text, text, (seed, name, otherSeed, otherName) => {
      fc.pre(seed !== otherSeed || name !== otherName);
      expect(draws(seed, name)).not.toEqual(draws(otherSeed, otherName));
    }),
  );
});

test('seed and name are told apart even where they run together', () => {
  fc.assert(
    fc.property(text, text, text, (a, b, c) => {
      expect(draws(a, `${b}/${c}`)).not.toEqual(draws(`${a}/${b}`, c));
    }),
  );
});

test('extra draws in one stream shift nothing in another', () => {
  fc.assert(
    fc.property(text, fc.array(fc.boolean(), { maxLength: 40 }), (seed, turns) => {
      const [one, other] = [random(seed, 'one'), random(seed, 'other')];
      const drawn = turns.flatMap((mine) => (mine ? [one.unit()] : (other.unit(), [])));
      expect(drawn).toEqual(draws(seed, 'one', drawn.length));
    }),
  );
});

test('draws are uniform enough: in [0, 1), and every residue of a small bound turns up', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 12 }), (seed, bound) => {
      const stream = random(seed, 'uniform');
      const seen = new Set(Array.from({ length: 60 * bound }, () => stream.below(bound)));
      expect([...seen].toSorted((a, b) => a - b)).toEqual(Array.from({ length: bound }, (_, index) => index));
      expect(draws(seed, 'unit').every((draw) => draw >= 0 && draw < 1)).toBe(true);
    }),
  );
});

test('every Node version and platform draws these numbers', () => {
  expect(draws('reprise', 'schedule', 3)).toEqual([0.4392959668766707, 0.4173287502489984, 0.2653031414374709]);
  const stream = random('', '');
  expect(Array.from({ length: 12 }, () => stream.below(100))).toEqual([70, 3, 58, 78, 81, 29, 21, 17, 39, 25, 2, 26]);
});

test('a stream that is remembered draws as one that is new, however far, and whoever else draws from it', () => {
  fc.assert(
    fc.property(text, text, fc.array(fc.nat(400), { minLength: 1, maxLength: 4 }), (seed, name, counts) => {
      const streams = counts.map(() => remembered(seed, name));
      const found = counts.map((count, index) => Array.from({ length: count }, () => streams[index]!.unit()));
      expect(found).toEqual(counts.map((count) => draws(seed, name, count)));
    }),
  );
});
