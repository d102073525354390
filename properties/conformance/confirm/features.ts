/** Programs for what the stories do not touch: time that passes in the database, streams, transactions of the SDK, clocks that differ. */
import { DBOS, Debouncer } from '@dbos-inc/dbos-sdk';
import { dbos, MemoryDataSource } from '../../../harness/dbos/index.ts';
import { type Limits, scenario } from '../../../harness/index.ts';
import type { Program } from '../../dbos/support.ts';

const feature = (name: string, start: () => unknown, limits: Partial<Limits> = {}): Program =>
  scenario({ name, engine: dbos(), start, limits: { crashesMax: 1, ...limits } });

const step = <T>(name: string, value: T): Promise<T> => DBOS.runStep(() => Promise.resolve(value), { name });

const task = DBOS.registerWorkflow((what: string) => step('task', what), { name: 'featureTask' });

const slow = DBOS.registerWorkflow(
  async () => {
    await DBOS.sleep(60_000);
    return step('late', 'late');
  },
  { name: 'featureSlow' },
);

const statusOf = DBOS.registerWorkflow(
  async (of: string) => {
    const asked = await step('first', of);
    const status = await DBOS.getWorkflowStatus(asked);
    return [status?.status, status?.deadlineEpochMS, status?.timeoutMS];
  },
  { name: 'featureStatus' },
);

const queued = (workflowID: string, delaySeconds?: number) =>
  DBOS.startWorkflow(task, {
    workflowID,
    queueName: 'tasks',
    enqueueOptions: delaySeconds === undefined ? {} : { delaySeconds },
  })(workflowID);

/** A rate limit lets go, a deadline begins and passes, by the clock of the database. */
const timely: readonly Program[] = [
  feature('delayed', async () => {
    await DBOS.registerQueue('tasks', {});
    await queued('late', 60);
    await queued('soon', 5);
  }),
  feature('rate-limited', async () => {
    await DBOS.registerQueue('tasks', { rateLimit: { limitPerPeriod: 2, periodSec: 60 } });
    for (const id of ['a', 'b', 'c', 'd', 'e']) await queued(id);
  }),
  feature(
    'timed-out-by-another-clock',
    async () => {
      await DBOS.registerQueue('tasks', {});
      await DBOS.startWorkflow(slow, { workflowID: 'slow', queueName: 'tasks', timeoutMS: 10_000 })();
      await DBOS.startWorkflow(statusOf, { workflowID: 'asks' })('slow');
    },
    { databaseSkewMs: 1_500, skewMs: 4_000, executors: 2 },
  ),
  feature('debounced', async () => {
    for (const what of ['a', 'b', 'c']) {
      await new Debouncer({ workflow: task }).debounce('key', 10_000, what);
      await DBOS.sleep(6_000);
    }
  }),
];

const scheduled = DBOS.registerWorkflow(
  async (at: Date, _context: unknown) => void (await step('report', at.toISOString())),
  {
    name: 'featureScheduled',
  },
);

/** Each of these is a transaction of the SDK's around code that it hands over. */
const planner = DBOS.registerWorkflow(
  async () => {
    await DBOS.createSchedule({ scheduleName: 's', workflowFn: scheduled, schedule: '* * * * *', context: null });
    const twice = DBOS.createSchedule({
      scheduleName: 's',
      workflowFn: scheduled,
      schedule: '* * * * *',
      context: null,
    });
    const refused = await twice.catch((error: Error) => error.message);
    await DBOS.sleep(150_000);
    await DBOS.pauseSchedule('s');
    const names = (await DBOS.listSchedules()).map(({ scheduleName, status }) => `${scheduleName} ${status}`);
    await DBOS.deleteSchedule('s');
    return [refused, names];
  },
  { name: 'featurePlanner' },
);

const writer = DBOS.registerWorkflow(
  async () => {
    for (let value = 0; value < 3; value++) await DBOS.writeStream('numbers', await step('number', value));
    await DBOS.closeStream('numbers');
  },
  { name: 'featureWriter' },
);

const reader = DBOS.registerWorkflow(
  async () => {
    const read: unknown[] = [];
    for await (const value of DBOS.readStream('writer', 'numbers')) read.push(value);
    return read;
  },
  { name: 'featureReader' },
);

const lost = DBOS.registerWorkflow(() => DBOS.send('nobody', 'hello').catch((error: Error) => error.message), {
  name: 'featureLost',
});

const bank = new MemoryDataSource('confirmed-bank', { accounts: { alice: 100 } });

const deposit = DBOS.registerWorkflow(
  async () => {
    const add = async (): Promise<number> => {
      const had = (await bank.client.getForUpdate('accounts', 'alice'))!;
      await bank.client.put('accounts', 'alice', had + 1);
      return had + 1;
    };
    return [await bank.runTransaction(add, { name: 'add' }), await bank.runTransaction(add, { name: 'add' })];
  },
  { name: 'featureDeposit' },
);

/** Every such program. None breaks a law. */
export const FEATURES: readonly Program[] = [
  ...timely,
  feature('scheduled-by-a-workflow', () => DBOS.startWorkflow(planner, { workflowID: 'planner' })()),
  feature('streamed', async () => {
    // In this order: that there is nobody to write yet would not be recorded.
    await DBOS.startWorkflow(writer, { workflowID: 'writer' })();
    await DBOS.startWorkflow(reader, { workflowID: 'reader' })();
  }),
  feature('sent-to-nobody', () => DBOS.startWorkflow(lost, { workflowID: 'lost' })()),
  feature('deposited', () => DBOS.startWorkflow(deposit, { workflowID: 'deposit' })()),
];
