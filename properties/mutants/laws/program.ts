/** Laws of the model engine: what its durable calls promise, wherever a run crashes. */
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { Client, Context, Run, StepOptions, Workflow } from '../../../harness/index.ts';
import {
  bodies,
  crashAfter,
  ended,
  moves,
  type Options,
  type Outside,
  scenarioOf,
  type Tables,
  valueOf,
} from '../../harness/support.ts';
import { eventsOf, holdsUnderCrashes, type Law, made, make, messageOf, say } from './making.ts';

// ---- steps ---------------------------------------------------------------------------------------------------------

async function recorded(): Promise<void> {
  let count = 0;
  const main: Workflow = async (ctx) => [await ctx.step('a', () => ++count), await ctx.step('b', () => ++count)];
  const run = await made(main, crashAfter('land a#1', 'land b#1'));
  deepStrictEqual(
    [bodies(run), valueOf(run)],
    [
      ['a', 'b'],
      [1, 2],
    ],
  );
  const again = await made((ctx) => ctx.step('a', say('done')), crashAfter('start w'));
  deepStrictEqual([bodies(again), valueOf(again)], [['a', 'a'], 'done']);
}

async function copies(): Promise<void> {
  const kept = { list: [1] };
  const main: Workflow = async (ctx) => {
    const got = await ctx.step('a', () => kept);
    got.list.push(2);
    return [got === kept, got];
  };
  for (const script of [[], crashAfter('land a#1')])
    deepStrictEqual(valueOf(await made(main, script)), [false, { list: [1, 2] }]);
  deepStrictEqual(kept, { list: [1] });
}

async function refused(): Promise<void> {
  let processes = 0;
  const turncoat = scenarioOf(() =>
    processes++ === 0 ? (ctx) => ctx.step('pay', say(1)) : (ctx) => ctx.step('ship', say(2)),
  );
  const end = ended(await make(turncoat, crashAfter('land pay#1'))) as { error?: string };
  ok(end.error?.includes('function pay was recorded when ship was expected'), JSON.stringify(end));
}

/** Steps of different lengths, side by side; each must get its own result, whatever comes first. */
const gathered = (): Workflow => async (ctx) => {
  const results = await Promise.all(
    [3, 2, 1].map((turns) =>
      ctx.step('work', async () => {
        for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setTimeout(resolve, 5));
        return turns;
      }),
    ),
  );
  return [...results, await ctx.step('last', say(results.join()))];
};

const gathers = (): Promise<void> =>
  holdsUnderCrashes(gathered, {
    limits: { crashesMax: 1 },
    check: ({ results }) => deepStrictEqual(results['w'], { status: 'SUCCESS', value: [3, 2, 1, '3,2,1'] }),
  });

async function acknowledged(): Promise<void> {
  // The second step can only be reached once the first is recorded: no crash finds its effect without that record.
  const sequence =
    ({ world }: Outside): Workflow =>
    async (ctx) => {
      const first = await ctx.step('first', say('x'));
      await ctx.step('second', () => world.bank.charge(first, 'key'));
    };
  await holdsUnderCrashes(sequence, {
    limits: { crashesMax: 1 },
    invariant: ({ world }) => ok(world.bank.charges.length <= 1),
  });
  const run = await make(scenarioOf(sequence));
  const [record] = eventsOf(run, 'outcome.recorded');
  const [charge] = eventsOf(run, 'world.called');
  ok(record!.seq < charge!.seq, 'the world is asked before the first step is recorded');
}

// ---- transactions, messages, events, children ----------------------------------------------------------------------

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
  const child = await ctx.start<number>('child', 20);
  const same = await ctx.start<number>('child', 99, { id: child.id });
  return [child.id, await child.result(), await same.result()];
};

async function children(): Promise<void> {
  const others: Options['others'] = () => ({
    child: async (ctx, input: number) => (await ctx.step('double', (x: number) => 2 * x, input)) + 1,
  });
  await holdsUnderCrashes(() => twice, {
    ...{ others, limits: { crashesMax: 1 } },
    check: ({ results }) =>
      deepStrictEqual(results, {
        w: { status: 'SUCCESS', value: ['w-0', 41, 41] },
        'w-0': { status: 'SUCCESS', value: 41 },
      }),
  });
  deepStrictEqual(bodies(await made(twice, [], { others })), ['double']);
}

// ---- time ----------------------------------------------------------------------------------------------------------

/** Makes time pass in small steps, so that there are moments to crash at. */
const ticker: Workflow = async (ctx) => {
  for (let tick = 0; tick < 10; tick++) await ctx.sleep(4);
};

async function deadlines(): Promise<void> {
  const waits: readonly ((ctx: Context) => Promise<unknown>)[] = [(ctx) => ctx.sleep(500), (ctx) => ctx.recv('t', 500)];
  for (const wait of waits) {
    const options = {
      others: () => ({ ticker }),
      start: async (client: Client): Promise<void> => {
        await client.start('main', { id: 'w' });
        await client.start('ticker', { id: 'ticker' });
      },
    };
    const endMs = async (crashAt: number): Promise<number> => {
      const script = crashAt === 0 ? [] : crashAfter(`fire sleep#${crashAt}`);
      const run = await made((ctx) => wait(ctx), script, options);
      return eventsOf(run, 'body.ended').find(({ workflow }) => workflow === 'w')!.atMs;
    };
    const calmMs = await endMs(0);
    for (const crashAt of [3, 7]) ok((await endMs(crashAt)) <= calmMs + 10, 'a crash makes the wait longer');
    ok(calmMs >= 500);
  }
}

async function retries(): Promise<void> {
  const failing =
    (options: Omit<StepOptions, 'name'>): Workflow =>
    (ctx) => {
      let tries = 0;
      return ctx.step({ name: 'pay', ...options }, () => Promise.reject(new Error(`no ${++tries}`))).catch(messageOf);
    };
  const triesOf = (run: Run): unknown[] => {
    const times = eventsOf(run, 'step.ran').map(({ atMs }) => atMs);
    return [...times.slice(1).map((atMs, index) => atMs - times[index]!), valueOf(run)];
  };
  deepStrictEqual(triesOf(await made(failing({ attemptsMax: 4, backoffMs: 100, backoffRate: 3 }))), [
    ...[100, 300, 900],
    'Step pay has exceeded its maximum of 4 retries. Previous errors: Error 1: no 1. Error 2: no 2. Error 3: no 3. Error 4: no 4.',
  ]);
  deepStrictEqual(triesOf(await made(failing({}))), ['no 1']);
  const shouldRetry = (error: unknown): boolean => messageOf(error) !== 'no 2';
  deepStrictEqual(triesOf(await made(failing({ attemptsMax: 9, backoffMs: 1, shouldRetry }))), [1, 'no 2']);
  const slow: Workflow = (ctx) =>
    ctx.step({ name: 'slow', timeoutMs: 20 }, () => new Promise((resolve) => setTimeout(resolve, 50))).catch(messageOf);
  strictEqual(valueOf(await made(slow)), 'Step slow timed out after 20ms');
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

export const PROGRAMS: readonly Law[] = [
  { name: 'what is recorded is given back, and its body does not run again', holds: recorded },
  { name: 'a step gives a copy, live and replayed', holds: copies },
  { name: 'a call of another name at a recorded position is refused', holds: refused },
  { name: 'a step is over only when it is recorded', holds: acknowledged },
  { name: 'steps side by side get their own results, wherever it crashes', holds: gathers },
  { name: 'transactions commit once and whole, wherever it crashes', holds: transactions },
  { name: 'a commit outside a workflow is whole or not at all', holds: commits },
  { name: 'messages are delivered once and in order, wherever it crashes', holds: messages },
  { name: 'events give what was published, wherever it crashes', holds: events },
  { name: 'a child is started once, wherever its parent crashes', holds: children },
  { name: 'sleeps and deadlines outlive a crash', holds: deadlines },
  { name: 'retries come as often, and after such pauses, as asked for', holds: retries },
  { name: 'a cancelled workflow does nothing more, until it is resumed', holds: cancellations },
  { name: 'a client is heard once for each call, and told results', holds: clients },
];
