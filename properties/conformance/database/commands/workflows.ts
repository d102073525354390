/** Starts, ends, ownership, recovery, and looking at workflows. */
import fc from 'fast-check';
import type { Call } from '../call.ts';
import {
  call,
  type Commands,
  executor,
  maybe,
  partition,
  position,
  queue,
  serialization,
  text,
  time,
  token,
  version,
  within,
  workflow,
} from './words.ts';

const common = {
  workflowUUID: workflow,
  workflowName: fc.oneof({ weight: 6, arbitrary: fc.constant('f') }, { weight: 1, arbitrary: fc.constant('g') }),
  workflowClassName: fc.oneof({ weight: 8, arbitrary: fc.constant('') }, { weight: 1, arbitrary: fc.constant('C') }),
  workflowConfigName: fc.oneof({ weight: 8, arbitrary: fc.constant('') }, { weight: 1, arbitrary: fc.constant('c') }),
  output: fc.constant(null),
  error: fc.constant(null),
  authenticatedUser: fc.constantFrom('', 'ada'),
  assumedRole: fc.constant(''),
  authenticatedRoles: fc.constantFrom([], ['admin']),
  executorId: executor,
  applicationID: fc.constant(''),
  input: text,
  serialization,
  parentWorkflowID: maybe(workflow),
  applicationName: maybe(fc.constantFrom('simulated', 'simulated', 'simulated', 'other')),
  attributes: maybe(fc.constant({ colour: 'red' })),
};

/** Parents come before their children. */
const rooted = <T extends { workflowUUID: string; parentWorkflowID?: string | undefined }>({
  parentWorkflowID: parent,
  ...rest
}: T): object => (parent !== undefined && parent < rest.workflowUUID ? { ...rest, parentWorkflowID: parent } : rest);

const direct = fc.record({
  ...{ ...common, status: fc.constant('PENDING'), priority: fc.constant(0), applicationVersion: version },
  deadlineEpochMS: maybe(time),
  timeoutMS: maybe(fc.constant(3000)),
});

const enqueued = fc.record({
  ...{ ...common, status: fc.constant('ENQUEUED'), queueName: queue, priority: fc.constantFrom(0, 1, 2) },
  applicationVersion: maybe(version),
  deduplicationID: maybe(fc.constantFrom('d1', 'd2')),
  timeoutMS: maybe(fc.constant(3000)),
  queuePartitionKey: maybe(partition),
});

const delayed = fc.record({
  ...{ ...common, status: fc.constant('DELAYED'), queueName: queue, priority: fc.constantFrom(0, 1, 2) },
  applicationVersion: maybe(version),
  deduplicationID: maybe(fc.constantFrom('d1', 'd2')),
  delayUntilEpochMS: time,
  isDebounced: fc.boolean(),
  debounceDeadlineEpochMS: maybe(time),
});

const asked = fc
  .oneof({ weight: 3, arbitrary: direct }, { weight: 3, arbitrary: enqueued }, { weight: 1, arbitrary: delayed })
  .map(rooted);
const none = fc.constant(undefined);
const policy = fc.constantFrom(undefined, undefined, undefined, undefined, 'return-existing', 'reject');
const creator = fc.option(token, { freq: 5 });

/** A start: most sequences begin with some. */
export const start: fc.Arbitrary<Call> = call('initWorkflowStatus', asked, creator, none, policy);

/** A start that goes well: it runs, and somebody owns it. */
export const begun: fc.Arbitrary<Call> = call('initWorkflowStatus', direct.map(rooted), token);

/** A start by a workflow: its parent is who calls. */
const child: fc.Arbitrary<Call> = within('', position, asked, token, time, time, policy).map((made) => {
  const [parent, at, status, ...rest] = made.args;
  const [by, startedAtMs, completedAtMs, how] = rest;
  return {
    ...made,
    member: 'initChildWorkflowStatus',
    args: [status, by, parent, at, startedAtMs, completedAtMs, how],
  };
});

const ending = (column: 'output' | 'error'): fc.Arbitrary<object> =>
  fc.record({ ...common, output: fc.constant(null), error: fc.constant(null), [column]: text });

/** Looking at another workflow from within one. */
const observed: fc.Arbitrary<Call> = within('getWorkflowStatus', position, workflow).map((made) => {
  const [caller, at, seen] = made.args;
  return { ...made, args: [seen, caller, at] };
});

/**
 * Workflows to be enqueued at once: mostly without deduplication ids, which are refused. Several are of one partition, where
 * each has a time of its own: among equal times SQL leaves the order open.
 */
export const batch = fc
  .tuple(
    fc.uniqueArray(
      enqueued.map(({ deduplicationID, ...rest }) => (deduplicationID === 'd1' ? { ...rest, deduplicationID } : rest)),
      { maxLength: 3, selector: ({ workflowUUID }) => workflowUUID },
    ),
    partition,
  )
  .map(([rows, queuePartitionKey]) => (rows.length < 2 ? rows : rows.map((row) => ({ ...row, queuePartitionKey }))));

export const WORKFLOWS: Commands = [
  { weight: 8, arbitrary: start },
  { weight: 3, arbitrary: child },
  { weight: 3, arbitrary: within('recordWorkflowOutput', ending('output')) },
  {
    weight: 1,
    arbitrary: call('recordWorkflowOutput', workflow, ending('output'), fc.option(token, { nil: undefined })),
  },
  { weight: 2, arbitrary: within('recordWorkflowError', ending('error')) },
  { weight: 1, arbitrary: call('deadLetterWorkflows', fc.array(workflow, { maxLength: 2 }), fc.nat({ max: 3 })) },
  {
    weight: 4,
    arbitrary: call('reenqueueWorkflowsForRecovery', executor, version, fc.constant('_dbos_internal_queue')),
  },
  { weight: 1, arbitrary: call('getWorkflowOwner', workflow) },
  { weight: 1, arbitrary: call('getWorkflowStatus', workflow) },
  { weight: 1, arbitrary: call('getWorkflowStatuses', fc.uniqueArray(workflow, { minLength: 1 })) },
  { weight: 2, arbitrary: observed },
];
