/**
 * The id of the next workflow. `DBOS.withNextWorkflowID` holds for the whole workflow, not for one branch of it: the id
 * goes to whichever branch starts a child first.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../harness/dbos/index.ts';
import { scenario } from '../../harness/index.ts';
import { caught, holds, must, type Story } from '../story.ts';

const write = DBOS.registerWorkflow((what: string) => Promise.resolve(what), { name: 'writePaper' });

async function invoice(id?: string): Promise<void> {
  await DBOS.runStep(() => Promise.resolve(99), { name: 'price' });
  await DBOS.startWorkflow(write, id === undefined ? {} : { workflowID: id })('invoice');
}

async function receipt(): Promise<void> {
  await DBOS.startWorkflow(write)('receipt');
}

// wrong: while the invoice is being priced, its id is taken by the receipt
const byContext = DBOS.registerWorkflow(
  async () => {
    await Promise.all([DBOS.withNextWorkflowID('invoice-1', () => invoice()), receipt()]);
  },
  { name: 'papersByContext' },
);

// correct: the id is an argument of the call that it is for
const byArgument = DBOS.registerWorkflow(
  async () => {
    await Promise.all([invoice('invoice-1'), receipt()]);
  },
  { name: 'papersByArgument' },
);

const writing = (name: string, workflow: () => Promise<void>) =>
  scenario({
    name,
    engine: dbos(),
    start: () => DBOS.startWorkflow(workflow, { workflowID: 'order-1' })(),
    check: ({ results }) => {
      const paper = results['invoice-1'];
      must(paper?.status === 'SUCCESS' && paper.value === 'invoice', 'invoice-1 is not the invoice');
    },
  });

/** Shape: `withNextWorkflowID` in one of two branches. */
export const nextIds: Story = {
  name: 'next-id',
  title: 'The id of the next workflow, in a branch',
  about: 'What DBOS.with... sets is seen by every branch of a workflow; give options to the call that they are for.',
  twins: [
    caught(writing('next-id-by-context', byContext), 'check', 0),
    holds(writing('next-id-by-argument', byArgument)),
  ],
};
