/**
 * The status of another workflow. DBOS records what a workflow is told of it, except when asking is the first thing the
 * workflow does: a replay then asks again, and may be told otherwise.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../harness/dbos/index.ts';
import { scenario } from '../../harness/index.ts';
import { caught, holds, type Story } from '../story.ts';

const report = DBOS.registerWorkflow(
  () => DBOS.runStep(() => Promise.resolve('sales are up'), { name: 'write report' }),
  { name: 'report' },
);

const isReported = async (): Promise<boolean> => (await DBOS.getWorkflowStatus('report-1'))?.status === 'SUCCESS';

const publish = (reported: boolean): Promise<string> =>
  reported
    ? DBOS.runStep(() => Promise.resolve('published'), { name: 'publish' })
    : DBOS.runStep(() => Promise.resolve('postponed'), { name: 'postpone' });

// wrong: what comes first is not recorded
const first = DBOS.registerWorkflow(async () => publish(await isReported()), { name: 'publishAskingFirst' });

// correct: a step is recorded, wherever it stands
const inStep = DBOS.registerWorkflow(async () => publish(await DBOS.runStep(isReported, { name: 'ask' })), {
  name: 'publishAskingInStep',
});

const publishing = (name: string, workflow: () => Promise<string>) =>
  scenario({
    name,
    engine: dbos(),
    start: async () => {
      await DBOS.startWorkflow(report, { workflowID: 'report-1' })();
      await DBOS.startWorkflow(workflow, { workflowID: 'news-1' })();
    },
  });

/** Shape: `DBOS.getWorkflowStatus` as the first call of a workflow. */
export const statuses: Story = {
  name: 'status',
  title: 'The status of another workflow, asked for first',
  about: 'A defect of the SDK: DBOS 5.3 does not record a status that is asked for at function id 0; ask in a step.',
  twins: [
    caught(publishing('status-asked-first', first), 'engine', 0),
    holds(publishing('status-asked-in-step', inStep)),
  ],
};
