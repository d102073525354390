/** What falls due, and what is put off. */
import fc from 'fast-check';
import { call, type Commands, maybe, queue, serialization, text, time, workflow } from './words.ts';

const bounce = fc.record({
  workflowName: fc.constantFrom('f', 'f', 'g'),
  workflowClassName: fc.constantFrom('', '', 'C'),
  queueName: queue,
  deduplicationID: fc.constantFrom('d1', 'd2'),
  delayUntilEpochMS: time,
  input: text,
  serialization,
  applicationName: maybe(fc.constantFrom('simulated', 'other'), 3),
});

export const SWEEPS: Commands = [
  { weight: 2, arbitrary: call('transitionDelayedWorkflows') },
  { weight: 2, arbitrary: call('cancelTimedOutWorkflows', fc.constantFrom(1, 1000)) },
  { weight: 1, arbitrary: call('setWorkflowDelay', workflow, time) },
  { weight: 2, arbitrary: call('debounceDelayedWorkflow', bounce) },
];
