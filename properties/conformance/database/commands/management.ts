/** What operators do: cancel, resume, reorder, list. */
import fc from 'fast-check';
import { call, type Commands, executor, queue, version, workflow } from './words.ts';

const several = fc.uniqueArray(fc.constantFrom('w1', 'w2', 'w3', 'w4'), { minLength: 1, maxLength: 2 });
const status = fc.constantFrom('PENDING', 'ENQUEUED', 'SUCCESS', 'CANCELLED');
const filters = fc.record(
  {
    workflowIDs: fc.uniqueArray(workflow, { minLength: 1 }),
    workflowName: fc.constantFrom('f', ['f', 'g']),
    status: fc.oneof(status, fc.uniqueArray(status, { minLength: 1 })),
    queueName: queue,
    executorId: executor,
    applicationVersion: version,
    parentWorkflowID: workflow,
    ...{ queuesOnly: fc.boolean(), limit: fc.nat({ max: 2 }), offset: fc.nat({ max: 2 }), sortDesc: fc.boolean() },
    ...{ loadInput: fc.boolean(), loadOutput: fc.boolean() },
  },
  { requiredKeys: [] },
);

export const MANAGEMENT: Commands = [
  { weight: 4, arbitrary: call('cancelWorkflows', several, fc.boolean()) },
  { weight: 4, arbitrary: call('resumeWorkflows', several, fc.option(queue, { nil: undefined })) },
  { weight: 1, arbitrary: call('setWorkflowPriority', workflow, fc.nat({ max: 3 })) },
  { weight: 1, arbitrary: call('getDeduplicatedWorkflow', queue, fc.constantFrom('d1', 'd2')) },
  { weight: 1, arbitrary: call('getWorkflowChildren', workflow) },
  { weight: 2, arbitrary: call('listWorkflows', filters) },
];
