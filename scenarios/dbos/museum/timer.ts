/**
 * Azure/azure-functions-durable-js#63: a timer and an event raced. The event wins; then the timer fires, is recorded as
 * well, and wins the race in the next replay, which takes the other branch.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../../harness/dbos/index.ts';
import { scenario } from '../../../harness/index.ts';
import { caught, holds, type Story } from '../../story.ts';

const DAY_S = 86_400;

const decide = (answer: string | null): Promise<string> =>
  answer === null
    ? DBOS.runStep(() => Promise.resolve('escalated'), { name: 'escalate' })
    : DBOS.runStep(() => Promise.resolve('approved'), { name: 'approve' });

// wrong: which of the two came first is recorded nowhere
const raced = DBOS.registerWorkflow(
  async () => {
    const timeout = DBOS.sleepSeconds(DAY_S).then(() => null);
    return decide(await Promise.race([DBOS.recv<string>('approval', { timeoutSeconds: 2 * DAY_S }), timeout]));
  },
  { name: 'approveRaced' },
);

// correct: a receive has a deadline of its own, and what it came to is recorded
const received = DBOS.registerWorkflow(
  async () => decide(await DBOS.recv<string>('approval', { timeoutSeconds: DAY_S })),
  { name: 'approveReceived' },
);

const approving = (name: string, workflow: () => Promise<string>) =>
  scenario({
    name,
    engine: dbos(),
    start: async () => {
      await DBOS.startWorkflow(workflow, { workflowID: 'expense-1' })();
      await DBOS.send('expense-1', 'yes', 'approval');
    },
  });

/** Museum: a timer raced with an event. */
export const timers: Story = {
  name: 'timer',
  title: 'A timer raced with an event',
  about: 'Give the receive its deadline instead of racing it with a sleep.',
  report: 'Azure/azure-functions-durable-js#63',
  twins: [caught(approving('timer-raced', raced), 'lineage', 1), holds(approving('timer-in-receive', received))],
};
