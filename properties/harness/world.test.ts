/** The outside world: an operation takes effect whole or not at all, and an idempotency key makes it do so once. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EventOf, Fact, Origin } from '../../harness/history.ts';
import { encode } from '../../harness/values.ts';
import { service, World } from '../../harness/world.ts';
import './support.ts';

interface Account {
  readonly balance: number;
  readonly charges: readonly number[];
}

const initial: Account = { balance: 100, charges: [] };

const bank = service(initial, {
  charge: (account: Account, amount: number) => {
    if (amount > account.balance) throw new RangeError(`no ${amount} left`);
    const state = { balance: account.balance - amount, charges: [...account.charges, amount] };
    return { state, reply: { left: state.balance } };
  },
  refund: (account: Account, amount: number) => {
    const state = { balance: account.balance + amount, charges: account.charges };
    return { state, reply: { left: state.balance } };
  },
  read: (account: Account, _nothing: null) => ({ state: account, reply: account }),
  leak: (account: Account, _nothing: null) => ({ state: { ...account, balance: 0 }, reply: () => account }),
});

const origin: Origin = { workflow: 'w', attempt: 1, position: 0 };

/** A world with one bank, and how to make a request arrive there. */
function open() {
  const facts: Fact[] = [];
  const world = new World({ bank }, (fact) => facts.push(fact));
  const land = (operation: string, input: unknown, key: string | null = null): unknown =>
    world.land({ call: `${operation}#1`, operation: `bank.${operation}`, input: encode(input), key, origin });
  const attempt = (operation: string, input: unknown, key: string | null = null): unknown => {
    try {
      return land(operation, input, key);
    } catch (error) {
      return (error as Error).name;
    }
  };
  const effects = (): boolean[] => (facts as EventOf<'world.answered'>[]).map(({ effect }) => effect);
  return { world, land, attempt, effects, facts };
}

const amount = fc.integer({ min: 0, max: 60 });
const operation = fc.constantFrom('charge', 'refund', 'leak', 'read');
const key = fc.constantFrom(null, 'k', 'l');

test('the state is what the operations that succeeded made of it, each once for each key', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(operation, amount, key), { maxLength: 30 }), (requests) => {
      const { world, attempt } = open();
      let balance = 100;
      const answers = new Map<string, unknown>();
      for (const [name, sum, by] of requests) {
        const answer = attempt(name, sum, by);
        const first = by === null ? undefined : answers.get(`${name}/${by}`);
        if (first !== undefined) expect(answer).toEqual(first);
        else if (name === 'leak') expect(answer).toBe('UnserializableError');
        else if (name === 'charge' && sum > balance) expect(answer).toBe('RangeError');
        else if (name !== 'read') expect(answer).toEqual({ left: (balance += name === 'charge' ? -sum : sum) });
        if (typeof answer === 'object' && by !== null) answers.set(`${name}/${by}`, answer);
        expect(world.states.bank.balance).toBe(balance);
      }
    }),
  );
});

test('an operation that refuses leaves the state as it was, and so does one whose reply cannot travel', () => {
  const { world, land, effects } = open();
  expect(() => land('charge', 1000)).toThrow('no 1000 left');
  expect(() => land('leak', null)).toThrow('a function (reply) cannot be stored');
  expect(world.states.bank).toBe(initial);
  expect(effects()).toEqual([false, false]);
});

test('a repeat of an idempotency key gets the first answer and has no effect, whatever it asks', () => {
  fc.assert(
    fc.property(amount, fc.array(amount, { maxLength: 5 }), (first, repeats) => {
      const { world, land, effects } = open();
      const answer = land('charge', first, 'k');
      for (const repeat of repeats) expect(land('charge', repeat, 'k')).toEqual(answer);
      expect(world.states.bank.charges).toEqual([first]);
      expect(effects()).toEqual([true, ...repeats.map(() => false)]);
    }),
  );
});

test('a refused first try is not remembered: the same key is tried again, and then answered for good', () => {
  const { world, land, attempt } = open();
  expect(attempt('charge', 120, 'k')).toBe('RangeError');
  land('refund', 50);
  expect(attempt('charge', 120, 'k')).toEqual({ left: 30 });
  expect(attempt('charge', 120, 'k')).toEqual({ left: 30 });
  expect(world.states.bank.charges).toEqual([120]);
});

test('a key belongs to one operation of one service', () => {
  const { world, land } = open();
  land('charge', 10, 'k');
  land('refund', 5, 'k');
  expect(world.states.bank.balance).toBe(95);
});

test('what travels is a copy: changing an answer changes nothing in the world, nor in the answer to a repeat', () => {
  const { world, land } = open();
  const answer = land('read', null, 'k') as { balance: number; charges: number[] };
  answer.charges.push(7);
  answer.balance = 0;
  expect(world.states.bank).toEqual({ balance: 100, charges: [] });
  expect(land('read', null, 'k')).toEqual({ balance: 100, charges: [] });
});

test('only a change of state is an effect', () => {
  const { land, effects } = open();
  land('read', null);
  land('charge', 1);
  land('read', null);
  expect(effects()).toEqual([false, true, false]);
});

test('worlds share nothing: each begins from the initial state', () => {
  open().land('charge', 60);
  expect(open().world.states.bank).toEqual({ balance: 100, charges: [] });
});

test('a handle carries operation, input and key, and gives back what comes of it', async () => {
  const carried: unknown[] = [];
  const { bank: handle } = open().world.handles((...request) => {
    carried.push(request);
    return Promise.resolve('answer');
  });
  await expect(handle.charge(5, 'k')).resolves.toBe('answer');
  await handle.refund(5);
  expect(carried).toEqual([
    ['bank.charge', '5', 'k'],
    ['bank.refund', '5', null],
  ]);
});

test('a service with a dot in its name is refused: its operations could not be told apart', () => {
  expect(() => new World({ 'big.bank': bank }, () => undefined)).toThrow(
    'service "big.bank": a name must not contain a dot',
  );
});

test('an operation that changes the old state in place is refused, and leaks into no other run', () => {
  const start = { list: [] as number[] };
  const sloppy = service(start, {
    push: (state, value: number) => {
      state.list.push(value);
      return { state, reply: value };
    },
  });
  const world = new World({ sloppy }, () => undefined);
  const land = (): unknown =>
    world.land({ call: 'push#1', operation: 'sloppy.push', input: encode(1), key: null, origin });
  expect(land).toThrow('object is not extensible');
  expect(start.list).toEqual([]);
});
