/** Beginning again, and being gone. */
import fc from 'fast-check';
import { call, type Commands, maybe, partition, queue, version, workflow } from './words.ts';

const step = fc.integer({ min: -1, max: 4 });
const destination = {
  queueName: maybe(queue),
  queuePartitionKey: maybe(partition),
  applicationVersion: maybe(version),
};
const options = fc.record({
  ...{ ...destination, timeoutMS: maybe(fc.constant(3000)) },
  replacementChildren: maybe(fc.constantFrom({ w1: 'w2' }, { w3: 'w1' }, {})),
});
const fork = fc.constantFrom('w3', 'w4');

export const FORKS: Commands = [
  { weight: 3, arbitrary: call('rewindWorkflow', workflow, step, maybe(fc.record(destination))) },
  {
    weight: 3,
    arbitrary: call(
      'forkWorkflow',
      workflow,
      step,
      fc.tuple(options, fork).map(([given, newWorkflowID]) => ({ ...given, newWorkflowID })),
    ),
  },
  {
    weight: 1,
    arbitrary: call(
      'bulkForkWorkflows',
      fc.uniqueArray(workflow, { maxLength: 2 }),
      fc.uniqueArray(fc.constantFrom('w3', 'w4'), { maxLength: 2 }),
      fc.array(step, { maxLength: 2 }),
      maybe(options),
    ),
  },
  {
    weight: 2,
    arbitrary: call('deleteWorkflows', fc.uniqueArray(workflow, { minLength: 1, maxLength: 2 }), fc.boolean()),
  },
];
