/**
 * What operators, streams and transactional steps come to is the same on the simulated database and on the real one: one
 * story, told on both by the same SDK, and every word of it compared.
 */
import { DBOS, DBOSClient, type GetWorkflowsInput, type WorkflowStatus } from '@dbos-inc/dbos-sdk';
import { runTransactionalInternalStep } from '@dbos-inc/dbos-sdk/internal/dbos';
import { DBOSExecutor } from '@dbos-inc/dbos-sdk/internal/dbos-executor';
import { PGlite } from '@electric-sql/pglite';
import type { Pool } from 'pg';
import { expect, test } from 'vitest';
import { SILENT } from '../../harness/dbos/config.ts';
import { dbos, restore } from '../../harness/dbos/index.ts';
import { pglitePool } from '../../harness/dbos/real/pglite.ts';
import { replay, scenario } from '../../harness/index.ts';

const step = <T>(name: string, value: T): Promise<T> => DBOS.runStep(() => Promise.resolve(value), { name });

/** Positions 0 to 9: a step, an event, a stream, a stream written from a step, the same again, and the ends of both. */
const chapters = DBOS.registerWorkflow(
  async () => {
    for (const chapter of ['one', 'two']) {
      await step(chapter, chapter);
      await DBOS.setEvent('chapter', chapter);
      await DBOS.writeStream('book', chapter);
      await DBOS.runStep(() => DBOS.writeStream('log', chapter), { name: 'log' });
    }
    await DBOS.closeStream('book');
    await DBOS.runStep(() => DBOS.closeStream('log'), { name: 'close' });
    return 'written';
  },
  { name: 'storyChapters' },
);
const child = DBOS.registerWorkflow((which: string) => step('child', which), { name: 'storyChild' });
const parent = DBOS.registerWorkflow(
  async () => {
    const heard = await (await DBOS.startWorkflow(child)('x')).getResult();
    return [heard, await step('then', 1)];
  },
  { name: 'storyParent' },
);
const receiver = DBOS.registerWorkflow(
  async () => [await DBOS.recv('t', { timeoutSeconds: 0.1 }), await DBOS.recv('t', { timeoutSeconds: 0.1 })],
  { name: 'storyReceiver' },
);
const idle = DBOS.registerWorkflow(() => DBOS.recv('never', { timeoutSeconds: 3600 }), { name: 'storyIdle' });
const reader = DBOS.registerWorkflow(
  async () => {
    const read: unknown[] = [];
    for await (const value of DBOS.readStream('w', 'book')) read.push(value);
    read.push(await DBOS.readStreamOffset('w', 'book', 1));
    const late = DBOS.readStreamOffset('w', 'book', 9, { timeoutSeconds: 1 });
    return [...read, await late.catch(({ message }: Error) => message)];
  },
  { name: 'storyReader' },
);
const transacting = DBOS.registerWorkflow(
  async () => {
    const done = await runTransactionalInternalStep(() => Promise.resolve('done'), 'DBOS.test');
    const failing = runTransactionalInternalStep(() => Promise.reject(new Error('no')), 'DBOS.test');
    const failed = await failing.catch(({ message }: Error) => message);
    const lost = await DBOS.send('nobody', 'x').catch(said);
    const fork = await DBOS.forkWorkflow('w', 2, { newWorkflowID: 'inner' });
    return [done, failed, lost, await fork.getResult()];
  },
  { name: 'storyTransacting' },
);

/** What an error says: the class of an error of the database is its driver's own. */
function said(error: unknown): unknown {
  const { message, code, dbosErrorCode } = error as { message: string; code?: string; dbosErrorCode?: number };
  return { message, code, dbosErrorCode, class: code === undefined ? (error as Error).constructor.name : 'driver' };
}

const TIMES = ['createdAt', 'updatedAt', 'completedAt', 'dequeuedAt', 'deadlineEpochMS', 'executorId'] as const;

/** A status without what differs between any two runs; that a column is set does not. */
function shown(status: WorkflowStatus | null): unknown {
  if (status === null) return null;
  const times = TIMES.filter((key) => status[key] !== undefined && status[key] !== null).map((key) => [key, 'set']);
  return { ...status, ...Object.fromEntries(times) };
}

const stepsOf = async (id: string): Promise<unknown> =>
  (await DBOS.listWorkflowSteps(id))?.map(({ functionID, name, output, error, childWorkflowID }) => {
    return [functionID, name, name === 'DBOS.sleep' ? 'a time' : output, error?.message, childWorkflowID];
  });

const streamOf = async (id: string, key: string): Promise<unknown[]> => {
  const values: unknown[] = [];
  for await (const value of DBOS.readStream(id, key)) values.push(value);
  return values;
};

const eventOf = (id: string): Promise<unknown> => DBOS.getEvent(id, 'chapter', { timeoutSeconds: 0 });

const FILTERS: readonly GetWorkflowsInput[] = [
  ...[{}, { attributes: { a: {} } }, { attributes: { t: [{ y: 1 }] } }, { attributes: { t: 'x' } }],
  ...[
    { workflow_id_prefix: 'f_' },
    { workflow_id_prefix: String.raw`f\_` },
    { hasParent: true },
    { wasForkedFrom: true },
  ],
  ...[{ isFork: true, limit: 2, offset: 1, sortDesc: true }, { loadInput: false }, { loadOutput: false }],
  ...[{ queuesOnly: true }, { status: 'CANCELLED' as const }, { workflowIDs: ['w', 'p'] }],
];

type Tell = (...what: unknown[]) => void;

async function forks(tell: Tell): Promise<void> {
  for (const position of [0, 1, 3, 4, 6, 9, 12]) {
    const options = { newWorkflowID: `f${position}`, timeoutMS: 50_000, applicationVersion: 'other' };
    const fork = await DBOS.forkWorkflow('w', position, options);
    tell('fork', shown(await fork.getStatus()), await stepsOf(fork.workflowID), await eventOf(fork.workflowID));
    await DBOS.cancelWorkflow(fork.workflowID);
    tell('cancelled', shown(await fork.getStatus()));
    tell(await streamOf(fork.workflowID, 'book'), await streamOf(fork.workflowID, 'log'));
  }
  tell(await DBOS.forkWorkflow('w', 0, { newWorkflowID: 'w' }).catch(said));
  tell(await DBOS.forkWorkflow('nobody', 0).catch(said));
}

async function rewinds(tell: Tell): Promise<void> {
  for (const startStep of [9, 7, 4, 1, 0]) {
    const options = { startStep, applicationVersion: 'other', queueName: 'queue', queuePartitionKey: 'part' };
    const rewound = await DBOS.rewindWorkflow('w', options);
    tell('rewound', shown(await rewound.getStatus()), await stepsOf('w'), await eventOf('w'));
    await DBOS.cancelWorkflow('w');
    tell(shown(await rewound.getStatus()), await streamOf('w', 'book'), await streamOf('w', 'log'));
  }
  const again = await DBOS.rewindWorkflow('w', { applicationVersion: DBOS.applicationVersion });
  tell(await again.getResult(), await stepsOf('w'), await streamOf('w', 'book'), await streamOf('w', 'log'));
  const received = await DBOS.startWorkflow(receiver, { workflowID: 'r' })();
  for (const message of ['a', 'b', 'c']) await DBOS.send('r', message, 't');
  tell(await received.getResult(), await stepsOf('r'));
  tell(await (await DBOS.rewindWorkflow('r', { startStep: 2 })).getResult());
  await DBOS.startWorkflow(idle, { workflowID: 'idle' })();
  tell(await DBOS.rewindWorkflow('idle').catch(said), await DBOS.rewindWorkflow('nobody').catch(said));
  tell(await DBOS.rewindWorkflow('idle', { startStep: -1 }).catch(said));
}

async function deletions(tell: Tell): Promise<void> {
  await DBOS.deleteWorkflow('idle');
  tell(await DBOS.retrieveWorkflow('idle').getStatus(), await DBOS.send('idle', 1).catch(said));
  tell(await streamOf('idle', 'book').catch(said), await stepsOf('idle'), await eventOf('idle'));
  await DBOS.deleteWorkflows(['p'], true);
  tell((await DBOS.listWorkflows({ workflow_id_prefix: 'p' })).length);
}

async function versions(tell: Tell): Promise<void> {
  const { systemDatabase } = DBOSExecutor.globalInstance!;
  await systemDatabase.createApplicationVersion('v9', 'another');
  tell(await systemDatabase.createApplicationVersion('v9').catch(said));
  tell(await DBOS.setLatestApplicationVersion('v9').catch(said));
  await systemDatabase.updateApplicationVersionTimestamp('nobody', 5);
  tell((await DBOS.listApplicationVersions()).map(({ versionName }) => versionName));
}

async function story(pool: Pool | undefined): Promise<unknown> {
  const told: unknown[] = [];
  const tell: Tell = (...what) => void told.push(what);
  const workflowAttributes = { a: { b: 1 }, t: ['x', { y: 1 }] };
  await (await DBOS.startWorkflow(chapters, { workflowID: 'w', workflowAttributes })()).getResult();
  tell(await stepsOf('w'));
  await forks(tell);
  await rewinds(tell);
  await (await DBOS.startWorkflow(parent, { workflowID: 'p' })()).getResult();
  const other = { newWorkflowID: 'fp', replacementChildren: { 'p-0': 'w' } };
  tell(await (await DBOS.forkWorkflow('p', 1, other)).getResult(), await stepsOf('fp'));
  tell(await (await DBOS.startWorkflow(reader, { workflowID: 'reader' })()).getResult(), await stepsOf('reader'));
  tell(await (await DBOS.startWorkflow(transacting, { workflowID: 'x' })()).getResult(), await stepsOf('x'));
  for (const filter of FILTERS) tell(filter, (await DBOS.listWorkflows({ ...filter })).map(shown));
  for (const none of [{ workflowIDs: [] }, { status: [] }, { workflow_id_prefix: [] }])
    tell(await DBOS.listWorkflows(none).catch(said));
  tell(await DBOS.resumeWorkflows(['w', 'nobody', 'nowhere']).catch(said));
  await deletions(tell);
  await versions(tell);
  const systemDatabaseUrl = 'postgresql://simulated@127.0.0.1:1/simulated';
  const client = await DBOSClient.create({ systemDatabaseUrl, ...(pool && { systemDatabasePool: pool }) });
  tell((await client.listWorkflowSteps('x'))?.length, (await client.getWorkflow('w'))?.status);
  return JSON.parse(JSON.stringify(told));
}

test('one story comes to the same on both', { timeout: 240_000 }, async () => {
  let simulated: unknown;
  const start = async (): Promise<void> => void (simulated = await story(undefined));
  const run = await replay(scenario({ name: 'story', engine: dbos(), start }), []);
  expect([run.ending, run.complaints]).toEqual([{ how: 'finished' }, []]);
  restore();
  const database = await PGlite.create();
  const pool = pglitePool(database);
  DBOS.setConfig({
    name: 'simulated',
    applicationVersion: 'v1',
    systemDatabaseUrl: 'postgresql://simulated@127.0.0.1:1/simulated',
    systemDatabasePool: pool,
    logger: SILENT,
  });
  await DBOS.launch();
  // What it asks every second would be most of the time.
  Object.assign(DBOSExecutor.globalInstance!.systemDatabase, { dbPollingIntervalResultMs: 10 });
  const real = await story(pool);
  await DBOS.shutdown();
  await database.close();
  expect(simulated).toEqual(real);
});
