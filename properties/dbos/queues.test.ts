/** Queues of the SDK on the dbos engine: every limit holds in every run there is time for, and less would not. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { enqueueWorkflows, prepareEnqueuedWorkflow } from '@dbos-inc/dbos-sdk/eventreceiver';
import { afterEach, describe, expect, test } from 'vitest';
import type { Rows } from '../../harness/dbos/index.ts';
import { explore, type Finding, type Limits, replay } from '../../harness/index.ts';
import { eventsOf, valueOf } from '../harness/support.ts';
import { filled, job, QUEUE, runningIn } from './crowds.ts';
import { program } from './support.ts';

const LIMITS = { executors: 2, crashesMax: 1 };
const JOBS = ['a', 'b', 'c', 'd'];

/** Looks for a run in which `law` does not hold after some move. */
async function broken(
  start: () => unknown,
  law: (tables: Rows) => void,
  limits: Partial<Limits> = LIMITS,
): Promise<Finding | null> {
  const tried = {
    ...program('queue', start, limits),
    invariant: ({ tables }: { readonly tables: Rows }) => law(tables),
  };
  const { finding } = await explore(tried, { seed: 'queue', runsMax: 300 });
  return finding;
}

const atMost =
  (most: number, partitions: readonly (string | undefined)[] = [undefined]) =>
  (tables: Rows): void => {
    for (const partition of partitions) expect(runningIn(tables, partition).length).toBeLessThanOrEqual(most);
  };

const partitioned = (which: string): { readonly queuePartitionKey: string } => ({
  queuePartitionKey: which < 'c' ? 'left' : 'right',
});

describe('a queue never runs more than', () => {
  test('its concurrency, whichever executors crash', async () => {
    expect(await broken(filled({ globalConcurrency: 2 }, JOBS), atMost(2))).toBeNull();
    // What a single worker may run is another matter.
    expect(await broken(filled({ workerConcurrency: 2 }, JOBS), atMost(2))).not.toBeNull();
  });

  test('its concurrency on each worker', async () => {
    const each = (tables: Rows): void => {
      for (const id of ['executor-1', 'executor-2']) {
        const running = runningIn(tables).filter((one) => tables.workflows.get(one)!.status.executorId === id);
        expect(running.length).toBeLessThanOrEqual(1);
      }
    };
    const alive = { executors: 2, crashesMax: 0 };
    expect(await broken(filled({ workerConcurrency: 1 }, JOBS), each, alive)).toBeNull();
    expect(await broken(filled({ globalConcurrency: 2 }, JOBS), each, alive)).not.toBeNull();
  });

  test.each([
    ['which are all claimed in one sweep', {}],
    ['which share a concurrency', { globalConcurrency: 2 }],
    ['which share a rate', { rateLimit: { limitPerPeriod: 2, periodSec: 60 } }],
  ])('one at once in each of its partitions, %s', async (_how, shared) => {
    const law = atMost(1, ['left', 'right']);
    expect(await broken(filled({ ...shared, partitionConcurrency: 1 }, JOBS, partitioned), law)).toBeNull();
    const perWorker = { ...shared, partitionWorkerConcurrency: 1 };
    expect(await broken(filled(perWorker, JOBS, partitioned), law)).not.toBeNull();
  });
});

describe('partitions', () => {
  test('are drained, whatever limits they share', async () => {
    for (const params of [
      { partitionConcurrency: 1 },
      { partitionConcurrency: 1, workerConcurrency: 1 },
      { partitionConcurrency: 1, globalConcurrency: 1 },
      { partitionWorkerConcurrency: 1 },
      { partitionRateLimit: { limitPerPeriod: 1, periodSec: 60 } },
    ]) {
      const run = await replay(program('drained', filled(params, JOBS, partitioned), LIMITS), []);
      expect(JOBS.map((id) => valueOf(run, id))).toEqual(JOBS);
    }
  });

  test('have a rate of their own', async () => {
    const params = { partitionRateLimit: { limitPerPeriod: 1, periodSec: 60 } };
    const run = await replay(program('rates', filled(params, JOBS, partitioned)), []);
    const [a, b, c, d] = JOBS.map((id) => beganAt(run, id));
    expect(b! - a!).toBeGreaterThanOrEqual(60_000);
    expect(c! - a!).toBeLessThan(1_000);
    expect(d! - c!).toBeGreaterThanOrEqual(60_000);
  });
});

const beganAt = (run: Awaited<ReturnType<typeof replay>>, id: string): number =>
  eventsOf(run, 'attempt.started').find(({ workflow }) => workflow === id)!.atMs;

describe('what is claimed first', () => {
  test('is what is more urgent, then what is older; and urgency can be changed', async () => {
    const order = async (change: () => unknown): Promise<string[]> => {
      const start = async (): Promise<void> => {
        await filled({ globalConcurrency: 1 }, ['busy'])();
        await filled({ globalConcurrency: 1 }, JOBS, (which) => ({ priority: which === 'd' ? 1 : 2 }))();
        await change();
      };
      const run = await replay(program('order', start), []);
      return eventsOf(run, 'attempt.started').map(({ workflow }) => workflow);
    };
    expect(await order(() => undefined)).toEqual(['busy', 'd', 'a', 'b', 'c']);
    expect(await order(() => DBOS.setWorkflowPriority('c', 0))).toEqual(['busy', 'c', 'd', 'a', 'b']);
  });

  test('of a batch, is what came first in its partition; what is there already is skipped', async () => {
    const skipped: number[] = [];
    const start = async (): Promise<void> => {
      await DBOS.registerQueue(QUEUE, { partitionConcurrency: 1 });
      const options = (workflowID: string): { workflowID: string; queueName: string; queuePartitionKey: string } => ({
        workflowID,
        queueName: QUEUE,
        queuePartitionKey: 'one',
      });
      const batch = async (ids: readonly string[]): Promise<void> => {
        const rows = await Promise.all(ids.map((id) => prepareEnqueuedWorkflow(job, [id], options(id))));
        skipped.push(ids.length - (await enqueueWorkflows(rows)).size);
      };
      await batch(['z', 'y', 'x']);
      await batch(['x', 'w']);
    };
    const run = await replay(program('batch', start), []);
    expect(run.complaints).toEqual([]);
    expect(eventsOf(run, 'attempt.started').map(({ workflow }) => workflow)).toEqual(['z', 'y', 'x', 'w']);
    expect(skipped).toEqual([0, 1]);
  });
});

describe('limits', () => {
  test('can be changed while work is waiting, and are known to whoever asks', async () => {
    const known: unknown[] = [];
    const start = async (): Promise<void> => {
      await filled({ globalConcurrency: 2, rateLimit: { limitPerPeriod: 1, periodSec: 3600 } }, JOBS)();
      const queue = (await DBOS.retrieveQueue(QUEUE))!;
      await queue.setRateLimit(undefined);
      await queue.setGlobalConcurrency(1);
      await expect(queue.setWorkerConcurrency(2)).rejects.toThrow('less than or equal to concurrency');
      await queue.setPartitionConcurrency(undefined);
      known.push(await queue.getGlobalConcurrency(), await queue.getRateLimit());
      known.push((await DBOS.listQueues()).map(({ name }) => name));
    };
    const run = await replay(program('changed', start), []);
    expect(run.complaints).toEqual([]);
    expect(known).toEqual([1, undefined, [QUEUE]]);
    expect(beganAt(run, 'd')).toBeLessThan(60_000);
  });

  test('are not found in a queue that is deleted, and nobody claims from it: the run says what waits', async () => {
    const start = async (): Promise<void> => {
      await filled({ globalConcurrency: 1 }, ['a', 'b'])();
      await DBOS.deleteQueue(QUEUE);
      expect(await DBOS.retrieveQueue(QUEUE)).toBeNull();
    };
    const script = [{ after: 'start b', choose: `delete queue ${QUEUE}` }];
    const { ending } = await replay(program('deleted', start), script);
    expect(ending).toMatchObject({ how: 'stuck', because: expect.stringMatching(/workflow b waits for claim jobs/) });
  });
});

describe('an executor', () => {
  afterEach(() => DBOS.setConfig(undefined as never));

  test('polls the queues it is told to listen to, and no others', async () => {
    const start = async (): Promise<void> => {
      await DBOS.registerQueue('other', {});
      await filled({}, ['a'])();
      await DBOS.startWorkflow(job, { workflowID: 'b', queueName: 'other' })('b');
    };
    const config = { name: 'theirs', systemDatabaseUrl: 'postgresql://theirs' };
    DBOS.setConfig({ ...config, listenQueues: [QUEUE] });
    const { ending, results } = await replay(program('listens', start), []);
    expect(results['a']?.status).toBe('SUCCESS');
    expect(ending).toMatchObject({ how: 'stuck', because: expect.stringMatching(/workflow b waits for claim other/) });
  });
});
