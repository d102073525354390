/** Messages and events: sent once, consumed once, in order, with deadlines that outlive crashes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scripts } from '../../harness/adapters/fast-check.ts';
import { EPOCH_MS } from '../../harness/cluster.ts';
import { type Client, type Context, replay, type Workflow } from '../../harness/index.ts';
import {
  crashAfter,
  ended,
  eventsOf,
  expectUnderCrashes,
  moves,
  type Options,
  run,
  scenarioOf,
  valueOf,
} from './support.ts';

const messageOf = (error: unknown): string => (error as Error).message;
const starting =
  (...ids: string[]) =>
  async (client: Client): Promise<void> => {
    await client.start('main', { id: 'w' });
    for (const id of ids) await client.start(id, { id });
  };
const gather = async (ctx: Context, count: number, topic?: string): Promise<unknown[]> => {
  const got: unknown[] = [];
  for (let index = 0; index < count; index++) got.push(await ctx.recv(topic));
  return got;
};

describe('send and recv', () => {
  const sender: Workflow = async (ctx) => {
    for (const word of ['one', 'two', 'three']) await ctx.send('w', word, 'words');
  };
  const pair: Options = { others: () => ({ sender }), start: starting('sender') };

  test('deliver exactly once and in order, wherever it crashes', async () => {
    const main = (): Workflow => (ctx) => gather(ctx, 3, 'words');
    const check: NonNullable<Options['check']> = ({ results }) =>
      expect(results['w']).toEqual({ status: 'SUCCESS', value: ['one', 'two', 'three'] });
    expect(await expectUnderCrashes(main, { ...pair, check })).toBeGreaterThan(300);
  });

  test('deliver exactly once whatever the schedule, between two executors one of which may be a zombie', async () => {
    const scenario = scenarioOf(() => (ctx) => gather(ctx, 3, 'words'), {
      ...pair,
      limits: { executors: 2, crashesMax: 2, suspensionsMax: 2 },
    });
    await fc.assert(
      fc.asyncProperty(scripts(), async (script) => {
        const made = await replay(scenario, script);
        const consumed = eventsOf(made, 'message.consumed').map(({ message }) => message);
        expect(eventsOf(made, 'message.sent').map(({ text }) => text)).toEqual(['"one"', '"two"', '"three"']);
        expect(consumed).toEqual([0, 1, 2].slice(0, consumed.length));
      }),
      { numRuns: 300 },
    );
  });

  test('keep topics apart', async () => {
    const main: Workflow = async (ctx) => [await ctx.recv('b'), await ctx.recv('a'), await ctx.recv()];
    const start = async (client: Client): Promise<void> => {
      await client.start('main', { id: 'w' });
      for (const topic of ['a', 'b', undefined]) await client.send('w', `to ${topic}`, topic);
    };
    expect(valueOf(await run(main, [], { start }))).toEqual(['to b', 'to a', 'to undefined']);
  });

  test('give each of two waiting calls a message of its own', async () => {
    const main: Workflow = (ctx) => Promise.all([ctx.recv('words'), ctx.recv('words'), ctx.recv('words')]);
    await fc.assert(
      fc.asyncProperty(scripts(), async (script) => {
        const made = await replay(
          scenarioOf(() => main, { ...pair, limits: { crashesMax: 2 } }),
          script,
        );
        const got = ended(made) as { value?: (string | null)[] };
        const words = (got.value ?? []).filter((word) => word !== null);
        expect(new Set(words).size).toBe(words.length);
      }),
    );
  });

  test('drop what repeats an idempotency key, from whomever, on whatever topic', async () => {
    const twice: Workflow = async (ctx) => {
      await ctx.send('w', 'first', 't', 'key');
      await ctx.send('w', 'again', 't', 'key');
      await ctx.send('w', 'elsewhere', 'u', 'key');
      await ctx.send('w', 'other', 't', 'other key');
      await ctx.send('w', 'plain', 't');
      await ctx.send('w', 'plain', 't');
    };
    const main: Workflow = async (ctx) => [await gather(ctx, 4, 't'), await ctx.recv('t', 10), await ctx.recv('u', 10)];
    const made = await run(main, [], { others: () => ({ twice }), start: starting('twice') });
    expect(valueOf(made)).toEqual([['first', 'other', 'plain', 'plain'], null, null]);
  });

  test('to a workflow that does not exist is an error, and the same one on replay', async () => {
    const main: Workflow = (ctx) => ctx.send('nobody', 1).catch(messageOf);
    for (const script of [[], crashAfter('land send#1')])
      expect(valueOf(await run(main, script))).toBe('Workflow nobody does not exist');
  });

  test('write effect and record together: a zombie sends nothing', async () => {
    const main: Workflow = async (ctx) => {
      await ctx.step('a', () => 1);
      await ctx.send('w', 'hello');
      return gather(ctx, 1);
    };
    const script = [
      { after: 'reply a#1', choose: 'suspend executor-1' },
      { after: 'suspend executor-1', choose: 'takeover executor-1 by executor-2' },
    ];
    const made = await run(main, script, { limits: { executors: 2, suspensionsMax: 1 } });
    expect(eventsOf(made, 'message.sent')).toHaveLength(1);
    expect(eventsOf(made, 'record.refused')).toMatchObject([{ executor: 'executor-1', position: 1 }]);
  });
});

describe('a deadline', () => {
  const waiting: Workflow = async (ctx) => {
    const word = await ctx.recv('', 500);
    return [word, await ctx.recv('', 0)];
  };
  const start = async (client: Client): Promise<void> => {
    await client.start('main', { id: 'w' });
    await client.send('w', 'hello');
  };

  test('that passes gives null', async () => {
    expect(valueOf(await run(waiting))).toEqual([null, null]);
  });

  test('is kept for a message that comes later: it goes to the next recv', async () => {
    // The timer fires, the call gives up waiting and then consumes nothing; only then the message arrives.
    const script = [
      { after: 'reply deadline#1', choose: 'fire deadline#1' },
      { after: 'reply recv#1', choose: 'land recv#2' },
      { after: 'land recv#2', choose: 'reply recv#2' },
    ];
    const made = await run(waiting, script, { start });
    expect(valueOf(made)).toEqual([null, 'hello']);
  });

  test('that has passed does not turn down a message that is there: the mailbox is looked at before the clock', async () => {
    const script = [
      { after: 'reply deadline#1', choose: 'fire deadline#1' },
      { after: 'fire deadline#1', choose: 'send w' },
    ];
    const made = await run(waiting, script, { start });
    expect(moves(made)).toContain('fire deadline#1');
    expect(valueOf(made)).toEqual(['hello', null]);
  });

  test('outlives a crash: the second execution waits no longer than the first would have', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(9), fc.integer({ min: 200, max: 5_000 }), async (crashedAt, timeoutMs) => {
        const main: Workflow = (ctx) => ctx.recv('', timeoutMs);
        const others = (): Record<string, Workflow> => ({
          ticker: async (ctx) => {
            for (let tick = 0; tick < 10; tick++) await ctx.sleep(4);
          },
        });
        const options = { others, start: starting('ticker') };
        const made = await run(main, [{ after: `fire sleep#${crashedAt + 1}`, choose: 'crash executor-1' }], options);
        const [deadline] = eventsOf(made, 'outcome.recorded').filter(({ kind }) => kind === 'deadline');
        const [gaveUp] = eventsOf(made, 'outcome.recorded').filter(({ kind }) => kind === 'recv');
        // Woken at the deadline; then the wait's reply and the landing of the record, a millisecond each.
        expect(gaveUp!.atMs).toBe(Number(deadline!.outcome.text) - EPOCH_MS + 2);
        expect(valueOf(made)).toBeNull();
      }),
    );
  });

  test('is called off by a message', async () => {
    const main: Workflow = async (ctx) => [await ctx.recv('', 500), await ctx.sleep(1_000)][0];
    const made = await run(main, [], { start });
    expect(valueOf(made)).toBe('hello');
    expect(moves(made).filter((label) => label.startsWith('fire'))).toEqual(['fire sleep#1']);
  });

  test('may be further off than a timer can be set, or never come', async () => {
    const far = await run((ctx) => ctx.recv('', 2 ** 33));
    expect(valueOf(far)).toBeNull();
    expect(eventsOf(far, 'workflow.ended')[0]!.atMs).toBeGreaterThan(2 ** 33);
    const never = await run((ctx) => ctx.recv('', Infinity));
    expect(never.ending).toEqual({ how: 'stuck', because: 'nothing can happen any more: workflow w waits for recv#1' });
    expect(valueOf(await run((ctx) => ctx.recv('', Infinity), [], { start }))).toBe('hello');
  });
});

describe('setEvent and getEvent', () => {
  const publisher: Workflow = async (ctx) => {
    await ctx.setEvent('progress', 1);
    await ctx.recv();
    await ctx.setEvent('progress', 2);
  };

  test('give the value that was published, wherever it crashes', async () => {
    const main = (): Workflow => async (ctx) => {
      const seen = await ctx.getEvent('publisher', 'progress');
      await ctx.send('publisher', 'enough');
      return seen;
    };
    const check: NonNullable<Options['check']> = ({ results }) =>
      expect(results['w']).toEqual({ status: 'SUCCESS', value: 1 });
    await expectUnderCrashes(main, { others: () => ({ publisher }), start: starting('publisher'), check });
  });

  test('never go back: a later look sees the same value or a newer one', async () => {
    const main: Workflow = async (ctx) => {
      const seen = [await ctx.getEvent<number>('publisher', 'progress', 50)];
      await ctx.send('publisher', 'go on');
      for (let look = 0; look < 2; look++) seen.push(await ctx.getEvent<number>('publisher', 'progress', 50));
      return seen;
    };
    const scenario = scenarioOf(() => main, {
      others: () => ({ publisher }),
      start: starting('publisher'),
      limits: { crashesMax: 2 },
    });
    await fc.assert(
      fc.asyncProperty(scripts(), async (script) => {
        const end = ended(await replay(scenario, script)) as { value?: (number | null)[] };
        const seen = (end.value ?? []).map((value) => value ?? 0);
        expect(seen).toEqual(seen.toSorted((a, b) => a - b));
      }),
      { numRuns: 200 },
    );
  });

  test('of a workflow or a key that never comes give null in the end', async () => {
    const main: Workflow = async (ctx) => [await ctx.getEvent('nobody', 'key', 50), await ctx.getEvent('w', 'key', 50)];
    expect(valueOf(await run(main))).toEqual([null, null]);
  });
});

test.each<[string, (ctx: Context) => Promise<void>]>([
  ['send', (ctx) => ctx.send('w', 'hello')],
  ['setEvent', (ctx) => ctx.setEvent('state', 'x')],
])('a zombie whose %s the owner has made hears so, and is stopped at its next record', async (name, write) => {
  const main: Workflow = async (ctx) => {
    await write(ctx);
    await ctx.step('next', () => 1);
  };
  const moments = ['start w', 'suspend executor-1', 'takeover executor-1 by executor-2', 'claim w by executor-2'];
  moments.push('reply claim w#1@executor-2', `land ${name}#1@executor-2`, `land ${name}#1`, 'wake executor-1');
  const script = moments.slice(1).map((choose, index) => ({ after: moments[index]!, choose }));
  const made = await run(main, script, { limits: { executors: 2, suspensionsMax: 1 } });
  expect(moves(made).slice(0, moments.length)).toEqual(moments);
  expect([...eventsOf(made, 'message.sent'), ...eventsOf(made, 'event.set')]).toHaveLength(1);
  const heard = eventsOf(made, 'call.settled').filter(({ attempt }) => attempt === 1);
  expect(heard.map(({ ok }) => ok)).toEqual([true, false]);
  expect(eventsOf(made, 'record.refused')).toMatchObject([{ executor: 'executor-1', position: 1 }]);
});
