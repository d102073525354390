/** The SDK's client for other programs, and its entry for event receivers, used by simulated code. */
import { DBOS, DBOSClient } from '@dbos-inc/dbos-sdk';
import { registerInternalQueue, registerPollerQueue } from '@dbos-inc/dbos-sdk/eventreceiver';
import { describe, expect, test } from 'vitest';
import { replay } from '../../harness/index.ts';
import { ended, valueOf } from '../harness/support.ts';
import { expectUnderCrashes, program, type Program } from './support.ts';

// As the packages of event receivers do, when they are loaded.
registerInternalQueue('inbox');
registerPollerQueue('fed');

const greet = DBOS.registerWorkflow(
  async (whom: string) => {
    await DBOS.setEvent('greeted', whom);
    const answer = await DBOS.recv<string>('answer', 3_600);
    return `hello ${whom}: ${answer}`;
  },
  { name: 'greet' },
);
void greet;

const connect = (): Promise<DBOSClient> =>
  DBOSClient.create({ systemDatabaseUrl: 'postgresql://ours@127.0.0.1:1/ours' });

const options = { workflowName: 'greet', queueName: 'queue', workflowID: 'w' };

const conversation = (told: unknown[] = []): Program =>
  program('conversation', async () => {
    const client = await connect();
    await client.registerQueue('queue', {});
    const handle = await client.enqueue(options, 'world');
    told.push(await client.getEvent('w', 'greeted', 3_600));
    await client.send('w', 'hi', 'answer', 'key');
    told.push(await handle.getResult(), (await handle.getStatus())?.status);
    told.push((await client.listWorkflows({})).map(({ workflowID }) => workflowID));
    told.push((await client.listWorkflowSteps('w'))?.map(({ name }) => name));
    await client.destroy();
  });

describe('a DBOSClient', () => {
  test('enqueues, sends, asks and waits', async () => {
    const told: unknown[] = [];
    const run = await replay(conversation(told), []);
    expect(run.complaints).toEqual([]);
    expect(valueOf(run)).toBe('hello world: hi');
    const steps = ['DBOS.setEvent', 'DBOS.recv', 'DBOS.sleep'];
    expect(told).toEqual(['world', 'hello world: hi', 'SUCCESS', ['w'], steps]);
  });

  test('is served whatever crashes', async () => {
    await expectUnderCrashes(conversation(), 1);
  });

  test('cancels and resumes', async () => {
    const start = async (): Promise<void> => {
      const client = await connect();
      await client.registerQueue('queue', {});
      const handle = await client.enqueue(options, 'world');
      await client.cancelWorkflow('w');
      await expect(handle.getResult()).rejects.toMatchObject({ dbosErrorCode: 27 });
      await client.resumeWorkflow('w');
      await client.send('w', 'hi', 'answer');
      await client.retrieveWorkflow('w').getResult();
    };
    const run = await replay(program('cancels', start), []);
    expect(run.complaints).toEqual([]);
    expect(valueOf(run)).toBe('hello world: hi');
  });

  test('records nothing, also where a workflow uses one', async () => {
    const run = await replay(
      program('inside', () => DBOS.startWorkflow(asking, { workflowID: 'a' })()),
      [],
    );
    expect(ended(run, 'a')).toEqual({ status: 'SUCCESS', value: [0, 'DBOS.now'] });
  });

  test('cannot share a transaction of the user: that is said by name', async () => {
    const start = async (): Promise<void> => {
      const client = await connect();
      await expect(client.enqueueInTransaction({} as never, options, 'world')).rejects.toThrow(
        /^not simulated: .*transaction/,
      );
    };
    expect((await replay(program('transaction', start), [])).complaints).toEqual([]);
  });
});

const asking = DBOS.registerWorkflow(
  async () => {
    const client = await connect();
    const found = (await client.listWorkflows({ workflowName: 'greet' })).length;
    await DBOS.now();
    return [found, (await client.listWorkflowSteps('a'))?.[0]?.name];
  },
  { name: 'asking' },
);

const received = DBOS.registerWorkflow(async (what: string) => DBOS.runStep(async () => what, { name: 'receive' }), {
  name: 'received',
});

describe('queues that packages register when they are loaded', () => {
  test('are those of every process, whatever crashes', async () => {
    const start = (): unknown => DBOS.startWorkflow(received, { workflowID: 'w', queueName: 'inbox' })('it');
    expect(valueOf(await replay(program('inbox', start), []))).toBe('it');
    await expectUnderCrashes(program('inbox', start), 1);
  });

  test('are listened to, also by who listens to others only', async () => {
    const theirs = { name: 'theirs', systemDatabaseUrl: 'postgresql://theirs' };
    DBOS.setConfig({ ...theirs, listenQueues: ['others'] });
    const start = async (): Promise<void> => {
      for (const queueName of ['fed', 'unheard']) {
        await DBOS.registerQueue(queueName, {});
        await DBOS.startWorkflow(received, { workflowID: queueName, queueName })(queueName);
      }
    };
    const run = await replay(program('fed', start), []);
    DBOS.setConfig(theirs);
    expect(valueOf(run, 'fed')).toBe('fed');
    expect(run.results['unheard']?.status).toBe('ENQUEUED');
  });
});
