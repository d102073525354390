/**
 * A workflow that is cancelled in the middle of a step, and resumed. The step ends, but a cancelled workflow records
 * nothing: when it is resumed, the step runs again, without any crash.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../harness/dbos/index.ts';
import { scenario } from '../../harness/index.ts';
import { caught, holds, must, type Story } from '../story.ts';

/** Letters by idempotency key: one whose key was seen before is not printed. */
const letters = new Set<string>();

// wrong: each run of the step is another letter
async function printAgain(): Promise<void> {
  letters.add(`letter ${letters.size + 1}`);
}

// correct: the key names the letter
async function printOnce(): Promise<void> {
  letters.add(DBOS.workflowID!);
}

const without = DBOS.registerWorkflow(() => DBOS.runStep(printAgain, { name: 'print' }), { name: 'printWithoutKey' });
const withKey = DBOS.registerWorkflow(() => DBOS.runStep(printOnce, { name: 'print' }), { name: 'printWithKey' });

const printing = (name: string, workflow: () => Promise<void>) =>
  scenario({
    name,
    engine: dbos(),
    setup: () => letters.clear(),
    start: async () => {
      await DBOS.startWorkflow(workflow, { workflowID: 'letter-1' })();
      await DBOS.cancelWorkflow('letter-1');
      await DBOS.resumeWorkflow('letter-1');
    },
    check: () => must(letters.size === 1, `there are ${letters.size} letters`),
    limits: { crashesMax: 0 },
  });

/** Shape: cancel during a step, then resume. */
export const cancellations: Story = {
  name: 'cancelled',
  title: 'A workflow cancelled during a step, and resumed',
  about:
    'A step that is under way when its workflow is cancelled is not recorded, and runs again after a resume; let it bear repeating.',
  twins: [
    caught(printing('cancelled-without-key', without), 'check', 1),
    holds(printing('cancelled-with-key', withKey)),
  ],
};
