/**
 * A workflow that resumes another. Inside a step, DBOS resumes it and then throws, because a step may not have the handle
 * that it is about to be given: what was done counts as failed.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../harness/dbos/index.ts';
import { scenario } from '../../harness/index.ts';
import { caught, holds, must, type Story } from '../story.ts';

const bill = DBOS.registerWorkflow(() => DBOS.runStep(() => Promise.resolve('billed'), { name: 'bill' }), {
  name: 'bill',
});

const resume = async (): Promise<string> => {
  await DBOS.resumeWorkflow('bill-1');
  return 'resumed';
};

const resuming = (name: string, resumed: () => Promise<string>) =>
  DBOS.registerWorkflow(() => resumed().catch((error: Error) => `not resumed: ${error.name}`), { name });

// wrong: the step does its work, and fails
const inStep = resuming('resumeInStep', () => DBOS.runStep(resume, { name: 'resume' }));

// correct: between steps, resuming is a step of its own
const between = resuming('resumeBetweenSteps', resume);

const operating = (name: string, workflow: () => Promise<string>) =>
  scenario({
    name,
    engine: dbos(),
    start: async () => {
      await DBOS.startWorkflow(bill, { workflowID: 'bill-1' })();
      await DBOS.cancelWorkflow('bill-1');
      await DBOS.startWorkflow(workflow, { workflowID: 'operator-1' })();
    },
    check: ({ results: { 'bill-1': billed, 'operator-1': said } }) => {
      must(billed?.status === 'SUCCESS', 'there is no bill');
      must(said?.status === 'SUCCESS' && said.value === 'resumed', 'the operator says that nothing was resumed');
    },
  });

/** Shape: `DBOS.resumeWorkflow`, `DBOS.forkWorkflow` or `DBOS.rewindWorkflow` inside a step. */
export const operators: Story = {
  name: 'resume',
  title: 'A workflow resumed inside a step',
  about:
    'A defect of the SDK: inside a step, DBOS 5.3 resumes, forks and rewinds workflows and then throws error 21, so that the step fails and a retry does it again; do it between steps.',
  twins: [caught(operating('resume-in-step', inStep), 'engine', 0), holds(operating('resume-between-steps', between))],
};
