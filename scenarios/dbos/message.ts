/**
 * A message sent from a step. Steps run at least once, so the message arrives at least once; sent by the workflow, or with
 * an idempotency key, it arrives once.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../harness/dbos/index.ts';
import { scenario } from '../../harness/index.ts';
import { caught, holds, must, type Story } from '../story.ts';

/** Counts deposits of one coin each, until none comes for an hour. */
const account = DBOS.registerWorkflow(
  async () => {
    let coins = 0;
    while ((await DBOS.recv('coin', { timeoutSeconds: 3_600 })) !== null) coins++;
    return coins;
  },
  { name: 'account' },
);

// wrong: a step that is repeated sends again
const fromStep = DBOS.registerWorkflow(
  () => DBOS.runStep(() => DBOS.send('account-1', 'one', 'coin'), { name: 'deposit' }),
  { name: 'depositFromStep' },
);

// correct: the workflow sends, and the message and its record are one transaction
const fromWorkflow = DBOS.registerWorkflow(() => DBOS.send('account-1', 'one', 'coin'), {
  name: 'depositFromWorkflow',
});

// correct as well: a key names the message, however often it is sent
const withKey = DBOS.registerWorkflow(
  () => DBOS.runStep(() => DBOS.send('account-1', 'one', 'coin', DBOS.workflowID), { name: 'deposit' }),
  { name: 'depositWithKey' },
);

const depositing = (name: string, workflow: () => Promise<void>) =>
  scenario({
    name,
    engine: dbos(),
    start: async () => {
      await DBOS.startWorkflow(account, { workflowID: 'account-1' })();
      await DBOS.startWorkflow(workflow, { workflowID: 'deposit-1' })();
    },
    check: ({ results }) => {
      const ended = results['account-1'];
      const coins = ended?.status === 'SUCCESS' ? Number(ended.value) : 0;
      // None is right as well: the hour may be over before the coin arrives.
      must(coins <= 1, `one coin was deposited, and the account has ${coins}`);
    },
    limits: { crashesMax: 1 },
  });

/** Shape: `DBOS.send` inside a step. */
export const messages: Story = {
  name: 'message',
  title: 'A message sent from a step',
  about: 'Steps run at least once, so what they send may arrive twice; send from the workflow, or with a key.',
  twins: [
    caught(depositing('message-from-step', fromStep), 'check', 1),
    holds(depositing('message-from-workflow', fromWorkflow)),
    holds(depositing('message-with-key', withKey)),
  ],
};
