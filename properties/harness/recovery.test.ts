/** What outlives a crash or a cancellation: transactions once, sleeps to the same moment, outcomes as recorded. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EPOCH_MS } from '../../harness/cluster.ts';
import { type Client, explore, type Run, type Workflow } from '../../harness/index.ts';
import {
  crashAfter,
  eventsOf,
  expectUnderCrashes,
  moves,
  type Options,
  run,
  scenarioOf,
  type Tables,
  valueOf,
} from './support.ts';

const messageOf = (error: unknown): string => (error as Error).message;
const append =
  (line: string) =>
  ({ log }: Tables): number =>
    log.push(line);

describe('a transaction', () => {
  const once: Options = {
    check: ({ tables }) => expect(tables.log).toEqual(['debit', 'credit']),
    invariant: ({ tables }) => expect(['', 'debit', 'debit,credit']).toContain(tables.log.join()),
  };

  test('takes effect exactly once and in order, wherever it crashes', async () => {
    const main = (): Workflow => async (ctx) => [
      await ctx.transaction('debit', append('debit')),
      await ctx.transaction('credit', append('credit')),
    ];
    expect(await expectUnderCrashes(main, once)).toBeGreaterThan(20);
  });

  test('is whole: what is committed from a plain step may be there twice, and is caught', async () => {
    const scenario = scenarioOf(
      ({ database }) =>
        async (ctx) => {
          await ctx.step('debit', () => database.commit('debit', append('debit')));
          await ctx.step('credit', () => database.commit('credit', append('credit')));
        },
      once,
    );
    const { finding } = await explore(scenario, { checks: ['check'] });
    expect(finding?.script).toHaveLength(1);
  });

  test('that throws leaves nothing behind but its error, which a replay throws again', async () => {
    const main: Workflow = async (ctx) => {
      const said = await ctx
        .transaction('debit', (tables: Tables) => {
          append('debit')(tables);
          throw new RangeError('overdrawn');
        })
        .catch(messageOf);
      return [said, await ctx.transaction('look', ({ log }: Tables) => log)];
    };
    for (const script of [[], crashAfter('land debit#1'), crashAfter('start w')])
      expect(valueOf(await run(main, script))).toEqual(['overdrawn', []]);
  });

  test('that a zombie makes does not commit', async () => {
    const main: Workflow = async (ctx) => {
      await ctx.step('a', () => 1);
      await ctx.transaction('debit', append('debit'));
    };
    const script = [
      { after: 'reply a#1', choose: 'suspend executor-1' },
      { after: 'suspend executor-1', choose: 'takeover executor-1 by executor-2' },
    ];
    const made = await run(main, script, {
      limits: { executors: 2, suspensionsMax: 1 },
      check: ({ tables }) => expect(tables.log).toEqual(['debit']),
    });
    expect(made.complaints).toEqual([]);
    expect(eventsOf(made, 'record.refused')).toMatchObject([{ executor: 'executor-1', position: 1 }]);
  });
});

describe('a sleep', () => {
  /** Makes time pass in small steps, so that there are moments to crash at: `sleep#1`, `sleep#3`, `sleep#4`, ... */
  const ticker: Workflow = async (ctx) => {
    for (let tick = 0; tick < 10; tick++) await ctx.sleep(4);
  };
  const long: Workflow = (ctx) => ctx.sleep(60_000);
  const beside = (id: 'ticker' | 'long', queued: boolean): Options => ({
    others: () => ({ ticker, long }),
    start: async (client: Client) => {
      await client.start(id, { id, queued });
      await client.start('main', { id: 'w' });
    },
  });
  const sleeper =
    (ms: number): Workflow =>
    async (ctx) => {
      await ctx.sleep(ms);
      await ctx.step('awake', () => undefined);
    };
  /** When the sleeper woke, and when it should have. */
  const woken = (made: Run): { atMs: number; dueMs: number } => {
    const [recorded] = eventsOf(made, 'outcome.recorded').filter(({ workflow }) => workflow === 'w');
    return { atMs: eventsOf(made, 'step.ran')[0]!.atMs, dueMs: Number(recorded!.outcome.text) - EPOCH_MS };
  };

  test('ends at the moment that was recorded, whenever it crashes before', async () => {
    const moment = fc.constantFrom(1, 3, 4, 5, 6, 7, 8);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 200, max: 10_000 }), moment, async (ms, tick) => {
        const made = await run(sleeper(ms), crashAfter(`fire sleep#${tick}`), beside('ticker', false));
        expect(eventsOf(made, 'attempt.started').filter(({ workflow }) => workflow === 'w')).toHaveLength(2);
        const { atMs, dueMs } = woken(made);
        expect(atMs).toBe(dueMs);
      }),
    );
  });

  test('whose moment passes while its executor is down ends at once', async () => {
    const script = [
      { after: 'start long', choose: 'claim long by executor-2' },
      { after: 'reply sleep#1', choose: 'crash executor-1' },
      { after: 'crash executor-1', choose: 'fire sleep#1@executor-2' },
    ];
    const made = await run(sleeper(1_000), script, { ...beside('long', true), limits: { executors: 2 } });
    expect(moves(made).filter((label) => label.startsWith('fire'))).toEqual(['fire sleep#1@executor-2']);
    expect(woken(made).atMs).toBeGreaterThan(60_000);
  });

  test('longer than a timer can be set takes several, and still ends at its moment, crashes or not', async () => {
    for (const script of [[], crashAfter('fire sleep#1')]) {
      const made = await run(sleeper(3 * 2 ** 31), script);
      expect(eventsOf(made, 'move.made').filter(({ kind }) => kind === 'timer').length).toBeGreaterThanOrEqual(3);
      const { atMs, dueMs } = woken(made);
      expect(atMs).toBe(dueMs);
    }
  });

  test('of no time, or less, is none; of no number of milliseconds is refused', async () => {
    const main: Workflow = async (ctx) => {
      await ctx.sleep(0);
      await ctx.sleep(-5);
      return [await ctx.sleep(NaN).catch(messageOf), await ctx.sleep(Infinity).catch(messageOf)];
    };
    const made = await run(main);
    expect(moves(made).filter((label) => label.startsWith('fire'))).toEqual([]);
    expect(eventsOf(made, 'outcome.recorded')).toEqual([]);
    expect(valueOf(made)).toEqual([
      'sleep: not a finite number of milliseconds: NaN',
      'sleep: not a finite number of milliseconds: Infinity',
    ]);
  });
});
