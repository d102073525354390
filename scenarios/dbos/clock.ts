/**
 * The time of day. A clock read between steps is read again by every replay, and may send it the other way.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../harness/dbos/index.ts';
import { scenario } from '../../harness/index.ts';
import { caught, holds, type Story } from '../story.ts';

const DAY_MS = 86_400_000;

const confirm = (): Promise<string> => DBOS.runStep(() => Promise.resolve('see you'), { name: 'confirm' });

/** Reminds of an appointment a day after the workflow began, however long confirming it took. */
async function remind(nowMs: () => Promise<number> | number): Promise<string> {
  const dueAtMs = (await nowMs()) + DAY_MS;
  const greeting = await confirm();
  await DBOS.sleep(dueAtMs - (await nowMs()));
  return greeting;
}

// wrong: after a crash on the way, the day begins anew
const body = DBOS.registerWorkflow(() => remind(() => Date.now()), { name: 'remindByBody' });

// correct: the time is read by a durable call, so a replay sees the same
const durable = DBOS.registerWorkflow(() => remind(() => DBOS.now()), { name: 'remindByDbos' });

const reminding = (name: string, workflow: () => Promise<string>) =>
  scenario({ name, engine: dbos(), start: () => DBOS.startWorkflow(workflow, { workflowID: 'reminder-1' })() });

/** Shape: `Date.now()` in the body of a workflow. */
export const clocks: Story = {
  name: 'clock',
  title: 'A clock read in the body of a workflow',
  about: 'Time read between steps differs on replay; read it with DBOS.now() (DBOS, workflow tutorial, "Determinism").',
  twins: [caught(reminding('clock-of-the-process', body), 'ambient', 1), holds(reminding('clock-of-dbos', durable))],
};
