/**
 * The class of an error. What a step threw is recorded as plain data: live, it is a `Declined`; on replay it is an `Error`
 * with the same message. A branch on `instanceof` goes one way before a crash and the other way after it.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../harness/dbos/index.ts';
import { scenario } from '../../harness/index.ts';
import { caught, holds, type Story } from '../story.ts';

class Declined extends Error {}

const pay = (): Promise<string> => Promise.reject(new Declined('the card is declined'));

const cancelOrder = (): Promise<string> => DBOS.runStep(() => Promise.resolve('order cancelled'), { name: 'cancel' });
const alertStaff = (): Promise<string> => DBOS.runStep(() => Promise.resolve('staff alerted'), { name: 'alert' });

const byClass = DBOS.registerWorkflow(
  async () => {
    try {
      return await DBOS.runStep(pay, { name: 'pay' });
    } catch (error) {
      // wrong: a replayed error is no instance of anything but Error
      return error instanceof Declined ? cancelOrder() : alertStaff();
    }
  },
  { name: 'payByClass' },
);

/** Tells what the workflow has to know in plain data. */
async function tryToPay(): Promise<string> {
  try {
    return await pay();
  } catch (error) {
    if (error instanceof Declined) return 'declined';
    throw error;
  }
}

const byValue = DBOS.registerWorkflow(
  async () => {
    // correct: an outcome that the workflow acts on is the value of the step
    const receipt = await DBOS.runStep(tryToPay, { name: 'pay' });
    return receipt === 'declined' ? cancelOrder() : receipt;
  },
  { name: 'payByValue' },
);

const paying = (name: string, workflow: () => Promise<string>) =>
  scenario({ name, engine: dbos(), start: () => DBOS.startWorkflow(workflow, { workflowID: 'order-1' })() });

/** Shape: a branch on the class of what a step threw. */
export const declines: Story = {
  name: 'declined',
  title: 'A branch on the class of an error',
  about:
    'Recorded errors come back without their class; return what matters as a value (reported for another engine as restatedev/sdk-typescript#656).',
  twins: [caught(paying('declined-by-class', byClass), 'replay', 1), holds(paying('declined-by-value', byValue))],
};
