/** Laws of the model engine about what it shares with others: tables, the world, messages, children, clients. */
import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { type Client, type Context, model, service, type Workflow } from '../../../harness/index.ts';
import {
  bodies,
  ended,
  moves,
  type Options,
  type Outside,
  scenarioOf,
  type Tables,
  valueOf,
} from '../../harness/support.ts';
import { holdsUnderCrashes, type Law, made, make, messageOf, say } from './making.ts';

const append =
  (line: string) =>
  ({ log }: Tables): number =>
    log.push(line);

async function transactions(): Promise<void> {
  const main = (): Workflow => async (ctx) => {
    await ctx.transaction('debit', append('debit'));
    const refusal = (tables: Tables): never => {
      append('never')(tables);
      throw new RangeError('overdrawn');
    };
    const said = await ctx.transaction('overdraw', refusal).catch(messageOf);
    await ctx.transaction('credit', append('credit'));
    return said;
  };
  await holdsUnderCrashes(main, {
    limits: { crashesMax: 1 },
    check: ({ tables, results }) => {
      deepStrictEqual(tables.log, ['debit', 'credit']);
      deepStrictEqual(results['w'], { status: 'SUCCESS', value: 'overdrawn' });
    },
  });
}

async function commits(): Promise<void> {
  const main =
    ({ database }: Outside): Workflow =>
    (ctx) =>
      ctx
        .step('write', () =>
          database.commit('write', (tables) => {
            append('half')(tables);
            throw new Error('in the middle');
          }),
        )
        .catch(messageOf);
  const run = await make(scenarioOf(main, { check: ({ tables }) => deepStrictEqual(tables.log, []) }));
  deepStrictEqual([valueOf(run), run.complaints], ['in the middle', []]);
}

/** A bank that refuses to pay what nobody has put in. */
const account = service(0, {
  deposit: (balance, amount: number) => ({ state: balance + amount, reply: 'thanks' }),
  pay: (balance, amount: number) => {
    if (balance < amount) throw new Error('no money');
    return { state: balance - amount, reply: `paid ${amount}` };
  },
});

async function keys(): Promise<void> {
  const engine = model({
    world: { account },
    workflows: ({
      world: {
        account: { deposit, pay },
      },
    }) => ({
      main: async (ctx) => {
        const step = (body: () => Promise<unknown>): Promise<unknown> => ctx.step('s', body).catch(messageOf);
        return [
          await step(() => pay(5, 'key')),
          await step(() => deposit(20)),
          await step(() => pay(5, 'key')),
          await step(() => pay(5, 'key')),
          await step(() => pay(7, 'other')),
        ];
      },
    }),
  });
  const check = ({ world }: { readonly world: { readonly account: number } }): void => strictEqual(world.account, 8);
  const start = (client: Client): Promise<void> => client.start('main', { id: 'w' });
  const run = await make({ name: 'keys', engine, start, check });
  deepStrictEqual([valueOf(run), run.complaints], [['no money', 'thanks', 'paid 5', 'paid 5', 'paid 7'], []]);
}

async function inPlace(): Promise<void> {
  const list = service([] as string[], {
    add: (lines, line: string) => {
      lines.push(line);
      return { state: lines, reply: lines.length };
    },
  });
  const engine = model({
    world: { list },
    workflows: ({ world }) => ({ main: (ctx) => ctx.step('s', () => world.list.add('x')).catch(messageOf) }),
  });
  const start = (client: Client): Promise<void> => client.start('main', { id: 'w' });
  const runs = [await make({ name: 'list', engine, start }), await make({ name: 'list', engine, start })];
  deepStrictEqual(valueOf(runs[0]!), valueOf(runs[1]!));
}

const messages = (): Promise<void> =>
  holdsUnderCrashes(
    () => async (ctx) => [await ctx.recv('words'), await ctx.recv('words'), await ctx.recv('other', 5)],
    {
      limits: { crashesMax: 1 },
      others: () => ({
        sender: async (ctx) => {
          for (const word of ['one', 'two']) await ctx.send('w', word, 'words', word);
          await ctx.send('w', 'two again', 'words', 'two');
        },
      }),
      start: async (client) => {
        await client.start('main', { id: 'w' });
        await client.start('sender', { id: 'sender' });
      },
      check: ({ results }) => deepStrictEqual(results['w'], { status: 'SUCCESS', value: ['one', 'two', null] }),
    },
  );

const events = (): Promise<void> =>
  holdsUnderCrashes(
    () => async (ctx) => {
      const seen = await ctx.getEvent('publisher', 'progress');
      await ctx.send('publisher', 'enough');
      return [seen, await ctx.getEvent('publisher', 'nothing', 5)];
    },
    {
      limits: { crashesMax: 1 },
      others: () => ({
        publisher: async (ctx) => {
          await ctx.setEvent('progress', 1);
          await ctx.recv();
        },
      }),
      start: async (client) => {
        await client.start('main', { id: 'w' });
        await client.start('publisher', { id: 'publisher' });
      },
      check: ({ results }) => deepStrictEqual(results['w'], { status: 'SUCCESS', value: [1, null] }),
    },
  );

const twice: Workflow = async (ctx) => {
  const handles = await Promise.all([20, 99].map((input) => ctx.start<number>('child', input, { id: 'c' })));
  const named = await ctx.start<number>('child', 30);
  return [named.id, ...(await Promise.all([...handles, named].map((handle) => handle.result())))];
};

async function children(): Promise<void> {
  const others: Options['others'] = () => ({
    child: async (ctx, input: number) => (await ctx.step('double', (x: number) => 2 * x, input)) + 1,
  });
  await holdsUnderCrashes(() => twice, {
    ...{ others, limits: { crashesMax: 1 } },
    check: ({ results }) =>
      deepStrictEqual(results, {
        w: { status: 'SUCCESS', value: ['w-2', 41, 41, 61] },
        c: { status: 'SUCCESS', value: 41 },
        'w-2': { status: 'SUCCESS', value: 61 },
      }),
  });
  deepStrictEqual(bodies(await made(twice, [], { others })), ['double', 'double']);
}

// ---- the client ----------------------------------------------------------------------------------------------------

async function cancellations(): Promise<void> {
  const cancelled = async (client: Client): Promise<void> => {
    await client.start('main', { id: 'w' });
    await client.cancel('w');
  };
  const waits: readonly ((ctx: Context) => Promise<unknown>)[] = [(ctx) => ctx.sleep(50), (ctx) => ctx.recv()];
  for (const wait of waits) {
    const said: string[] = [];
    const main: Workflow = async (ctx) => {
      await wait(ctx).catch((error: unknown) => said.push(messageOf(error)));
      return ctx.step('never', say(1));
    };
    const run = await made(main, [], { start: cancelled });
    deepStrictEqual([ended(run), bodies(run), said], [{ status: 'CANCELLED' }, [], ['Workflow w has been cancelled']]);
  }
  const tries: Workflow = (ctx) => ctx.step({ name: 's', attemptsMax: 9 }, () => Promise.reject(new Error('no')));
  deepStrictEqual(bodies(await made(tries, [], { start: cancelled })), ['s']);
  const resumed = await made((ctx) => ctx.recv('t', 50), [], {
    start: async (client) => {
      await cancelled(client);
      await client.resume('w');
    },
  });
  deepStrictEqual(valueOf(resumed), null);
}

async function clients(): Promise<void> {
  const heard: unknown[] = [];
  const start = async (client: Client): Promise<void> => {
    await client.start('main', { id: 'w', input: 1 });
    await client.start('main', { id: 'w', input: 2 });
    heard.push(await client.result('w'));
    await client.cancel('w');
    await client.start('main', { id: 'x', input: 'fails', queued: true });
    heard.push(await client.result('x').catch(messageOf));
  };
  const main: Workflow = async (ctx, input: unknown) => {
    await ctx.sleep(5);
    if (input === 'fails') throw new Error('as asked');
    return input;
  };
  const run = await made(main, [], { start });
  deepStrictEqual([heard, valueOf(run), run.complaints], [[1, 'as asked'], 1, []]);
  deepStrictEqual(
    moves(run).filter((label) => /^(?:start|cancel)/.test(label)),
    ['start w', 'start w#2', 'cancel w', 'start x'],
  );
}

export const CALLS: readonly Law[] = [
  { name: 'transactions commit once and whole, wherever it crashes', holds: transactions },
  { name: 'a commit outside a workflow is whole or not at all', holds: commits },
  { name: 'a key makes repeats harmless, and is not spent by a refusal', holds: keys },
  { name: 'what a service changes in place does not leak into other runs', holds: inPlace },
  { name: 'messages are delivered once and in order, wherever it crashes', holds: messages },
  { name: 'events give what was published, wherever it crashes', holds: events },
  { name: 'a child is started once, wherever its parent crashes', holds: children },
  { name: 'a cancelled workflow does nothing more, until it is resumed', holds: cancellations },
  { name: 'a client is heard once for each call, and told results', holds: clients },
];
