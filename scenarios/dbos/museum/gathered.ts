/**
 * dbos-transact-py#688: three different steps in one gather, recorded in the order in which the event loop came to them.
 * Another worker recovered the workflow, came to them in another order, was refused, and tried again for ever. Steps that
 * are called at once are safe; here each waits for something of its own first, as tasks of an event loop do.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../../harness/dbos/index.ts';
import { scenario } from '../../../harness/index.ts';
import { caught, holds, type Story } from '../../story.ts';

const step = <T>(name: string, result: T): Promise<T> => DBOS.runStep(() => Promise.resolve(result), { name });

/** A connection of this process's own: nothing durable. */
async function withConnection<T>(ms: number, use: () => Promise<T>): Promise<T> {
  await delay(ms);
  return use();
}

async function address(): Promise<string> {
  const city = await step('city', 'Paris');
  return step('street', `a street in ${city}`);
}

const afterWaits = DBOS.registerWorkflow(
  // wrong: the credit is checked before, between or after the steps of the address, whichever the connection allows
  () => Promise.all([address(), withConnection(5, () => step('credit', 'good'))]),
  { name: 'screenAfterWaits' },
);

const atOnce = DBOS.registerWorkflow(
  // correct: what waits does so inside its step, and what has two steps is a workflow
  async () => {
    const addressed = await DBOS.startWorkflow(addressing)();
    const credit = DBOS.runStep(() => withConnection(5, () => Promise.resolve('good')), { name: 'credit' });
    return Promise.all([addressed.getResult(), credit]);
  },
  { name: 'screenAtOnce' },
);
const addressing = DBOS.registerWorkflow(address, { name: 'address' });

const screening = (name: string, workflow: () => Promise<unknown>) =>
  scenario({ name, engine: dbos(), start: () => DBOS.startWorkflow(workflow, { workflowID: 'customer-1' })() });

/** Museum: steps in a gather, each behind a wait of its own. */
export const gathered: Story = {
  name: 'gathered',
  title: 'Different steps in a gather, each when it is ready',
  about: 'Call all steps of a gather before anything is awaited; what must wait waits inside its step.',
  report: 'dbos-inc/dbos-transact-py#688',
  twins: [
    caught(screening('gathered-when-ready', afterWaits), 'lineage', 1, { replay: 2 }),
    holds(screening('gathered-at-once', atOnce)),
  ],
};
