/**
 * The id of a child workflow. An id drawn between steps is drawn anew by a replay; if the process crashed before the parent
 * knew of its child, there are two children.
 */
import { randomUUID } from 'node:crypto';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../harness/dbos/index.ts';
import { scenario } from '../../harness/index.ts';
import { caught, holds, type Story } from '../story.ts';

const deliver = DBOS.registerWorkflow(() => Promise.resolve('delivered'), { name: 'deliver' });

/** Leaves a parcel to a child workflow. */
async function send(id: string): Promise<string> {
  const parcel = await DBOS.startWorkflow(deliver, { workflowID: id })();
  return parcel.getResult();
}

// wrong: a replay draws another id
const drawn = DBOS.registerWorkflow(() => send(randomUUID()), { name: 'sendDrawn' });

// correct: the id follows from that of the parent, so the child is the same on replay
const derived = DBOS.registerWorkflow(() => send(`${DBOS.workflowID}-parcel`), { name: 'sendDerived' });

const sending = (name: string, workflow: () => Promise<string>) =>
  scenario({ name, engine: dbos(), start: () => DBOS.startWorkflow(workflow, { workflowID: 'order-1' })() });

/** Shape: a random `workflowID` for a child. */
export const childIds: Story = {
  name: 'child-id',
  title: 'A child workflow with a random id',
  about:
    'Ids drawn between steps differ on replay, and a child may be started twice; derive them, or draw them with DBOS.randomUUID().',
  twins: [caught(sending('child-id-random', drawn), 'ambient', 1), holds(sending('child-id-derived', derived))],
};
