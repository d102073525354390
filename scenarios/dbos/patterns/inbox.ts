/**
 * An agent with an inbox: it answers messages one by one, for as long as its shift lasts.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../../harness/dbos/index.ts';
import { scenario } from '../../../harness/index.ts';
import { caught, holds, type Story } from '../../story.ts';

const SHIFT_MS = 60_000;

const answer = (question: string): Promise<string> =>
  DBOS.runStep(() => Promise.resolve(`answer to ${question}`), { name: 'answer' });

const agent = (name: string, now: () => number | Promise<number>) =>
  DBOS.registerWorkflow(
    async () => {
      const begun = await now();
      let answered = 0;
      while ((await now()) - begun < SHIFT_MS) {
        const question = await DBOS.recv<string>('inbox', { timeoutSeconds: 20 });
        if (question !== null) await DBOS.setEvent(`answer-${++answered}`, await answer(question));
      }
      return answered;
    },
    { name },
  );

// wrong: when it is replayed, the shift begins later, and lasts longer
const byProcess = agent('agentByProcess', () => Date.now());
// correct: times that decide are recorded
const byDbos = agent('agentByDbos', () => DBOS.now());

const asking = (name: string, workflow: () => Promise<number>) =>
  scenario({
    name,
    engine: dbos(),
    start: async () => {
      await DBOS.startWorkflow(workflow, { workflowID: 'agent-1' })();
      await DBOS.send('agent-1', 'why?', 'inbox', 'question 1');
    },
    limits: { crashesMax: 1 },
  });

/** Pattern: an agent that answers what is in its inbox. */
export const inboxes: Story = {
  name: 'inbox',
  title: 'An agent that works through its inbox',
  about: 'A loop on the clock counts other rounds when it is replayed: loop on recorded times (DBOS, "Agent inbox").',
  twins: [
    caught(asking('inbox-by-process-clock', byProcess), 'ambient', 1),
    holds(asking('inbox-by-dbos-clock', byDbos)),
  ],
};
