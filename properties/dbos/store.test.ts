/** The database in memory isolates as it says: held against transactions that run one after the other. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Store, Transaction } from '../../harness/dbos/datasources/store.ts';
import '../harness/support.ts';

const KEYS = ['a', 'b', 'c'] as const;
type Key = (typeof KEYS)[number];

/** Adds up some rows (all of them: as one listing), and writes the sum, plus its own number, to another. */
interface Sum {
  readonly of: readonly Key[];
  readonly to: Key;
}

type Level = 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';

const emptied = (): Store => new Store({ t: { a: 1, b: 2, c: 3 } });
const alive = (): boolean => true;

function read(transaction: Transaction, of: readonly Key[]): number {
  if (of.length === KEYS.length) return transaction.list('t').reduce((sum, [, row]) => sum + (row as number), 0);
  return of.reduce((sum, key) => sum + (transaction.get('t', key) as number), 0);
}

/** One transaction, statement by statement: each step says whether it got on. */
function* running(store: Store, { of, to }: Sum, number: number, level: Level, done: () => void): Generator<boolean> {
  for (;;) {
    const transaction = new Transaction(store, level, false, alive);
    try {
      yield true;
      const sum = read(transaction, of);
      yield true;
      while (!transaction.isFree('t', to)) {
        // Each writes one row: nobody waits for who waits.
        expect(transaction.isDeadlocked).toBe(false);
        yield false;
      }
      transaction.lock('t', to);
      transaction.write('t', to, sum + 1_000 * number);
      yield true;
      transaction.commit();
      return done();
    } catch (error) {
      expect(error).toMatchObject({ code: '40001' });
      transaction.end();
      yield true;
    }
  }
}

const rows = (store: Store): object => Object.fromEntries(store.rows('t'));

/** Runs transactions side by side, `turns` saying who goes on; then the same in the order in which they were committed. */
function both(sums: readonly Sum[], turns: readonly number[], level: Level): { mixed: object; serial: object } {
  const store = emptied();
  const order: number[] = [];
  const going = sums.map((sum, number) => running(store, sum, number, level, () => void order.push(number)));
  for (let turn = 0; order.length < sums.length && turn < 10_000; turn++) {
    const chosen = turns[turn % turns.length]! + Math.floor(turn / turns.length);
    going[chosen % going.length]!.next();
  }
  expect(order).toHaveLength(sums.length);
  const serial = emptied();
  for (const number of order) for (const _ of running(serial, sums[number]!, number, level, () => undefined));
  return { mixed: rows(store), serial: rows(serial) };
}

const sums = fc.array(fc.record({ of: fc.subarray([...KEYS], { minLength: 1 }), to: fc.constantFrom(...KEYS) }), {
  minLength: 2,
  maxLength: 4,
});
const turns = fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 30 });

test('SERIALIZABLE transactions come to what they come to one after the other, in the order of their commits', () => {
  fc.assert(
    fc.property(sums, turns, (given, schedule) => {
      const { mixed, serial } = both(given, schedule, 'SERIALIZABLE');
      expect(mixed).toEqual(serial);
    }),
    { numRuns: 2_000 },
  );
});

test.each(['READ COMMITTED', 'REPEATABLE READ'] as const)(
  '%s transactions do not always: some schedule shows it',
  (level) => {
    const differs = fc.check(
      fc.property(sums, turns, (given, schedule) => {
        const { mixed, serial } = both(given, schedule, level);
        expect(mixed).toEqual(serial);
      }),
      { numRuns: 2_000 },
    );
    expect(differs.failed).toBe(true);
  },
);

test('REPEATABLE READ transactions that write what they read lose no update', () => {
  const onto = fc.array(
    fc.constantFrom(...KEYS).map((key) => ({ of: [key], to: key })),
    { minLength: 2, maxLength: 4 },
  );
  fc.assert(
    fc.property(onto, turns, (given, schedule) => {
      const { mixed, serial } = both(given, schedule, 'REPEATABLE READ');
      expect(mixed).toEqual(serial);
    }),
    { numRuns: 1_000 },
  );
});

test('what is read, written or committed is a copy', () => {
  const store = new Store({ t: { a: { list: [1] } } });
  const transaction = new Transaction(store, 'REPEATABLE READ', false, alive);
  const got = transaction.get('t', 'a') as { list: number[] };
  got.list.push(2);
  transaction.lock('t', 'a');
  transaction.write('t', 'a', got);
  got.list.push(3);
  transaction.commit();
  expect(store.rows('t').get('a')).toEqual({ list: [1, 2] });
});

test('rows that are deleted or inserted are seen by their own transaction, in the order of insertion', () => {
  const store = emptied();
  const transaction = new Transaction(store, 'READ COMMITTED', false, alive);
  for (const [key, row] of [
    ['b', undefined],
    ['d', 4],
    ['a', 5],
  ] as const) {
    transaction.lock('t', key);
    transaction.write('t', key, row);
  }
  const listed = [
    ['a', 5],
    ['c', 3],
    ['d', 4],
  ];
  expect(transaction.list('t')).toEqual(listed);
  expect([...store.rows('t')].map(([key]) => key)).toEqual(['a', 'b', 'c']);
  transaction.commit();
  expect([...store.rows('t')]).toEqual(listed);
});
