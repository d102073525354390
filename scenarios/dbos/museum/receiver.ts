/**
 * dbos-inc/dbos-transact-ts#1205: two processes under one executor id run one workflow that waits for a message. One gets it
 * and acts; the other does as if there was none. DBOS 5 lets only one of them record, so the result is consistent; what both
 * did outside is not.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../../harness/dbos/index.ts';
import { scenario } from '../../../harness/index.ts';
import { caught, holds, must, type Story } from '../../story.ts';

/** Orders shipped, by request; the warehouse knows a request again by its key. */
const shipments = new Map<string, string>();

const shipping = (name: string, key: () => string) =>
  DBOS.registerWorkflow(
    async () => {
      const address = await DBOS.recv<string>('address', { timeoutSeconds: 3_600 });
      const ship = async (): Promise<void> => void shipments.set(key(), address ?? 'the shop');
      return DBOS.runStep(ship, { name: 'ship' });
    },
    { name },
  );

// wrong: to the warehouse, a repeated request is a new one
const anew = shipping('shipAnew', () => `request ${shipments.size + 1}`);
// correct: the key names what is shipped, whoever asks
const byKey = shipping('shipByKey', () => DBOS.workflowID!);

const receiving = (name: string, workflow: () => Promise<void>) =>
  scenario({
    name,
    engine: dbos(),
    setup: () => shipments.clear(),
    start: async () => {
      await DBOS.startWorkflow(workflow, { workflowID: 'order-1' })();
      await DBOS.send('order-1', 'Paris', 'address', 'the address of order-1');
    },
    check: () => must(shipments.size === 1, `the order was shipped ${shipments.size} times`),
    limits: { executors: 2, crashesMax: 0, suspensionsMax: 1 },
  });

/** Museum: two processes that run one workflow. */
export const receivers: Story = {
  name: 'receiver',
  title: 'A message, and two processes that wait for it',
  about:
    'Give each process an executor id of its own, and let effects bear repeating: DBOS fences records, not effects.',
  report: 'dbos-inc/dbos-transact-ts#1205',
  twins: [caught(receiving('receiver-ships-anew', anew), 'check', 2), holds(receiving('receiver-ships-by-key', byKey))],
};
