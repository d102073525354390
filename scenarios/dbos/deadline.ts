/**
 * A step against the clock. Both the step and the sleep are recorded, but not which of them came first: a replay may see
 * the other one win. And a step that loses goes on: the workflow ends before it, and what it did is lost.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../harness/dbos/index.ts';
import { scenario } from '../../harness/index.ts';
import { caught, holds, type Story } from '../story.ts';

const PATIENCE_MS = 1_000;

/** A carrier that takes its time to answer. */
const askCarrier = (): Promise<string> => wait(PATIENCE_MS / 2, 'accepted');

const refund = (): Promise<string> => Promise.resolve('refunded');
const ship = (): Promise<string> => Promise.resolve('shipped');

const finish = (answer: string): Promise<string> =>
  DBOS.runStep(answer === 'timeout' ? refund : ship, { name: 'finish' });

// wrong: who wins the race is recorded nowhere
const raced = DBOS.registerWorkflow(
  async () => {
    const timeout = DBOS.sleep(PATIENCE_MS).then(() => 'timeout');
    return finish(await Promise.race([DBOS.runStep(askCarrier, { name: 'ask' }), timeout]));
  },
  { name: 'shipRaced' },
);

// correct: the race is within a step, and its winner is what the step records
const recorded = DBOS.registerWorkflow(
  async () => {
    const ask = (): Promise<string> => Promise.race([askCarrier(), wait(PATIENCE_MS, 'timeout')]);
    return finish(await DBOS.runStep(ask, { name: 'ask' }));
  },
  { name: 'shipRecorded' },
);

const shipping = (name: string, workflow: () => Promise<string>) =>
  scenario({ name, engine: dbos(), start: () => DBOS.startWorkflow(workflow, { workflowID: 'order-1' })() });

/** Shape: `Promise.race` of a step and a durable sleep. */
export const deadlines: Story = {
  name: 'deadline',
  title: 'A step raced with a durable sleep',
  about:
    'Promise.race is decided by timing, which the database does not keep; race inside a step, whose outcome it does keep (reported as azure-functions-durable-js#63, vercel/workflow#3070).',
  twins: [caught(shipping('deadline-raced', raced), 'lineage', 1), holds(shipping('deadline-in-step', recorded))],
};
