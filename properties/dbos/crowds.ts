/** Work for queues, on the dbos engine: registered once, as user code would, and told apart by queue and partition. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import type { Rows } from '../../harness/dbos/index.ts';

/** Does one step, and says so. */
export const job = DBOS.registerWorkflow(
  (which: string) => DBOS.runStep(() => Promise.resolve(which), { name: 'job' }),
  { name: 'job' },
);

/** The queue that the laws are about. */
export const QUEUE = 'jobs';

type Params = NonNullable<Parameters<typeof DBOS.registerQueue>[1]>;
type Options = NonNullable<NonNullable<Parameters<typeof DBOS.startWorkflow>[1]>['enqueueOptions']>;

/** Registers the queue and fills it: each job under its own name. */
export const filled =
  (params: Params, jobs: readonly string[], options: (which: string) => Options = () => ({})) =>
  async (): Promise<void> => {
    await DBOS.registerQueue(QUEUE, params);
    for (const which of jobs)
      await DBOS.startWorkflow(job, { workflowID: which, queueName: QUEUE, enqueueOptions: options(which) })(which);
  };

/** The jobs that are claimed and have not ended, of one partition or of all. */
export const runningIn = ({ workflows }: Rows, partition?: string): string[] =>
  [...workflows.values()].flatMap(({ status: { status, workflowUUID, queueName, queuePartitionKey } }) =>
    status === 'PENDING' && queueName === QUEUE && (partition === undefined || queuePartitionKey === partition)
      ? workflowUUID
      : [],
  );
