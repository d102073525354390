/** Debouncing on the dbos engine: calls that follow each other closely come to one run, with the input of the last. */
import { DBOS, DBOSClient, Debouncer, DebouncerClient, type WorkflowHandle } from '@dbos-inc/dbos-sdk';
import { beforeEach, describe, expect, test } from 'vitest';
import { explore, type Limits, replay } from '../../harness/index.ts';
import { eventsOf, valueOf } from '../harness/support.ts';
import { expectUnderCrashes, type Program, program } from './support.ts';

const PERIOD_MS = 10_000;

/** What the debounced workflow was given, each time it ran. */
const given: string[] = [];
beforeEach(() => void (given.length = 0));

const index = DBOS.registerWorkflow(
  (what: string) => DBOS.runStep(() => Promise.resolve(void given.push(what)), { name: 'index' }),
  { name: 'index' },
);
const other = DBOS.registerWorkflow((what: string) => DBOS.runStep(() => Promise.resolve(what), { name: 'other' }), {
  name: 'other',
});

const debouncer = (debounceTimeoutMs?: number): Debouncer<[string], void> =>
  new Debouncer({ workflow: index, ...(debounceTimeoutMs === undefined ? {} : { debounceTimeoutMs }) });

/** A client that calls again and again, so many milliseconds apart. */
const calling = (whats: readonly string[], apartMs: number, debounceTimeoutMs?: number) => async (): Promise<void> => {
  for (const what of whats) {
    await debouncer(debounceTimeoutMs).debounce('key', PERIOD_MS, what);
    await DBOS.sleep(apartMs);
  }
};

const began = (run: Awaited<ReturnType<typeof replay>>): number[] =>
  eventsOf(run, 'attempt.started').map(({ atMs }) => Math.round(atMs / 1_000));

const tried = (start: () => unknown, limits: Partial<Limits> = {}): Program => program('debounced', start, limits);

describe('a debounced workflow', () => {
  test('runs once, after the last of its calls, with what that was given', async () => {
    const run = await replay(tried(calling(['a', 'b', 'c'], 6_000)), []);
    expect(run.complaints).toEqual([]);
    expect(given).toEqual(['c']);
    expect(began(run)).toEqual([22]);
  });

  test('runs again for calls that come later', async () => {
    const run = await replay(tried(calling(['a', 'b'], 30_000)), []);
    expect(given).toEqual(['a', 'b']);
    expect(began(run)).toEqual([10, 40]);
  });

  test('is put off no longer than its limit', async () => {
    const run = await replay(tried(calling(['a', 'b', 'c', 'd', 'e'], 6_000, 20_000)), []);
    expect(given).toEqual(['d', 'e']);
    expect(began(run)[0]).toBe(20);
  });

  test('is started once for each key', async () => {
    const handles: WorkflowHandle<void>[] = [];
    const start = async (): Promise<void> => {
      for (const key of ['x', 'y', 'x']) handles.push(await debouncer().debounce(key, PERIOD_MS, key));
    };
    await replay(tried(start), []);
    expect(given.toSorted()).toEqual(['x', 'y']);
    expect(handles[2]!.workflowID).toBe(handles[0]!.workflowID);
  });

  test('runs with the input of the last call, whatever is late and whoever crashes', async () => {
    const setup = (): void => void (given.length = 0);
    const start = calling(['a', 'b', 'c'], PERIOD_MS - 2);
    const last = (): void => expect(given).toContain('c');
    const late = { ...tried(start, { executors: 2, crashesMax: 1, skewMs: 500 }), setup };
    expect((await explore({ ...late, check: last }, { seed: 'late', runsMax: 300 })).finding).toBeNull();
    // That there is but one run is a matter of time.
    const once = (): void => expect(given).toEqual(['c']);
    expect((await explore({ ...late, check: once }, { seed: 'late', runsMax: 300 })).finding).not.toBeNull();
  });
});

describe('a client that is no application', () => {
  test('debounces by name, and comes to the run that others put off', async () => {
    const start = async (): Promise<void> => {
      const client = await DBOSClient.create({ systemDatabaseUrl: 'postgresql://theirs' });
      const byName = new DebouncerClient(client, { workflowName: 'index' });
      const first = await byName.debounce('key', PERIOD_MS, 'a');
      const second = await debouncer().debounce('key', PERIOD_MS, 'b');
      const third = await byName.debounce('key', PERIOD_MS, 'c');
      expect([second.workflowID, third.workflowID]).toEqual([first.workflowID, first.workflowID]);
    };
    const run = await replay(tried(start), []);
    expect(run.complaints).toEqual([]);
    expect(given).toEqual(['c']);
  });
});

describe('a key', () => {
  test('that something else holds is refused', async () => {
    const start = async (): Promise<void> => {
      const enqueueOptions = { deduplicationID: '.index-key', delaySeconds: 60 };
      await DBOS.startWorkflow(other, { queueName: '_dbos_internal_queue', workflowID: 'w', enqueueOptions })('x');
      await expect(debouncer().debounce('key', PERIOD_MS, 'x')).rejects.toMatchObject({ dbosErrorCode: 28 });
    };
    const run = await replay(tried(start), []);
    expect(run.complaints).toEqual([]);
  });
});

/** Calls from a workflow, then does something else. */
const caller = DBOS.registerWorkflow(
  async (what: string) => {
    const handle = await debouncer().debounce('key', PERIOD_MS, what);
    await DBOS.runStep(() => Promise.resolve(), { name: 'then' });
    return handle.workflowID;
  },
  { name: 'caller' },
);

describe('a workflow that debounces', () => {
  const start = async (): Promise<void> => {
    const first = await DBOS.startWorkflow(caller, { workflowID: 'first' })('a');
    await first.getResult();
    await DBOS.startWorkflow(caller, { workflowID: 'second' })('b');
  };

  test('comes to the same run when it is recovered, and does not put it off again', async () => {
    const script = [{ after: 'land debounceDelayedWorkflow#2', choose: 'crash executor-1' }];
    const run = await replay(tried(start), script);
    expect(eventsOf(run, 'executor.crashed')).toHaveLength(1);
    expect(given).toEqual(['b']);
    const [first, second] = ['first', 'second'].map((id) => valueOf(run, id));
    expect(second).toBe(first);
    expect(first).toBe('first-1');
  });

  test('raises nothing, whatever crashes', async () => {
    await expectUnderCrashes({ ...tried(start), setup: () => void (given.length = 0) }, 1);
  });
});
