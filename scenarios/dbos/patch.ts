/**
 * A patch in a branch. `DBOS.patch` looks which position is next, asks the database, and takes the position only then: if
 * a step of another branch has taken it in the meantime, two calls share it.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../harness/dbos/index.ts';
import { scenario } from '../../harness/index.ts';
import { caught, holds, must, type Story } from '../story.ts';

DBOS.setConfig({ name: 'scenarios', enablePatching: true });

const load = (): Promise<string> => DBOS.runStep(() => Promise.resolve('loaded'), { name: 'load' });

const price = (patched: boolean): Promise<string> =>
  DBOS.runStep(() => Promise.resolve(patched ? 'new price' : 'old price'), { name: 'price' });

// wrong: the patch has not taken its position yet when the step takes one
const inBranch = DBOS.registerWorkflow(() => Promise.allSettled([DBOS.patch('new prices').then(price), load()]), {
  name: 'priceInBranch',
});

// correct: nothing else is under way
const beforehand = DBOS.registerWorkflow(
  async () => {
    const patched = await DBOS.patch('new prices');
    return Promise.allSettled([price(patched), load()]);
  },
  { name: 'priceBeforehand' },
);

const pricing = (name: string, workflow: () => Promise<unknown>) =>
  scenario({
    name,
    engine: dbos(),
    start: () => DBOS.startWorkflow(workflow, { workflowID: 'offer-1' })(),
    check: ({ results }) => {
      const offer = results['offer-1'];
      const steps = offer?.status === 'SUCCESS' ? (offer.value as PromiseSettledResult<string>[]) : [];
      must(steps.length === 2 && steps.every(({ status }) => status === 'fulfilled'), 'a step of the offer is refused');
    },
  });

/** Shape: `DBOS.patch` beside a step. */
export const patches: Story = {
  name: 'patch',
  title: 'A patch beside a step',
  about:
    'A defect of the SDK: two calls get one function id, since a patch takes its own only once it has asked the database. Patch while nothing else is under way.',
  report: 'dbos-inc/dbos-transact-py#714',
  twins: [caught(pricing('patch-in-branch', inBranch), 'engine', 0), holds(pricing('patch-beforehand', beforehand))],
};
