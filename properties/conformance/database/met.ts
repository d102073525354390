/** Sequences on which ours and the real database once disagreed, in their shortest form: they are tried before all others. */
import { type Call, OWNER } from './call.ts';

const status = {
  ...{
    workflowUUID: 'w1',
    workflowName: 'f',
    workflowClassName: '',
    workflowConfigName: '',
    output: null,
    error: null,
  },
  ...{ authenticatedUser: '', assumedRole: '', authenticatedRoles: [], executorId: 'e1', applicationID: '' },
  ...{ input: '"a"', serialization: 'js_superjson', status: 'PENDING', priority: 0, applicationVersion: 'v1' },
};
const begun: Call = { member: 'initWorkflowStatus', args: [status, 't1'], afterMs: 1 };
const enqueued = (workflowUUID: string, parentWorkflowID?: string): Call => ({
  member: 'initWorkflowStatus',
  args: [
    { ...status, workflowUUID, status: 'ENQUEUED', queueName: 'q1', ...(parentWorkflowID && { parentWorkflowID }) },
    null,
  ],
  afterMs: 1,
});
const owner = { workflow: 'w1', token: OWNER };

/** What each is about, in front of it. */
export const MET: readonly (readonly Call[])[] = [
  // Whoever receives is not told that what is recorded under the name of a receipt has failed.
  [
    begun,
    { member: 'runTransactionalStep', args: ['w1', 2, 'DBOS.recv', { throws: 'no' }], as: owner, afterMs: 1 },
    { member: 'recv', args: ['w1', 2, 4, 'red', 0], as: owner, afterMs: 1 },
  ],
  // Whoever asks for a status is told that it was recorded as a failure.
  [
    begun,
    {
      member: 'recordOperationResult',
      args: [
        'w1',
        2,
        'getStatus',
        false,
        { at: 0 },
        { at: 0 },
        { error: '{"name":"Error","message":"no"}', serialization: 'js_superjson' },
      ],
      as: owner,
      afterMs: 1,
    },
    { member: 'getWorkflowStatus', args: ['w1', 'w1', 2], afterMs: 1 },
  ],
  // Whoever receives without a time to wait looks twice, and is not done at once.
  [
    begun,
    { member: 'recv', args: ['w1', 0, 4, 'red', 0], as: owner, afterMs: 1 },
    { member: 'getAllOperationResults', args: ['w1', undefined, undefined, false], afterMs: 1 },
  ],
  // Of several workflows that have ended, SQL takes any: not a fault of either, and no disagreement since.
  [
    enqueued('w4', 'w2'),
    enqueued('w2'),
    { member: 'cancelWorkflows', args: [['w2'], true], afterMs: 1 },
    {
      member: 'awaitFirstWorkflowId',
      args: [['w4', 'w2', 'w1'], 'w1'],
      as: { workflow: 'w1', token: OWNER },
      afterMs: 1,
    },
  ],
];
