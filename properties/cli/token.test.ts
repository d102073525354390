/** Tokens: a saved script in one word that every shell, chat and mail leaves alone. */
import fc from 'fast-check';
import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { replayLine } from '../../harness/seeds/naming.ts';
import { isToken, type Told, tokenOf, toldIn } from '../../harness/seeds/token.ts';

const text = fc.string({ unit: 'binary' });
const told: fc.Arbitrary<Told> = fc.record({
  file: text,
  name: text,
  check: text,
  script: fc.array(fc.record({ after: text, choose: text })),
});

const DAMAGED = /the token is damaged: copy all of it/;

function outcome(read: () => Told): Told | 'damaged' {
  try {
    return read();
  } catch (error) {
    expect((error as Error).message).toMatch(DAMAGED);
    return 'damaged';
  }
}

test('the command that replays a file is told only where a shell takes it as it is, and we for no option', () => {
  expect(replayLine('__seeds__/a+b@1.test.ts.json#1f3c')).toBe('npx reprise replay __seeds__/a+b@1.test.ts.json#1f3c');
  for (const path of ['-a/x.json#1', '#a/x.json#1', 'a b/x.json#1', 'C:/x.json#1', "a'/x.json#1", '$a/x.json#1'])
    expect(replayLine(path)).toBeNull();
});

describe('a token', () => {
  test('holds what it was made of', () => {
    fc.assert(
      fc.property(told, (content) => {
        expect(toldIn(tokenOf(content))).toEqual(content);
      }),
    );
  });

  test('has no character that a shell knows, and is told from a file', () => {
    fc.assert(
      fc.property(told, (content) => {
        const token = tokenOf(content);
        expect(token).toMatch(/^r1\.[\w-]+$/);
        expect(isToken(token)).toBe(true);
      }),
    );
    for (const path of ['__seeds__/r1.test.ts.json#1f3c', 'r1.test.ts.json', 'r1.x/y', 'orders.json', 'r1'])
      expect(isToken(path)).toBe(false);
  });

  test('of which anything is missing or mistyped is refused, never read as another', () => {
    let same = 0;
    fc.assert(
      fc.property(told, fc.nat(), fc.constantFrom('A', 'z', '9', '_', ' ', ''), (content, seed, other) => {
        const token = tokenOf(content);
        const at = 3 + (seed % (token.length - 3));
        const changed = token.slice(0, at) + other + token.slice(at + 1);
        fc.pre(changed !== token);
        // A few changes mean nothing, as to the last bits of base64: then what is read is what was written.
        const read = outcome(() => toldIn(changed));
        expect([content, 'damaged']).toContainEqual(read);
        if (read !== 'damaged') same++;
      }),
      { numRuns: 1_000 },
    );
    expect(same).toBeLessThan(100);
  });

  test('of a newer version says to update, and what is none says how one begins', () => {
    expect(() => toldIn('r2.abc')).toThrow(/of version r2, from a newer Reprise .* update Reprise/);
    expect(() => toldIn('abc')).toThrow(/"abc" is no token: one begins with r1\./);
  });

  test.each([
    ['no list', { file: 'x' }],
    ['too short', ['x', 'y']],
    ['of numbers', ['x', 'y', 'z', 1, 2]],
    ['half a deviation', ['x', 'y', 'z', 'after']],
    ['far more than it looks', ['x', 'y', 'z'.repeat(2 ** 24)]],
  ])('that holds something else is refused: %s', (_, content) => {
    const code = deflateSync(JSON.stringify(content)).toString('base64url');
    expect(() => toldIn(`r1.${code}`)).toThrow(DAMAGED);
  });
});
