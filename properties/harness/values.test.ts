/** What is stored comes back as an equal copy, and what cannot be stored is refused by name and place. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { show } from '../../harness/phrase.ts';
import { decode, decodeError, encode, encodeError, errorLine, UnserializableError } from '../../harness/values.ts';
import './support.ts';

/** JSON, and everything that JSON cannot say. Keys that superjson refuses as prototype pollution are left out. */
const key = fc.string().filter((name) => !['__proto__', 'constructor', 'prototype'].includes(name));
const { value: rich } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(
      fc
        .jsonValue({ maxDepth: 1 })
        .filter((value) => JSON.stringify(value).search(/__proto__|onstructor|prototype/) < 0),
      fc.constantFrom(undefined, NaN, -0, Infinity, -Infinity, null),
      fc.double(),
      fc.bigInt(),
      fc.date({ noInvalidDate: true }),
      fc.constantFrom(/a+/gi, new URL('https://example.com/a?b=c')),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.oneof(fc.uint8Array(), fc.float64Array(), fc.int16Array()),
    ),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    fc.uniqueArray(tie('value'), { maxLength: 3 }).map((values) => new Set(values)),
    fc.array(fc.tuple(fc.string(), tie('value')), { maxLength: 3 }).map((entries) => new Map(entries)),
  ),
}));

/** Every object inside `value`, itself included. */
function objectsOf(value: unknown, found = new Set<object>()): Set<object> {
  if (typeof value !== 'object' || value === null || found.has(value)) return found;
  found.add(value);
  const within = value instanceof Map || value instanceof Set ? [...value] : Object.values(value);
  for (const entry of within) objectsOf(entry, found);
  return found;
}

describe('values', () => {
  test('JSON comes back equal', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(decode(encode(value))).toStrictEqual(value);
      }),
    );
  });

  test('rich values come back equal: undefined, NaN, -0, dates, maps, sets, big integers, bytes', () => {
    fc.assert(
      fc.property(rich, (value) => {
        expect(decode(encode(value))).toStrictEqual(value);
      }),
      { numRuns: 1000 },
    );
  });

  test('cycles and shared parts come back as cycles and shared parts', () => {
    type Link = { next?: Link; shared: object };
    fc.assert(
      fc.property(fc.nat(100), fc.constantFrom({}, new Date(0)), (length, shared) => {
        const ring: Link = { shared };
        let last = ring;
        for (let index = 0; index < length; index++) last.next = last = { shared };
        last.next = ring;
        const first = decode(encode(ring)) as Link;
        let back = first;
        for (let index = 0; index <= length; index++) back = back.next!;
        expect(back).toBe(first);
        expect(back.next!.shared).toBe(first.shared);
      }),
    );
  });

  test('values nested deeper than JSON is trusted with come back equal', () => {
    fc.assert(
      fc.property(fc.integer({ min: 50, max: 200 }), fc.jsonValue({ maxDepth: 1 }), (depth, leaf) => {
        fc.pre(!JSON.stringify(leaf).includes('__proto__'));
        let value: unknown = leaf;
        for (let index = 0; index < depth; index++) value = index % 2 === 0 ? { below: value } : [value];
        expect(decode(encode(value))).toStrictEqual(value);
      }),
    );
  });

  test('a copy shares nothing with the original, nor with another copy', () => {
    fc.assert(
      fc.property(rich, (value) => {
        const written = encode(value);
        const copies = [value, decode(written), decode(written)].map((one) => objectsOf(one));
        for (const [index, copy] of copies.entries())
          for (const other of copies.slice(index + 1))
            expect([...copy].filter((object) => other.has(object))).toEqual([]);
      }),
    );
  });

  test('an instance of a class comes back as what JSON makes of it', () => {
    class Money {
      readonly cents = 7;
      readonly currency = (): string => 'EUR';
      toJSON(): string {
        return `${this.cents} cents`;
      }
    }
    class Order {
      readonly price = new Money();
      readonly placed = new Date(0);
      total(): number {
        return this.price.cents;
      }
    }
    expect(decode(encode({ order: new Order() }))).toStrictEqual({
      order: { price: '7 cents', placed: new Date(0).toJSON() },
    });
  });

  class Holder {
    readonly field: unknown;
    constructor(field: unknown) {
      this.field = field;
    }
  }

  /** Wraps an offender, and tells where it then sits. */
  const wrappers: readonly [string, (inner: unknown) => unknown][] = [
    ['.key', (inner) => ({ fine: 1, key: inner })],
    ['[1]', (inner) => ['fine', inner]],
    ['[0]', (inner) => new Set([inner])],
    ['[0][1]', (inner) => new Map([['fine', inner]])],
    ['[0][0]', (inner) => new Map([[inner, 'fine']])],
    ['.field', (inner) => new Holder(inner)],
    ['.bare', (inner) => Object.assign(Object.create(null) as object, { bare: inner })],
    ['.cause', (inner) => new Error('fine', { cause: inner })],
  ];
  const offenders: readonly [string, unknown][] = [
    ['a function (pay)', function pay() {}],
    ['a function', () => undefined],
    ['a symbol', Symbol('s')],
    ['a promise (is an await missing?)', Promise.resolve(1)],
    ['a BigInt64Array', new BigInt64Array(1)],
  ];

  test('functions, symbols and promises are refused with their path, wherever they sit', () => {
    const depth = fc.oneof(fc.nat(5), fc.constant(80));
    fc.assert(
      fc.property(
        fc.constantFrom(...offenders),
        depth.chain((length) => fc.array(fc.constantFrom(...wrappers), { minLength: length, maxLength: length })),
        ([what, offender], wrapping) => {
          const value = wrapping.reduceRight((inner, [, wrap]) => wrap(inner), offender);
          const path = wrapping.map(([step]) => step).join('');
          expect(() => encode(value)).toThrow(new UnserializableError(what, path));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('whatever else cannot be stored is refused by an error of the same class', () => {
    const thrower = Object.defineProperty({ date: new Date(0) }, 'bad', {
      enumerable: true,
      get: () => {
        throw new Error('not now');
      },
    });
    expect(() => encode(thrower)).toThrow(UnserializableError);
    expect(() => encode(JSON.parse('[{ "__proto__": 1 }, null]').concat(1n))).toThrow(UnserializableError);
  });

  test('equal texts mean equal values: what differs in any way is written differently', () => {
    const distinct = [
      undefined,
      null,
      'undefined',
      '~',
      '',
      0,
      -0,
      NaN,
      'NaN',
      1n,
      1,
      '1',
      [],
      {},
      new Set(),
      new Map(),
    ];
    expect(new Set(distinct.map((value) => encode(value))).size).toBe(distinct.length);
  });
});

describe('errors', () => {
  class Declined extends Error {
    override readonly name = 'Declined';
    readonly code = 402;
    readonly at = new Date(0);
  }

  test('an error comes back as a plain Error with its name, message and own properties', () => {
    fc.assert(
      fc.property(fc.string(), fc.dictionary(key, rich, { noNullPrototype: true }), (message, own) => {
        const { name: _name, message: _message, stack: _stack, cause: _cause, ...rest } = own;
        const back = decodeError(encodeError(Object.assign(new Declined(message), rest)));
        expect(Object.getPrototypeOf(back)).toBe(Error.prototype);
        expect(Object.fromEntries(Object.entries(back))).toEqual({ code: 402, at: new Date(0), ...rest });
        expect([back.name, back.message]).toEqual(['Declined', message]);
      }),
    );
  });

  test('causes come back: errors as errors with their own properties, values as values', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 4 }), rich, (messages, root) => {
        const chain = messages.reduce<unknown>((cause, message) => new Declined(message, { cause }), root);
        let back: unknown = decodeError(encodeError(new Error('top', { cause: chain })));
        for (const message of messages.toReversed()) {
          back = (back as Error).cause;
          expect(back).toBeInstanceOf(Error);
          expect(back).toMatchObject({ name: 'Declined', message, code: 402 });
        }
        expect((back as Error).cause).toStrictEqual(root);
      }),
    );
  });

  test('a property that cannot be stored is left out, the others stay', () => {
    const error = Object.assign(new Declined('no'), { retry: () => undefined, request: { socket: Symbol('s') } });
    expect(Object.keys(decodeError(encodeError(error)))).toEqual(['code', 'at']);
  });

  test('the errors of an AggregateError come back', () => {
    const thrown = new AggregateError([new Declined('one')]);
    expect(decodeError(encodeError(thrown))).toMatchObject({ name: 'AggregateError', errors: [{ message: 'one' }] });
  });

  test('a cycle of causes is cut where it begins anew', () => {
    const error: Error = new Declined('front', { cause: new Error('back') });
    (error.cause as Error).cause = error;
    const back = decodeError(encodeError(error));
    expect(back).toMatchObject({ name: 'Declined', message: 'front', cause: { message: 'back' } });
    expect(Object.hasOwn(back.cause as Error, 'cause')).toBe(false);
  });

  test('stacks are left out', () => {
    for (const thrown of [new Error('a'), { message: 'a', stack: 'at values.test' }])
      expect(encodeError(thrown)).not.toContain('values.test');
  });

  test('anything thrown can be written down, and told in a line', () => {
    const cyclic = new Error('cycle');
    cyclic.cause = new Error('back', { cause: cyclic });
    const hostile = new Proxy(new Error('hidden'), {
      get: () => {
        throw new Error('keep out');
      },
    });
    const odd: unknown[] = [
      ...[cyclic, hostile, Object.create(null), Symbol('s'), () => 1, Promise.resolve(), null, undefined],
      ...[Object.assign(new Error('named'), { name: Symbol('n') }), Object.assign(new Error('x'), { message: {} })],
      ...[{ toString: () => ({}) }, { code: 'E_ODD', message: 'told' }, new Error('deep', { cause: () => 1 })],
    ];
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...odd), fc.anything({ withNullPrototype: true })), (thrown) => {
        const written = encodeError(thrown);
        expect(decodeError(written)).toBeInstanceOf(Error);
        expect(typeof decodeError(written).message).toBe('string');
        expect(errorLine(written)).toMatch(/^.*: /s);
      }),
      { numRuns: 500 },
    );
  });

  test('what is thrown without being an error keeps what it says', () => {
    expect(errorLine(encodeError('no luck'))).toBe('NonError: no luck');
    const back = decodeError(encodeError({ code: 'E_ODD', message: 'told' }));
    expect(back).toMatchObject({ name: 'NonError', message: 'told', code: 'E_ODD' });
  });
});

test('a Map or a Set is told with what is in it, however deep it sits', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string()), (texts) => {
      const held = JSON.stringify(texts);
      const pairs = JSON.stringify(texts.map((text) => [text, 1]));
      expect(show({ all: [new Set(texts)] }, Infinity)).toBe(`{"all":[{"Set":${held}}]}`);
      expect(show(new Map(texts.map((text) => [text, 1])), Infinity)).toBe(`{"Map":${pairs}}`);
    }),
  );
});
