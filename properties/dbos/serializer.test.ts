/** The short cut through the SDK's serializer: for every value, the same text and the same copy as the long way. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findSdk } from '../../harness/dbos/sdk.ts';
import { jsonOf, shortCuts } from '../../harness/dbos/serializer.ts';
import { encode } from '../../harness/values.ts';
import '../harness/support.ts';

const sdk = findSdk(process.cwd());
const { DBOSJSON, serializeFunctionInputOutput, serializeFunctionInputOutputWithSerializer } = sdk.serialization;
const long = { ...DBOSJSON, serializeFunctionInputOutput, serializeFunctionInputOutputWithSerializer };
const short = Object.fromEntries(shortCuts(sdk).map(({ key, descriptor }) => [key, descriptor.value])) as typeof long;

class Money {
  readonly amount = 1;
  inCents(): number {
    return this.amount * 100;
  }
}

class Lines extends Array<string> {
  first(): string | undefined {
    return this[0];
  }
}

const hidden = Object.defineProperty({ seen: 1 }, 'act', { value: () => 1, enumerable: false });
const holed: unknown[] = Object.assign([], { length: 1, note: 'a hole, and a key of its own' });
const deep = Array.from({ length: 40 }).reduce((inner: object) => ({ inner }), {});
const shared = { same: 1 };

/** What JSON alone does not keep, or what superjson treats in a way of its own. */
const ODD = [
  ...[undefined, NaN, -0, Infinity, 12n, Symbol.for('s'), () => 1, new Date(0), new Map([[1, 2]]), new Set([1])],
  ...[new Money(), new Lines('a', 'b'), hidden, holed, deep, [shared, shared], { a: shared, b: shared }, [[], []]],
  ...[{ ['constructor']: 1 }, { prototype: 1 }, JSON.parse('{"__proto__":1}'), { toJSON: 1 }, { meta: { values: 1 } }],
  ...[/x/g, new Error('e'), new URL('http://a.b'), Buffer.from('ab'), new Uint8Array(2), Object.create(null)],
  ...[Object.assign([1], { extra: new Date(0) }), { 'a.b': { c: [1] } }, { [Symbol.for('k')]: () => 1 }, '"meta":', ''],
];

const values = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue() },
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    withNullPrototype: true,
  }),
  fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<unknown>(...ODD),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'meta', 'json', 'b.c', 'toString'), tie('tree'), { maxKeys: 3 }),
    ),
  })).tree,
);

/** What `body` comes to, thrown or not, with everything of it that a program could see. */
const seen = async (body: () => unknown): Promise<unknown> => {
  try {
    return described(await body());
  } catch (error) {
    return { threw: String(error) };
  }
};

/** A value with its prototypes, and with properties that are not enumerable: method stubs are none. */
function described(value: unknown, depth = 0): unknown {
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value !== 'object' || value === null || depth > 50) return value;
  const own = Reflect.ownKeys(value).map((key) => {
    const descriptor = Object.getOwnPropertyDescriptor(value, key)!;
    return [key, descriptor.enumerable, described(descriptor.value, depth + 1)];
  });
  const inner = value instanceof Map || value instanceof Set ? [...value].map((one) => described(one, depth + 1)) : [];
  return { prototype: (Object.getPrototypeOf(value) as object | null)?.constructor, own, inner };
}

describe('for every value, the short way', () => {
  test('writes the text of the long one, or refuses as it does', async () => {
    await fc.assert(
      fc.asyncProperty(values, async (value) => {
        expect(await seen(() => short.stringify(value))).toEqual(await seen(() => long.stringify(value)));
      }),
      { numRuns: 3_000, examples: ODD.map((value) => [value]) },
    );
  });

  test('reads back what the long one reads, with the stubs of its methods', async () => {
    const both =
      ({ serializeFunctionInputOutput: io, serializeFunctionInputOutputWithSerializer: named }: typeof long) =>
      (value: unknown) => [
        io(value, ['x'], DBOSJSON),
        io(value, ['x'], DBOSJSON, 'native'),
        named(value, [], DBOSJSON, DBOSJSON.name()),
      ];
    await fc.assert(
      fc.asyncProperty(values, async (value) => {
        const [ours, theirs] = [short, long].map((way) => both(way)(value).map((made) => seen(() => made)));
        expect(await Promise.all(ours!)).toEqual(await Promise.all(theirs!));
      }),
      { numRuns: 3_000, examples: ODD.map((value) => [value]) },
    );
  });

  test('reads any text the long one wrote', async () => {
    await fc.assert(
      fc.asyncProperty(values, async (value) => {
        const text = await seen(() => long.stringify(value));
        if (typeof text !== 'string') return;
        expect(await seen(() => short.parse(text))).toEqual(await seen(() => long.parse(text)));
      }),
      { numRuns: 3_000, examples: ODD.map((value) => [value]) },
    );
  });

  test('other formats are the business of the long one', async () => {
    for (const value of [...ODD, { plain: [1, 'two'] }])
      expect(await seen(() => short.serializeFunctionInputOutput(value, [], DBOSJSON, 'portable'))).toEqual(
        await seen(() => long.serializeFunctionInputOutput(value, [], DBOSJSON, 'portable')),
      );
  });
});

test('a plain value never takes the long way', async () => {
  const never = (): never => expect.unreachable('the long way');
  const longest = { DBOSJSON: { ...DBOSJSON, stringify: never, parse: never } };
  const broken = { serializeFunctionInputOutput: never, serializeFunctionInputOutputWithSerializer: never };
  const only = Object.fromEntries(
    shortCuts({ ...sdk, serialization: { ...sdk.serialization, ...broken, ...longest } }).map((cut) => [
      cut.key,
      cut.descriptor.value,
    ]),
  ) as typeof long;
  for (const value of ['a', 1, true, null, [], {}, { a: [1, { b: 'c' }], d: null }]) {
    expect(only.parse(only.stringify(value))).toEqual(value);
    const made = await only.serializeFunctionInputOutput(value, [], DBOSJSON);
    expect(made.deserialized).toEqual(value);
    expect(await only.serializeFunctionInputOutputWithSerializer(value, [], DBOSJSON, DBOSJSON.name())).toEqual(made);
  }
});

test('what is no text of the serializer is refused as it would be', async () => {
  for (const text of ['', 'null', '{"json":1}', '{"json":1,"other":2,"__dbos_serializer":"else"}', null, undefined])
    expect(await seen(() => short.parse(text))).toEqual(await seen(() => long.parse(text)));
});

test('the JSON of a text is what the history would write down', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      const json = jsonOf(long.stringify(value));
      if (json !== null) expect(json).toBe(encode(value));
      return json !== null || JSON.stringify(value).includes('meta') || long.stringify(value).includes('"meta":');
    }),
    { numRuns: 2_000 },
  );
});

test('a recipe of the user changes how plain values are written, from then on', () => {
  const euro = { euro: 5 };
  expect(short.stringify(euro)).toBe('{"json":{"euro":5},"__dbos_serializer":"superjson"}');
  DBOS.registerSerialization<{ euro: number }, number[]>({
    name: 'euro',
    isApplicable: (value): value is { euro: number } => typeof value === 'object' && value !== null && 'euro' in value,
    serialize: ({ euro: amount }) => [amount],
    deserialize: ([amount]) => ({ euro: amount! }),
  });
  expect(short.stringify(euro)).toBe(long.stringify(euro));
  expect(short.stringify(euro)).toContain('["custom","euro"]');
  expect(short.parse(short.stringify(euro))).toEqual(euro);
});
