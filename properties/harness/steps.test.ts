/** Calls of the model engine: the positions they take, what a replay gives back, and what a body may return or call. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scripts } from '../../harness/adapters/fast-check.ts';
import { type Context, explore, replay, type Run, type Script, type Workflow } from '../../harness/index.ts';
import {
  bodies,
  crashAfter,
  ended,
  eventsOf,
  expectUnderCrashes,
  type Outside,
  run,
  scenarioOf,
  valueOf,
} from './support.ts';

class Declined extends Error {
  override readonly name = 'Declined';
  readonly code = 402;
}
const decline = (): never => {
  throw new Declined('no money');
};
const messageOf = (error: unknown): string => (error as Error).message;

describe('positions', () => {
  const calls: Record<string, (ctx: Context) => Promise<unknown>> = {
    step: (ctx) => ctx.step('step', () => 1),
    transaction: (ctx) => ctx.transaction('transaction', () => 1),
    sleep: (ctx) => ctx.sleep(5),
    now: (ctx) => ctx.now(),
    random: (ctx) => ctx.random(),
    uuid: (ctx) => ctx.uuid(),
    send: (ctx) => ctx.send('w', 1),
    recv: (ctx) => ctx.recv('t', 5),
    setEvent: (ctx) => ctx.setEvent('key', 1),
    getEvent: (ctx) => ctx.getEvent('w', 'other', 5),
    start: (ctx) => ctx.start('child'),
  };

  test('are taken at the call, in the order of calls, whatever the schedule: two by calls with a deadline, one by all others', async () => {
    const program = fc.array(fc.constantFrom(...Object.keys(calls)), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(program, scripts(), async (names, script) => {
        const main: Workflow = (ctx) => Promise.all(names.map((name) => calls[name]!(ctx)));
        const made = await run(main, script, { others: () => ({ child: () => 1 }), limits: { crashesMax: 2 } });
        const next = names.map((_, index) =>
          names.slice(0, index).reduce((sum, name) => sum + (name === 'recv' || name === 'getEvent' ? 2 : 1), 0),
        );
        const calledBy = (attempt: number): unknown[] =>
          eventsOf(made, 'call.entered')
            .filter((event) => event.workflow === 'w' && event.attempt === attempt)
            .map(({ kind, position }) => [kind, position]);
        for (const { workflow, attempt } of eventsOf(made, 'attempt.started'))
          if (workflow === 'w') expect(calledBy(attempt)).toEqual(names.map((name, index) => [name, next[index]]));
        expect(made.ending.how).toBe('finished');
      }),
    );
  });
});

describe('replay', () => {
  test('gives back what was recorded, without running the body', async () => {
    let runs = 0;
    const main: Workflow = async (ctx) => [await ctx.step('a', () => ++runs), await ctx.step('b', () => ++runs)];
    const made = await run(main, crashAfter('land a#1', 'land b#1'));
    expect(bodies(made)).toEqual(['a', 'b']);
    expect(valueOf(made)).toEqual([1, 2]);
  });

  test('runs a body again whose outcome was not recorded: at least once, never less', async () => {
    const main: Workflow = (ctx) => ctx.step('a', () => 'done');
    const made = await run(main, crashAfter('start w'));
    expect(bodies(made)).toEqual(['a', 'a']);
    expect(valueOf(made)).toBe('done');
  });

  /** A run of a program that is `first` in its first process and `second` ever after. */
  const turncoat = (first: Workflow, second: Workflow, script: Script): Promise<Run> => {
    let processes = 0;
    return replay(
      scenarioOf(() => (processes++ === 0 ? first : second)),
      script,
    );
  };

  test('refuses a call of another name, in the words of the SDK', async () => {
    const made = await turncoat(
      (ctx) => ctx.step('pay', () => 1),
      (ctx) => ctx.step('ship', () => 2),
      crashAfter('land pay#1'),
    );
    expect(ended(made)).toEqual({
      status: 'ERROR',
      error:
        'UnexpectedStepError: During execution of workflow w step 0, function pay was recorded when ship was expected. ' +
        'Check that your workflow is deterministic.',
    });
    expect(bodies(made)).toEqual(['pay']);
  });

  test('lets another call of the same name pass, and gives it the other’s result, as the SDK does', async () => {
    const work = (ctx: Context, what: string): Promise<string> => ctx.step('work', (x: string) => x, what);
    const made = await turncoat(
      (ctx) => work(ctx, 'a'),
      (ctx) => work(ctx, 'b'),
      crashAfter('land work#1'),
    );
    expect(valueOf(made)).toBe('a');
  });

  test('refuses a wait whose deadline would stand where something else was recorded', async () => {
    const both: Workflow = (ctx) =>
      Promise.all([ctx.step('slow', () => new Promise(() => undefined)), ctx.step('fast', () => 1)]);
    const made = await turncoat(both, (ctx) => ctx.recv(), crashAfter('land fast#1'));
    expect(ended(made)).toMatchObject({
      status: 'ERROR',
      error: expect.stringContaining('function fast was recorded when sleep was expected') as string,
    });
  });

  test('of what a step threw gives a plain Error; the living caller gets the very object', async () => {
    const calls: readonly ((ctx: Context) => Promise<unknown>)[] = [
      (ctx) => ctx.step('pay', decline),
      (ctx) => ctx.transaction('pay', decline),
    ];
    const look = (error: unknown): unknown => [error instanceof Declined, (error as Declined).code, String(error)];
    for (const call of calls) {
      const main: Workflow = (ctx) => call(ctx).catch(look);
      expect(valueOf(await run(main))).toEqual([true, 402, 'Declined: no money']);
      expect(valueOf(await run(main, crashAfter('land pay#1')))).toEqual([false, 402, 'Declined: no money']);
    }
  });

  test('never aliases: what a step returns is a copy, live and replayed', async () => {
    const kept = { list: [1] };
    const main: Workflow = async (ctx) => {
      const got = await ctx.step('a', () => kept);
      got.list.push(2);
      return [got === kept, got];
    };
    for (const script of [[], crashAfter('land a#1')])
      expect(valueOf(await run(main, script))).toEqual([false, { list: [1, 2] }]);
    expect(kept).toEqual({ list: [1] });
  });

  test('of now, random and uuid gives the recorded values, however often it crashes', async () => {
    const main: Workflow = async (ctx) => [
      await ctx.now(),
      await ctx.random(),
      await ctx.uuid(),
      await ctx.random(),
      await ctx.uuid(),
    ];
    const [now, one, id, other, otherId] = valueOf(await run(main)) as [number, number, string, number, string];
    expect([one, other].every((draw) => draw >= 0 && draw < 1) && one !== other).toBe(true);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(otherId).not.toBe(id);
    for (const label of ['now#1', 'random#1', 'uuid#1', 'random#2', 'uuid#2'])
      expect(valueOf(await run(main, crashAfter(`land ${label}`)))).toEqual([now, one, id, other, otherId]);
  });
});

describe('inside a step', () => {
  test('a step is a plain call: no position, no record, no retries', async () => {
    let tries = 0;
    const main: Workflow = async (ctx) => {
      const outer = await ctx.step('outer', async () => {
        await Promise.resolve();
        const inner = await ctx
          .step({ name: 'inner', attemptsMax: 3 }, () => (++tries === 1 ? decline() : tries))
          .catch(messageOf);
        return [inner, await ctx.step('inner', (x: number) => x, 7)];
      });
      return [outer, await ctx.step('next', () => 'next')];
    };
    const made = await run(main);
    expect(valueOf(made)).toEqual([['no money', 7], 'next']);
    expect(eventsOf(made, 'outcome.recorded').map(({ position, name }) => [position, name])).toEqual([
      [0, 'outer'],
      [1, 'next'],
    ]);
  });

  test.each<[string, (ctx: Context) => Promise<unknown>]>([
    ['transaction', (ctx) => ctx.transaction('t', () => 1)],
    ['sleep', (ctx) => ctx.sleep(1)],
    ['now', (ctx) => ctx.now()],
    ['random', (ctx) => ctx.random()],
    ['uuid', (ctx) => ctx.uuid()],
    ['start', (ctx) => ctx.start('main')],
    ['send', (ctx) => ctx.send('w', 1)],
    ['recv', (ctx) => ctx.recv()],
    ['setEvent', (ctx) => ctx.setEvent('k', 1)],
    ['getEvent', (ctx) => ctx.getEvent('w', 'k')],
  ])('%s is refused, takes no position and leaves no trace', async (kind, call) => {
    const main: Workflow = async (ctx) => [
      await ctx.step('outer', () => call(ctx).catch(messageOf)),
      await ctx.step('next', () => 2),
    ];
    const made = await run(main);
    expect(valueOf(made)).toEqual([
      `${kind} was called inside a step (position 0 of w): durable calls belong in the workflow's body`,
      2,
    ]);
    expect(eventsOf(made, 'outcome.recorded').map(({ position, name }) => [position, name])).toEqual([
      [0, 'outer'],
      [1, 'next'],
    ]);
  });
});

describe('what cannot be stored', () => {
  test('as a result of a step is an error that says where, is not recorded, and breaks a law', async () => {
    const main: Workflow = (ctx) => ctx.step('load', () => ({ user: { save: () => undefined } })).catch(messageOf);
    const made = await run(main);
    expect(valueOf(made)).toBe('a function (save) at .user.save cannot be stored');
    expect(eventsOf(made, 'outcome.recorded')).toEqual([]);
    const { finding } = await explore(
      scenarioOf(() => main),
      { runsMax: 5 },
    );
    expect(finding?.violations[0]).toMatchObject({
      check: 'replay',
      because: expect.stringContaining(
        'load (position 0 of workflow w) returned a value that cannot be recorded',
      ) as string,
    });
  });

  test('as a result of a workflow makes it fail, and says why', async () => {
    expect(ended(await run(() => ({ log: console.log })))).toEqual({
      status: 'ERROR',
      error: expect.stringMatching(/^UnserializableError: a function.* at \.log cannot be stored$/) as string,
    });
  });

  test('as a result of a transaction rolls it back', async () => {
    const main: Workflow = (ctx) =>
      ctx.transaction('write', ({ log }: { log: string[] }) => Promise.resolve(log.push('lost'))).catch(messageOf);
    const tables: unknown[] = [];
    const made = await run(main, [], { check: (state) => tables.push(state.tables) });
    expect(valueOf(made)).toBe('a promise (is an await missing?) cannot be stored');
    expect(tables).toEqual([{ log: [] }]);
  });

  test('is no reason to refuse an argument: it is named, and the others stay to be compared', async () => {
    const odd = [console.log, Object.assign(Object.create(null) as object, { f: () => 1 }), Symbol('s')];
    const main: Workflow = (ctx) => ctx.step('work', (...things: unknown[]) => things.length, 7, ...odd, { order: 1 });
    const made = await run(main);
    expect(valueOf(made)).toBe(5);
    const [call] = eventsOf(made, 'call.entered');
    expect(call!.args).toMatch(/^\[7,"\[function .*\]","\[object\]","Symbol\(s\)",\{"order":1\}\]$/);
  });
});

test('an effect and its record are two transactions: a step that charges is caught charging twice', async () => {
  const scenario = scenarioOf(
    ({ world }) =>
      (ctx) =>
        ctx.step('pay', () => world.bank.charge('x')),
    {
      check: ({ world }) => expect(world.bank.charges).toHaveLength(1),
    },
  );
  const { finding } = await explore(scenario, { checks: ['check'] });
  expect(finding?.script).toMatchObject([{ choose: 'crash executor-1' }]);
  const keyed =
    ({ world }: Outside): Workflow =>
    (ctx) =>
      ctx.step('pay', () => world.bank.charge('x', 'key'));
  await expectUnderCrashes(keyed, { check: ({ world }) => expect(world.bank.charges).toHaveLength(1) });
});
