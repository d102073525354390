/**
 * restatedev/sdk-typescript#656: what a caught error says of itself is passed on to a later call. An error that was recorded
 * comes back as another object: its class is gone, so a replay makes the later call with something else.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../../harness/dbos/index.ts';
import { scenario } from '../../../harness/index.ts';
import { caught, holds, type Story } from '../../story.ts';

class QuotaExceeded extends Error {}

const upload = (): Promise<never> => DBOS.runStep(() => Promise.reject(new QuotaExceeded('10 GB')), { name: 'upload' });

const alert = DBOS.registerStep((text: string) => Promise.resolve(`alerted: ${text}`), { name: 'alert' });

const reporting = (name: string, describe: (error: Error) => string) =>
  DBOS.registerWorkflow(
    async () => {
      try {
        return await upload();
      } catch (error) {
        return alert(describe(error as Error));
      }
    },
    { name },
  );

// wrong: the class of a recorded error is not recorded
const byClass = reporting('backUpByClass', (error) => error.constructor.name);
// correct: its message is
const byMessage = reporting('backUpByMessage', (error) => error.message);

const backingUp = (name: string, workflow: () => Promise<string>) =>
  scenario({ name, engine: dbos(), start: () => DBOS.startWorkflow(workflow, { workflowID: 'backup-1' })() });

/** Museum: an error that is not the same after it was recorded. */
export const alerts: Story = {
  name: 'alert',
  title: 'An error described to a later call',
  about: 'Message and name of an error survive being recorded; its class does not. Pass on what survives.',
  report: 'restatedev/sdk-typescript#656',
  twins: [caught(backingUp('alert-by-class', byClass), 'replay', 1), holds(backingUp('alert-by-message', byMessage))],
};
