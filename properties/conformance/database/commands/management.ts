/** What operators do: cancel, resume, reorder, list. */
import fc from 'fast-check';
import { call, type Commands, queue, workflow } from './words.ts';

const several = fc.uniqueArray(workflow, { minLength: 1, maxLength: 2 });
const status = fc.constantFrom('PENDING', 'ENQUEUED', 'SUCCESS', 'CANCELLED');
const oneOrSome = (...values: string[]): fc.Arbitrary<unknown> =>
  fc.oneof(fc.constantFrom(...values), fc.uniqueArray(fc.constantFrom(...values), { maxLength: 2 }));
/** Times of a listing are texts; the first calls are made about then. */
const moment = fc.constantFrom('2026-01-01T00:00:00.300Z', '2026-01-01T00:00:03.000Z', '2026-01-01T00:00:09.000Z');
const filters = fc.record(
  {
    workflowIDs: fc.uniqueArray(workflow),
    workflow_id_prefix: oneOrSome('w', 'w1', '_2', 'x'),
    workflowName: oneOrSome('f', 'g'),
    status: fc.oneof(status, fc.uniqueArray(status, { minLength: 1 })),
    ...{ queueName: oneOrSome('q1', 'q2'), executorId: oneOrSome('e1', 'e2'), applicationVersion: oneOrSome('v1') },
    ...{
      parentWorkflowID: oneOrSome('w1', 'w2'),
      forkedFrom: oneOrSome('w1', 'w2'),
      authenticatedUser: oneOrSome('ada'),
    },
    ...{
      applicationName: oneOrSome('simulated', 'other'),
      attributes: fc.constantFrom({}, { colour: 'red' }, { x: 1 }),
    },
    ...{ wasForkedFrom: fc.boolean(), isFork: fc.boolean(), hasParent: fc.boolean(), queuesOnly: fc.boolean() },
    ...{ startTime: moment, endTime: moment, completedAfter: moment, completedBefore: moment },
    ...{ dequeuedAfter: moment, dequeuedBefore: moment },
    ...{ limit: fc.nat({ max: 2 }), offset: fc.nat({ max: 2 }), sortDesc: fc.boolean() },
    ...{ loadInput: fc.boolean(), loadOutput: fc.boolean() },
  },
  { requiredKeys: [] },
);
/** All filters at once let nothing through: few at a time. */
const few = fc
  .tuple(filters, fc.subarray(['workflowIDs', 'status', 'queueName', 'isFork', 'limit', 'loadInput', 'attributes']))
  .map(([all, kept]) => Object.fromEntries(Object.entries(all).filter(([key]) => kept.includes(key))));

export const MANAGEMENT: Commands = [
  { weight: 4, arbitrary: call('cancelWorkflows', several, fc.boolean()) },
  { weight: 4, arbitrary: call('resumeWorkflows', several, fc.option(queue, { nil: undefined })) },
  { weight: 1, arbitrary: call('setWorkflowPriority', workflow, fc.nat({ max: 3 })) },
  { weight: 1, arbitrary: call('getDeduplicatedWorkflow', queue, fc.constantFrom('d1', 'd2')) },
  { weight: 1, arbitrary: call('getWorkflowChildren', workflow) },
  { weight: 4, arbitrary: call('listWorkflows', fc.oneof(filters, few)) },
];
