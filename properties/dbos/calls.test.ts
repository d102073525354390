/** Durable calls of the SDK, one by one, on the dbos engine: what they do, and that no crash changes it. */
import { DBOS, DBOSClient } from '@dbos-inc/dbos-sdk';
import { beforeEach, describe, expect, test } from 'vitest';
import { explore, replay } from '../../harness/index.ts';
import { ended, eventsOf, valueOf } from '../harness/support.ts';
import {
  attempts,
  clockReader,
  crowd,
  fragile,
  lost,
  parent,
  patched,
  receiver,
  retried,
  sender,
  sleeper,
  slow,
  slowParent,
  task,
} from './programs.ts';
import { expectUnderCrashes, of, program } from './support.ts';

const HOUR_MS = 3_600_000;

beforeEach(() => {
  attempts.length = 0;
  crowd.now = crowd.most = 0;
});

describe('steps', () => {
  test('are tried again, on simulated time', async () => {
    const run = await replay(of(retried), []);
    expect(valueOf(run)).toBe('at last');
    expect(attempts).toEqual([1, 2, 3]);
    expect(eventsOf(run, 'step.ran').map(({ tryNumber }) => tryNumber)).toEqual([1, 2, 3]);
    expect(run.history.at(-1)!.atMs).toBeGreaterThan(180_000);
  });
});

describe('time', () => {
  test('a sleep lasts as long as it should, also when a crash interrupts it', async () => {
    const run = await replay(of(sleeper), []);
    expect(valueOf(run)).toBeGreaterThanOrEqual(24 * HOUR_MS);
    expect(valueOf(run)).toBeLessThan(24 * HOUR_MS + 100);
    await expectUnderCrashes(of(sleeper), 1);
  });

  test('a workflow that is too slow is cancelled at its deadline', async () => {
    const start = (): unknown => DBOS.startWorkflow(slow, { workflowID: 'w', timeoutMS: 1_000 })();
    const run = await replay(program('timeout', start), []);
    expect(ended(run)).toEqual({ status: 'CANCELLED' });
    expect(eventsOf(run, 'workflow.ended')[0]!.atMs).toBeLessThan(1_100);
  });

  test('a body that reads the clock is found', async () => {
    const { finding } = await explore(of(clockReader), { seed: 'clock' });
    expect(finding?.violations.map(({ check }) => check)).toContain('ambient');
  });
});

describe('messages', () => {
  const start = async (): Promise<void> => {
    await DBOS.startWorkflow(receiver, { workflowID: 'r' })();
    await DBOS.startWorkflow(sender, { workflowID: 's' })('r');
  };

  test('arrive once and in order, and events are seen', async () => {
    const run = await replay(program('messages', start), []);
    expect(valueOf(run, 'r')).toEqual(['one', 'two']);
    expect(valueOf(run, 's')).toBe('one');
    await expectUnderCrashes(program('messages', start), 1);
  });

  test('are waited for until the deadline, and no longer', async () => {
    const run = await replay(of(receiver), []);
    expect(valueOf(run)).toEqual([null, null]);
    expect(run.history.at(-1)!.atMs).toBeGreaterThan(2 * HOUR_MS);
  });

  test('come from the client, too', async () => {
    const client = async (): Promise<void> => {
      await DBOS.startWorkflow(receiver, { workflowID: 'r' })();
      await DBOS.send('r', 'first', 'topic');
      expect(await DBOS.getEvent('r', 'first')).toBe('first');
      await DBOS.send('r', 'second', 'topic');
    };
    expect(valueOf(await replay(program('client', client), []), 'r')).toEqual(['first', 'second']);
  });

  test('to nobody fail with error 16, and fail the same way when they are replayed', async () => {
    const run = await replay(of(lost), []);
    expect(JSON.parse(run.results['w']!.outcome!.text)).toMatchObject({ dbosErrorCode: 16 });
    await expectUnderCrashes(of(lost), 1);
  });
});

describe('children', () => {
  test('called directly or awaited by their id, return to their parent whatever crashes', async () => {
    expect(valueOf(await replay(of(parent), []))).toEqual(['x123', 'y123']);
    await expectUnderCrashes(of(parent), 1);
  });
});

describe('queues', () => {
  const enqueue =
    (params: object, options: object = {}) =>
    async (): Promise<void> => {
      await DBOS.registerQueue('tasks', params);
      for (const which of ['a', 'b', 'c'])
        await DBOS.startWorkflow(task, { workflowID: which, queueName: 'tasks', ...options })(which);
    };

  test('run everything that is put into them', async () => {
    const run = await replay(program('queue', enqueue({})), []);
    expect(['a', 'b', 'c'].map((id) => valueOf(run, id))).toEqual(['a', 'b', 'c']);
    await expectUnderCrashes(program('queue', enqueue({})), 1);
  });

  test('keep to their concurrency, on any number of executors', async () => {
    const setup = (): void => void (crowd.now = crowd.most = 0);
    const check = (): void => expect(crowd.most).toBe(1);
    const limits = { executors: 2, crashesMax: 0 };
    const tried = { ...program('one at a time', enqueue({ globalConcurrency: 1 }), limits), setup, check };
    const { finding } = await explore(tried, { seed: 'queue', runsMax: 200 });
    expect(finding?.violations ?? []).toEqual([]);
  });

  test('hold one workflow for each deduplication id, until it has ended', async () => {
    const ids: string[] = [];
    const start = async (): Promise<void> => {
      await DBOS.registerQueue('tasks', {});
      const queued = (workflowID: string) =>
        DBOS.startWorkflow(task, { workflowID, queueName: 'tasks', enqueueOptions: { deduplicationID: 'one' } })('x');
      const first = await queued('first');
      await expect(queued('second')).rejects.toMatchObject({ dbosErrorCode: 28 });
      await first.getResult();
      ids.push((await queued('third')).workflowID);
    };
    const run = await replay(program('deduplicated', start), []);
    expect(run.complaints).toEqual([]);
    expect(Object.keys(run.results)).toEqual(['first', 'third']);
    expect(ids).toEqual(['third']);
  });

  test('hold back what is delayed', async () => {
    const start = enqueue({}, { enqueueOptions: { delaySeconds: 3600 } });
    const run = await replay(program('delayed', start), []);
    expect(valueOf(run, 'a')).toBe('a');
    expect(eventsOf(run, 'attempt.started')[0]!.atMs).toBeGreaterThanOrEqual(HOUR_MS);
  });
});

describe('a client', () => {
  test('cancels and resumes', async () => {
    const start = async (): Promise<void> => {
      await DBOS.startWorkflow(slow, { workflowID: 'w' })();
      await DBOS.cancelWorkflow('w');
      await DBOS.resumeWorkflow('w');
    };
    expect(valueOf(await replay(program('resume', start), []))).toBe('done');
  });

  test('cancels a workflow with its children', async () => {
    const start = async (): Promise<void> => {
      await DBOS.startWorkflow(slowParent, { workflowID: 'w' })();
      while ((await DBOS.listWorkflows({})).length < 2);
      await DBOS.cancelWorkflow('w', { cancelChildren: true });
    };
    const run = await replay(program('cascade', start), []);
    expect(Object.values(run.results).map(({ status }) => status)).toEqual(['CANCELLED', 'CANCELLED']);
  });

  test('lists workflows by name, status and queue', async () => {
    let listed: string[] = [];
    const start = async (): Promise<void> => {
      for (const id of ['a', 'b']) await (await DBOS.startWorkflow(task, { workflowID: id })(id)).getResult();
      await DBOS.startWorkflow(slow, { workflowID: 'c' })();
      const done = await DBOS.listWorkflows({ workflowName: 'task', status: 'SUCCESS', sortDesc: true });
      listed = done.map(({ workflowID, output }) => `${workflowID}=${String(output)}`);
    };
    await replay(program('list', start), []);
    expect(listed).toEqual(['b=b', 'a=a']);
  });

  test('asks for the status of a workflow', async () => {
    const seen: (string | undefined)[] = [];
    const start = async (): Promise<void> => {
      const handle = await DBOS.startWorkflow(slow, { workflowID: 'w' })();
      seen.push((await handle.getStatus())?.status);
      await handle.getResult();
      seen.push((await handle.getStatus())?.status);
    };
    await replay(program('status', start), []);
    expect(seen).toEqual(['PENDING', 'SUCCESS']);
  });
});

describe('recovery', () => {
  test('is given up after as many attempts as the workflow allows', async () => {
    const crash = { after: 'start w', choose: 'crash executor-1' };
    const script = [
      crash,
      ...[2, 3].map((count) => ({
        after: `reply claim _dbos_internal_queue#${count - 1}`,
        choose: `crash executor-1#${count}`,
      })),
    ];
    const run = await replay(of(fragile, { crashesMax: 3 }), script);
    expect(ended(run)).toEqual({ status: 'MAX_RECOVERY_ATTEMPTS_EXCEEDED' });
  });
});

describe('patches', () => {
  test('are taken by new workflows, and recorded', async () => {
    DBOS.setConfig({ name: 'theirs', systemDatabaseUrl: 'postgresql://theirs', enablePatching: true });
    expect(valueOf(await replay(of(patched), []))).toBe('new');
    await expectUnderCrashes(of(patched), 1);
  });
});

describe('what is not simulated', () => {
  test('says so by name, where it is called, and what to do instead', async () => {
    const start = async (): Promise<void> => {
      const client = await DBOSClient.create({ systemDatabaseUrl: 'postgresql://theirs' });
      await expect(client.renameApplication('old', 'new')).rejects.toThrow(
        'not simulated: renameApplication; give the scenario its application under one name',
      );
      await expect(client.sendInTransaction({} as never, 'w', 'hello')).rejects.toThrow(
        'not simulated: DBOSClient.sendInTransaction; use DBOSClient.send',
      );
      await expect(
        client.enqueueInTransaction({} as never, { workflowName: 'task', queueName: 'tasks' }),
      ).rejects.toThrow('not simulated: DBOSClient.enqueueInTransaction; use DBOSClient.enqueue');
    };
    expect((await replay(program('refused', start), [])).complaints).toEqual([]);
  });
});
