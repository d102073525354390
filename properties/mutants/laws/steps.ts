/** Laws of the engine about steps and time: what is recorded, retried, and waited for. */
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { Client, Context, Run, StepOptions, Workflow } from '../../../harness/index.ts';
import { bodies, crashAfter, ended, type Outside, scenarioOf, valueOf } from '../../harness/support.ts';
import { eventsOf, holdsUnderCrashes, type Law, made, make, messageOf, say } from './making.ts';

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

async function insideSteps(): Promise<void> {
  const main: Workflow = async (ctx) => [
    await ctx.step('outer', () => ctx.now().catch(messageOf)),
    await ctx.step('outer', () => ctx.step('inner', say('a plain call'))),
  ];
  const run = await made(main);
  deepStrictEqual(valueOf(run), [
    "now was called inside a step (position 0 of w): durable calls belong in the workflow's body",
    'a plain call',
  ]);
  deepStrictEqual(
    eventsOf(run, 'outcome.recorded').map(({ position, name }) => [position, name]),
    [
      [0, 'outer'],
      [1, 'outer'],
    ],
  );
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

async function draws(): Promise<void> {
  const main: Workflow = async (ctx) => [await ctx.random(), await ctx.random(), await ctx.uuid(), await ctx.uuid()];
  const calm = valueOf(await made(main)) as unknown[];
  strictEqual(new Set(calm).size, 4);
  for (const label of ['random#1', 'uuid#1', 'uuid#2'])
    deepStrictEqual(valueOf(await made(main, crashAfter(`land ${label}`))), calm);
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
    'Step pay has exceeded its maximum of 4 retries. Previous errors: Error 1: no 1. Error 2: no 2. Error 3: no 3. Error 4: no 4',
  ]);
  deepStrictEqual(triesOf(await made(failing({}))), ['no 1']);
  const shouldRetry = (error: unknown): boolean => messageOf(error) !== 'no 2';
  deepStrictEqual(triesOf(await made(failing({ attemptsMax: 9, backoffMs: 1, shouldRetry }))), [1, 'no 2']);
  const slow: Workflow = (ctx) =>
    ctx.step({ name: 'slow', timeoutMs: 20 }, () => new Promise((resolve) => setTimeout(resolve, 50))).catch(messageOf);
  strictEqual(valueOf(await made(slow)), 'Step slow timed out after 20ms');
}

export const STEPS: readonly Law[] = [
  { name: 'what is recorded is given back, and its body does not run again', holds: recorded },
  { name: 'durable calls inside a step are refused, steps are plain calls', holds: insideSteps },
  { name: 'a step gives a copy, live and replayed', holds: copies },
  { name: 'a call of another name at a recorded position is refused', holds: refused },
  { name: 'a step is over only when it is recorded', holds: acknowledged },
  { name: 'steps side by side get their own results, wherever it crashes', holds: gathers },
  { name: 'sleeps and deadlines outlive a crash', holds: deadlines },
  { name: 'retries come as often, and after such pauses, as asked for', holds: retries },
  { name: 'draws differ from each other, and are the same on replay', holds: draws },
];
