/**
 * The part of the system database that starts, ends, recovers and looks at workflows.
 */
import type { WorkflowStatusInternal } from '@dbos-inc/dbos-sdk/internal/system_database';
import type { Boundary } from '../boundary.ts';
import { NotSimulatedError } from '../refused.ts';
import { read } from '../tables/listing.ts';
import { done, lookupAs, PORTABLE, record } from '../tables/operations.ts';
import type { OperationRow } from '../tables/rows.ts';
import { deadLetter, finish, insert, owns, reenqueue, type Started, vet } from '../tables/workflows.ts';
import { rethrow } from './waits.ts';

/** Members of the system database, for one process. */
export const workflows = (boundary: Boundary): object => ({
  initWorkflowStatus: (
    status: WorkflowStatusInternal,
    creator: string | null,
    transaction?: object,
    policy?: string,
  ) => {
    if (transaction !== undefined) throw new NotSimulatedError('DBOSClient.enqueueInTransaction');
    const land = (): Started =>
      boundary.isClient
        ? fromClient(boundary, status, creator, policy)
        : insert(boundary.tables, status, creator, policy);
    return boundary.door(`start ${status.workflowUUID}`, land);
  },

  initChildWorkflowStatus(
    status: WorkflowStatusInternal,
    creator: string,
    parent: string,
    position: number,
    startedAtMs: number,
    completedAtMs: number,
    policy?: string,
  ) {
    const [token, by] = [boundary.token(parent), boundary.writer(parent, position, 'start')];
    const { workflowUUID: childWorkflowID, workflowName } = status;
    const operation = { ...done(workflowName, startedAtMs, { childWorkflowID }), completedAtMs };
    const land = (): Started => {
      const { tables } = boundary;
      tables.fence(parent, token, position, by.executor);
      vet(tables, status, creator, policy);
      const existing = tables.row(parent).operations[position];
      if (existing !== undefined && existing.completedAtMs !== completedAtMs)
        throw new tables.errors.DBOSStepNondeterminismError(parent, position);
      const started = insert(tables, status, creator, policy);
      record(tables, by, parent, position, operation, token, true);
      return started;
    };
    return boundary.door(`start ${childWorkflowID}`, land, parent, position);
  },

  recordWorkflowOutput: (id: string, status: WorkflowStatusInternal, token?: string) =>
    conclude(boundary, id, { ...status, error: null }, token ?? boundary.token(id)),
  recordWorkflowError: (id: string, status: WorkflowStatusInternal, token?: string) =>
    conclude(boundary, id, { ...status, error: status.error ?? '' }, token ?? boundary.token(id)),

  deadLetterWorkflows: (ids: string[], attemptsMin: number) =>
    boundary.door(`give up ${ids.join(', ')}`, () => deadLetter(boundary.tables, ids, attemptsMin)),

  // What an executor left is given up in the move that restarts or replaces it: there is nothing left to find.
  reenqueueWorkflowsForRecovery(executor: string, version: string, queue: string) {
    if (!owns(boundary.tables, executor, version)) return Promise.resolve([]);
    return boundary.door(`recover ${executor}`, () => reenqueue(boundary.tables, executor, version, queue));
  },

  getWorkflowOwner: (id: string) => boundary.now(() => boundary.tables.workflows.get(id)?.owner ?? null),

  getWorkflowStatus(id: string, caller?: string, position?: number) {
    // A caller at position 0 is not recorded: so the SDK.
    const ask = (): Promise<WorkflowStatusInternal | null> =>
      boundary.answer('journal', `status ${id}`, () => statusOf(boundary, id), caller ?? null);
    if (caller === undefined || position === undefined) return ask();
    if (position === 0) return boundary.durable(caller, position, 'step', 'getStatus', [id], ask);
    return boundary.durable(caller, position, 'step', 'getStatus', [id], () =>
      recordedStatus(boundary, id, caller, position),
    );
  },

  getWorkflowStatuses: (ids: string[]) =>
    boundary.now(() => new Map(ids.flatMap((id) => entryOf(id, statusOf(boundary, id, false))))),

  getAllOperationResults: (id: string, limit?: number, offset = 0, loadOutput = true) =>
    boundary.answer('journal', `steps ${id}`, () =>
      operationsOf(boundary, id, loadOutput).slice(offset, limit === undefined ? undefined : offset + limit),
    ),
});

/** A client's start runs on an executor that is up, from the move on in which it arrives; if none is, it waits to be claimed. */
function fromClient(
  { tables, assign, sdk }: Boundary,
  status: WorkflowStatusInternal,
  creator: string | null,
  policy?: string,
): Started {
  const runs = status.status === 'PENDING' && creator !== null && !tables.workflows.has(status.workflowUUID);
  const home = runs ? assign(creator) : null;
  if (runs && home === null) {
    status.status = 'ENQUEUED';
    status.queueName = sdk.utils.INTERNAL_QUEUE_NAME;
  }
  if (home !== null) status.executorId = home.executor.id;
  const started = insert(tables, status, creator, policy);
  home?.begin(status.workflowUUID);
  return { ...started, shouldExecuteOnThisExecutor: false };
}

/** Writes the end of a workflow, if the execution still owns it. */
function conclude(
  boundary: Boundary,
  id: string,
  status: WorkflowStatusInternal,
  token: string | undefined,
): Promise<boolean> {
  const { tables, executor } = boundary;
  const execution = boundary.executions.of(id, token);
  // The workflow may have been deleted in the meantime.
  const row = tables.workflows.get(id) ?? tables.deleted.get(id);
  const outcome = tables.outcome(status.output, status.error, row?.status.serialization ?? null);
  const lost = execution?.conclude(outcome) ?? [];
  const land = (): boolean => {
    const owned = finish(tables, id, status, token, executor.id);
    const how = outcome.ok ? 'returned' : 'threw';
    execution?.end(owned ? how : 'parked', lost);
    return owned;
  };
  return boundary.door(`finish ${id}`, land, id);
}

const entryOf = <T>(id: string, status: T | null): [string, T][] => (status === null ? [] : [[id, status]]);

/** A copy of the row, as it is read. */
function statusOf({ tables }: Boundary, id: string, output = true): WorkflowStatusInternal | null {
  const row = tables.workflows.get(id);
  return row === undefined ? null : read(row, true, output);
}

async function recordedStatus(
  boundary: Boundary,
  id: string,
  caller: string,
  position: number,
): Promise<WorkflowStatusInternal | null> {
  const { tables } = boundary;
  const [token, by, atMs] = [boundary.token(caller), boundary.writer(caller, position, 'step'), boundary.nowMs];
  const land = (): OperationRow => {
    const existing = lookupAs(tables, caller, position, 'getStatus');
    if (existing !== undefined) return existing;
    // That there was no such workflow is recorded as an output of none.
    const seen = statusOf(boundary, id);
    const operation = done('getStatus', atMs, { output: seen && JSON.stringify(seen), serialization: PORTABLE });
    record(tables, by, caller, position, operation, token, true);
    return operation;
  };
  const operation = await boundary.door('getStatus', land, caller, position);
  await rethrow(boundary, operation);
  return operation.output === null ? null : (JSON.parse(operation.output) as WorkflowStatusInternal);
}

function operationsOf({ tables }: Boundary, id: string, loadOutput: boolean): object[] {
  const present = (tables.workflows.get(id)?.operations ?? []).map((operation, position) => ({ operation, position }));
  return present.flatMap(({ operation, position }) =>
    operation === undefined
      ? []
      : [{ ...asRead(id, position, operation), ...(loadOutput ? payloadOf(operation) : {}) }],
  );
}

const asRead = (id: string, position: number, operation: OperationRow): object => ({
  workflow_uuid: id,
  function_id: position,
  function_name: operation.functionName,
  child_workflow_id: operation.childWorkflowID,
  started_at_epoch_ms: String(operation.startedAtMs),
  completed_at_epoch_ms: String(operation.completedAtMs),
});

const payloadOf = ({ output, error, serialization }: OperationRow): object => ({ output, error, serialization });
