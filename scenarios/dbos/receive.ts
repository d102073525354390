/**
 * Two receives raced. Both are recorded, but not which of them came first; and the loser goes on waiting, and swallows a
 * message that nobody reads.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../harness/dbos/index.ts';
import { scenario } from '../../harness/index.ts';
import { caught, holds, type Story } from '../story.ts';

const HOUR = { timeoutSeconds: 3_600 };

const act = (answer: string | null): Promise<string> =>
  answer === 'accepted'
    ? DBOS.runStep(() => Promise.resolve('shipped'), { name: 'ship' })
    : DBOS.runStep(() => Promise.resolve('closed'), { name: 'close' });

// wrong: who wins the race is recorded nowhere
const raced = DBOS.registerWorkflow(
  async () => act(await Promise.race([DBOS.recv<string>('accept', HOUR), DBOS.recv<string>('cancel', HOUR)])),
  { name: 'answerRaced' },
);

// correct: all answers come by one topic, and what is received is recorded
const inTurn = DBOS.registerWorkflow(async () => act(await DBOS.recv<string>('answer', HOUR)), {
  name: 'answerInTurn',
});

const answering = (name: string, workflow: () => Promise<string>, [accept, cancel]: readonly [string, string]) =>
  scenario({
    name,
    engine: dbos(),
    start: async () => {
      await DBOS.startWorkflow(workflow, { workflowID: 'order-1' })();
      await DBOS.send('order-1', 'accepted', accept);
      await DBOS.send('order-1', 'cancelled', cancel);
    },
  });

/** Shape: `Promise.race` of two receives. */
export const races: Story = {
  name: 'receive',
  title: 'Two receives raced',
  about:
    'Promise.race is decided by timing, which the database does not keep; receive by one topic, and look at what came (reported as vercel/workflow#3070).',
  twins: [
    caught(answering('receive-raced', raced, ['accept', 'cancel']), 'lineage', 1),
    holds(answering('receive-in-turn', inTurn, ['answer', 'answer'])),
  ],
};
