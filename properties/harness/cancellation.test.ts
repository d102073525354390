/** Cancelling and resuming: a cancelled workflow stops at its next call, and a resumed one goes on from its records. */
import { describe, expect, test } from 'vitest';
import { type Client, replay, type Script, type Workflow } from '../../harness/index.ts';
import { bodies, crashAfter, ended, eventsOf, type Outside, run, scenarioOf, valueOf } from './support.ts';

const messageOf = (error: unknown): string => (error as Error).message;

/** Another workflow outlasts the cancelled one: a run ends when all have ended, whoever still sleeps. */
const others = (): Record<string, Workflow> => ({
  last: (ctx) => ctx.sleep(120_000),
  child: (ctx) => ctx.sleep(5_000),
});
const cancelling =
  (resume: boolean) =>
  async (client: Client): Promise<void> => {
    await client.start('last', { id: 'last' });
    await client.start('main', { id: 'w' });
    await client.cancel('w');
    if (resume) await client.resume('w');
  };

describe('a cancellation during a step', () => {
  const charging =
    ({ world }: Outside): Workflow =>
    async (ctx) => [await ctx.step('before', () => 'before'), await ctx.step('charge', () => world.bank.charge('x'))];
  /** It arrives when the step has charged and is about to record that. */
  const midStep = [{ after: 'reply bank.charge#1', choose: 'cancel w' }];

  test('refuses its record; once resumed, the step runs again, and what was recorded before does not', async () => {
    const made = await replay(scenarioOf(charging, { others, start: cancelling(true) }), midStep);
    expect(eventsOf(made, 'record.refused')).toMatchObject([{ position: 1, because: 'cancelled' }]);
    const attempts = eventsOf(made, 'attempt.ended').filter(({ workflow }) => workflow === 'w');
    expect(attempts.map(({ attempt, how }) => [attempt, how])).toEqual([
      [1, 'parked'],
      [2, 'returned'],
    ]);
    expect(bodies(made)).toEqual(['before', 'charge', 'charge']);
    expect(valueOf(made)).toEqual(['before', 2]);
  });

  test('is for good unless the workflow is resumed', async () => {
    const made = await replay(scenarioOf(charging, { others, start: cancelling(false) }), midStep);
    expect(ended(made)).toEqual({ status: 'CANCELLED' });
    expect(bodies(made)).toEqual(['before', 'charge']);
  });
});

const waitForChild: Workflow = async (ctx) => (await ctx.start('child')).result();
/** The process that started the child is gone, so its end is no longer awaited in memory. */
const recovered = [...crashAfter('land child#1'), { after: 'crash executor-1', choose: 'restart executor-1' }];

test.each<[string, Workflow, Script]>([
  ['recv', (ctx) => ctx.recv(), []],
  ['getEvent', (ctx) => ctx.getEvent('nobody', 'key'), []],
  ['result', waitForChild, recovered],
  ['sleep', (ctx) => ctx.sleep(60_000), []],
])('a cancelled %s throws, and the workflow cannot go on by catching that', async (_, wait, script) => {
  const said: string[] = [];
  const main: Workflow = async (ctx, input) => {
    const note = (error: unknown): unknown => said.push(messageOf(error));
    await Promise.resolve(wait(ctx, input)).catch(note);
    await ctx.step('next', () => 1).catch(note);
    return 'survived';
  };
  const made = await run(main, script, { others, start: cancelling(false) });
  expect(said).toEqual(['Workflow w has been cancelled', 'Workflow w has been cancelled']);
  expect(bodies(made)).toEqual([]);
  expect(ended(made)).toEqual({ status: 'CANCELLED' });
  expect(eventsOf(made, 'record.refused').at(-1)).toMatchObject({
    workflow: 'w',
    position: null,
    because: 'cancelled',
  });
});

test('a wait wakes up when it is cancelled, a sleep is cancelled when it wakes up', async () => {
  const at = async (main: Workflow, script: Script = []): Promise<number> => {
    const made = await run(main, script, { others, start: cancelling(false) });
    return eventsOf(made, 'attempt.ended').find(({ workflow }) => workflow === 'w')!.atMs;
  };
  expect(await at((ctx) => ctx.recv())).toBeLessThan(100);
  expect(await at(waitForChild, recovered)).toBeLessThan(100);
  expect(await at((ctx) => ctx.sleep(60_000))).toBeGreaterThan(60_000);
});

test('a child is awaited to its end in the process that started it, and the cancellation is noticed when that is recorded', async () => {
  const said: string[] = [];
  const main: Workflow = (ctx, input) =>
    Promise.resolve(waitForChild(ctx, input)).catch((error: unknown) => said.push(messageOf(error)));
  const made = await run(main, [], { others, start: cancelling(false) });
  expect(said).toEqual(['Workflow w is no longer owned by this execution']);
  expect(eventsOf(made, 'record.refused')[0]).toMatchObject({ workflow: 'w', position: 1, because: 'cancelled' });
  expect(eventsOf(made, 'record.refused')[0]!.atMs).toBeGreaterThan(5_000);
});

test('a step that fails is not tried again once its workflow is cancelled, and nothing is recorded', async () => {
  const main: Workflow = (ctx) =>
    ctx.step({ name: 'pay', attemptsMax: 9 }, () => Promise.reject(new Error('no money')));
  const made = await run(main, [], { others, start: cancelling(false) });
  expect(bodies(made)).toEqual(['pay']);
  expect(eventsOf(made, 'outcome.recorded').filter(({ workflow }) => workflow === 'w')).toEqual([]);
  expect(eventsOf(made, 'record.refused')).toEqual([]);
});

test('a cancellation that comes to a step from a call it waits for is not taken for the outcome of the step', async () => {
  const main: Workflow = (ctx) => {
    const word = ctx.recv();
    return ctx.step('wait', () => word);
  };
  const made = await run(main, [], { others, start: cancelling(false) });
  expect(ended(made)).toEqual({ status: 'CANCELLED' });
  expect(eventsOf(made, 'record.refused')).toEqual([]);
});

test('what is recorded is not given to a workflow that was cancelled meanwhile', async () => {
  const said: unknown[] = [];
  const main: Workflow = async (ctx) => said.push(await ctx.step('paid', () => 'paid').catch(messageOf));
  const script = [
    ...crashAfter('land paid#1'),
    { after: 'crash executor-1', choose: 'restart executor-1' },
    { after: 'reply claim w#1', choose: 'cancel w' },
  ];
  await run(main, script, { others, start: cancelling(false) });
  expect(said).toEqual(['Workflow w has been cancelled']);
});

test('a workflow that has finished is neither cancelled nor resumed', async () => {
  const start = async (client: Client): Promise<void> => {
    await client.start('main', { id: 'w' });
    await client.result('w');
    await client.cancel('w');
    await client.resume('w');
  };
  const made = await run(() => 'done', [], { start });
  expect(valueOf(made)).toBe('done');
  expect(eventsOf(made, 'attempt.started')).toHaveLength(1);
});

test('a client hears that a workflow was cancelled', async () => {
  const heard: string[] = [];
  const start = async (client: Client): Promise<void> => {
    await cancelling(false)(client);
    await client.result('w').catch((error: unknown) => heard.push(messageOf(error)));
  };
  await run((ctx) => ctx.recv(), [], { others, start });
  expect(heard).toEqual(['workflow w ended with status CANCELLED']);
});
