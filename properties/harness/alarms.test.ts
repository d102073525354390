/** Programs that are right, and once were called wrong; programs that are wrong, and once went unseen. */
import { describe, expect, test } from 'vitest';
import {
  type Client,
  type Context,
  explore,
  type Findings,
  type Limits,
  model,
  scenario,
  service,
  type Workflow,
} from '../../harness/index.ts';

/** A bank whose answers depend on its state, and a clock-free way to look into it. */
const bank = service(
  { paid: 0 },
  {
    pay: (state, amount: number) => ({ state: { paid: state.paid + amount }, reply: state.paid + amount }),
    look: (state, what: string | number) => ({ state, reply: `saw ${what}` }),
  },
);

interface Bank {
  readonly pay: (amount: number, key?: string) => Promise<number>;
  readonly look: (what: string | number) => Promise<string>;
}

interface Options {
  readonly limits?: Partial<Limits>;
  readonly start?: (client: Client) => unknown;
  readonly others?: Readonly<Record<string, Workflow>>;
  readonly runsMax?: number;
}

function search(
  body: (ctx: Context, bank: Bank) => unknown,
  { limits = {}, start = (client) => client.start('main', { id: 'w' }), others = {}, runsMax = 600 }: Options = {},
): Promise<Findings> {
  const engine = model({
    world: { bank },
    workflows: ({ world }) => ({ ...others, main: (ctx) => body(ctx, world.bank) }),
  });
  return explore(scenario({ name: 'alarm', engine, start, limits }), { runsMax });
}

async function expectSilence(body: (ctx: Context, bank: Bank) => unknown, options?: Options): Promise<void> {
  const { finding } = await search(body, options);
  expect(finding?.violations.map(({ because }) => because) ?? []).toEqual([]);
}

const pause = (ms: number): Promise<string> => new Promise((resolve) => setTimeout(() => resolve('late'), ms));

describe('inside a step a program is free', () => {
  const steps: [what: string, body: (bank: Bank) => Promise<unknown>][] = [
    ['put the time into a request', ({ look }) => look(Date.now())],
    ['put a draw into a request', ({ look }) => look(Math.random())],
    [
      'ask for several things at once',
      ({ look }) => Promise.all([look('a').then(() => look('b')), look('c').then(() => look('d'))]),
    ],
    ['take the first of two answers', ({ look }) => Promise.any([look('a'), look('b')])],
    ['race an answer with a timer', ({ look }) => Promise.race([look('a'), pause(100)])],
    [
      'give an answer an AbortSignal to beat',
      ({ look }) =>
        Promise.race([
          look('a'),
          new Promise((resolve) => AbortSignal.timeout(100).addEventListener('abort', () => resolve('late'))),
        ]),
    ],
  ];

  test.each(steps)('to %s', async (_, body) => {
    await expectSilence((ctx, world) => ctx.step('free', () => body(world)).then(say('done')));
  });

  test('to run out of time between two requests, and try again', async () => {
    await expectSilence((ctx, { look }) =>
      ctx.step({ name: 'fetch', attemptsMax: 3, timeoutMs: 100 }, async () => [await look('a'), await look('b')]),
    );
  });

  test('to ask the clock whether another try is worth it', async () => {
    const fails = (): Promise<never> => Promise.reject(new Error('no'));
    await expectSilence((ctx) =>
      ctx.step({ name: 's', attemptsMax: 2, shouldRetry: () => Date.now() > 0 }, fails).catch(say('gave up')),
    );
  });
});

describe('where every order is as good as any other', () => {
  const hall = service(
    { queue: [] as readonly string[] },
    {
      /** The place of whoever asks: the next one, or the one they already have. */
      line(state, who: string) {
        const queue = state.queue.includes(who) ? state.queue : [...state.queue, who];
        return { state: { queue }, reply: queue.indexOf(who) };
      },
    },
  );
  const tickets = (guests: number) =>
    scenario({
      name: 'tickets',
      engine: model({
        world: { hall },
        workflows: ({ world }) => ({
          main: (ctx) =>
            Promise.all(
              Array.from({ length: guests }, (_, at) => ctx.step(`guest ${at}`, () => world.hall.line(`guest ${at}`))),
            ),
        }),
      }),
      start: (client: Client) => client.start('main', { id: 'w' }),
      limits: { crashesMax: 1 },
    });

  test('an order that was never seen is no proof of anything, and that is said', async () => {
    const { finding, unjudged } = await explore(tickets(7), { seed: 'tickets' });
    expect(finding?.violations.map(({ because }) => because) ?? []).toEqual([]);
    expect(unjudged).toMatch(/^crash-free runs keep coming to new results \(\d+ outcomes in [\d,]+ runs\)/);
  });

  test('with few orders they are all seen, and results are judged', async () => {
    const { finding, unjudged } = await explore(tickets(3), { seed: 'tickets' });
    expect([finding, unjudged]).toEqual([null, null]);
  });
});

describe('a result may be made of what was recorded', () => {
  test.each<[what: string, body: (ctx: Context) => Promise<unknown>]>([
    ['a date', async (ctx) => new Date(await ctx.now()).toISOString()],
    [
      'a duration',
      async (ctx) => {
        const fromMs = await ctx.now();
        await ctx.step('work', say('x'));
        return (await ctx.now()) - fromMs;
      },
    ],
    ['a time from a step', (ctx) => ctx.step('stamp', () => Date.now())],
    ['an id from a step', (ctx) => ctx.step('id', () => crypto.randomUUID())],
    ['a time from a transaction', (ctx) => ctx.transaction('stamp', () => Date.now())],
  ])('%s', async (_, body) => {
    await expectSilence(body);
  });

  test('but not of which came first, where both orders are found without a crash', async () => {
    const { finding } = await search(async (ctx) => {
      const order: string[] = [];
      await Promise.all(['a', 'b'].map(async (name) => order.push(await ctx.step('s', say(name)))));
      return order.join();
    });
    expect(finding?.violations[0]?.check).toBe('replay');
    expect(finding?.violations[0]?.because).toContain('from the same records');
  });
});

describe('several parties', () => {
  test('may be started in any order', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const start = (client: Client): unknown => Promise.all(ids.map((id) => client.start('main', { id })));
    await expectSilence((ctx) => ctx.step('s', say('x')).then(() => ctx.workflowId), { start, runsMax: 1_500 });
  });

  test('may be late for each other after a crash, as they may be without one', async () => {
    const impatient: Workflow = async (ctx) => [await ctx.recv('t', 100), await ctx.recv('t', 10)];
    await expectSilence(
      async (ctx) => {
        const child = await ctx.start('impatient');
        await ctx.send(child.id, 'hello', 't');
        return child.result();
      },
      { others: { impatient }, runsMax: 1_500 },
    );
  });

  test('may be started with another input in another run, where what their parent recorded differs', async () => {
    const child: Workflow = (ctx, input: number) => ctx.step('s', (at: number) => `at ${at}`, input);
    await expectSilence(
      async (ctx) => {
        const at = await ctx.step('clock', () => Date.now());
        return (await ctx.start('child', at)).result();
      },
      { others: { child } },
    );
  });

  test('may repeat a try that was in flight when another took over', async () => {
    const limits = { executors: 2, suspensionsMax: 1, failuresMax: 1, crashesMax: 0 };
    await expectSilence((ctx, { pay }) => ctx.step({ name: 's', attemptsMax: 4 }, () => pay(1, 'key')), {
      limits,
      runsMax: 1_500,
    });
  });

  test('hear what a child threw as it was thrown, and a replay hears a plain Error: a difference that is caught', async () => {
    const child: Workflow = () => {
      throw new TypeError('declined');
    };
    const { finding } = await search(
      async (ctx) => {
        const handle = await ctx.start('child');
        try {
          return await handle.result();
        } catch (error) {
          return ctx.step(error instanceof TypeError ? 'decline' : 'alert', say('x'));
        }
      },
      { others: { child } },
    );
    expect(finding?.violations[0]?.check).toBe('replay');
  });
});

describe('a finding', () => {
  test('is what the fewest deviations break, even if that is another law', async () => {
    // Two crashes bring about what the first check sees; one of them is enough for the second.
    const { finding } = await search(async (ctx, { pay }) => {
      const paid = await ctx.step('pay', () => pay(1));
      if (paid > 2) await new Promise(() => undefined);
      return paid;
    });
    expect([finding?.violations[0]?.check, finding?.script.length, finding?.minimal]).toEqual(['results', 1, true]);
  });

  test('shows user code the stacks that the search showed', async () => {
    const { finding } = await search(async (ctx, { pay }) => {
      await ctx.step('stack', () => new Error('x').stack?.split('\n').length);
      await pay(1);
    });
    expect(finding?.violations.map(({ check }) => check)).not.toContain('lineage');
  });
});

const say = (text: string) => (): string => text;
