/**
 * A step that nobody awaits. The workflow may end before it does: its outcome is then recorded nowhere, and its failure is
 * an unhandled rejection, which ends the process.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../harness/dbos/index.ts';
import { scenario } from '../../harness/index.ts';
import { caught, holds, type Story } from '../story.ts';

const audit = (): Promise<void> => DBOS.runStep(() => Promise.resolve(), { name: 'audit' });

const floating = DBOS.registerWorkflow(
  () => {
    // wrong: nobody waits for it
    void audit();
    return Promise.resolve('closed');
  },
  { name: 'closeUnawaited' },
);

const awaited = DBOS.registerWorkflow(
  async () => {
    // correct: the workflow ends when all it started has ended
    await audit();
    return 'closed';
  },
  { name: 'closeAwaited' },
);

const closing = (name: string, workflow: () => Promise<string>) =>
  scenario({ name, engine: dbos(), start: () => DBOS.startWorkflow(workflow, { workflowID: 'account-1' })() });

/** Shape: a step whose promise is dropped. */
export const unawaited: Story = {
  name: 'unawaited',
  title: 'A step that nobody awaits',
  about: 'A workflow that ends while a step is under way loses what the step did (DBOS refuses the late record).',
  twins: [caught(closing('unawaited-step', floating), 'floating', 0), holds(closing('unawaited-fixed', awaited))],
};
