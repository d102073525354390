/**
 * dbos-inc/dbos-transact-py#742: a list of pending workflows is read, and acted on when it is no longer true. What has done
 * its work in the meantime is run once more. DBOS 5 checks the owner of every record; a reaper of one's own does not.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../../harness/dbos/index.ts';
import { scenario } from '../../../harness/index.ts';
import { caught, holds, must, type Story } from '../../story.ts';

/** Invoices sent, by key: a key that was seen before sends nothing. */
const sent = new Map<string, string>();

const sending = (name: string, key: (order: string) => string) =>
  DBOS.registerWorkflow(
    (order: string) => {
      const send = async (): Promise<void> => void sent.set(key(order), order);
      return DBOS.runStep(send, { name: 'send' });
    },
    { name },
  );

// wrong: a fork has an id of its own
const byWorkflow = sending('invoiceByWorkflow', () => DBOS.workflowID!);
// correct: the key names what the invoice is for, whichever workflow sends it
const byOrder = sending('invoiceByOrder', (order) => order);

const reaping = (name: string, workflow: (order: string) => Promise<void>) =>
  scenario({
    name,
    engine: dbos(),
    setup: () => sent.clear(),
    start: async () => {
      await DBOS.startWorkflow(workflow, { workflowID: 'invoice-1' })('order-1');
      // What takes too long is stopped and begun again. It may have ended since it was listed.
      for (const { workflowID } of await DBOS.listWorkflows({ status: 'PENDING' })) {
        await DBOS.cancelWorkflow(workflowID);
        await DBOS.forkWorkflow(workflowID, 0);
      }
    },
    check: () => must(sent.size === 1, `${sent.size} invoices were sent`),
    limits: { crashesMax: 1 },
  });

/** Museum: a list of pending workflows that is no longer true. */
export const reapers: Story = {
  name: 'reaper',
  title: 'Pending workflows begun again',
  about: 'Between the look and the act the workflow goes on: effects need keys that outlive the workflow.',
  report: 'dbos-inc/dbos-transact-py#742',
  twins: [
    caught(reaping('reaper-keyed-by-workflow', byWorkflow), 'check', 1),
    holds(reaping('reaper-keyed-by-order', byOrder)),
  ],
};
