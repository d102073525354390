/**
 * The columns of a workflow. Every one has its place from the start and keeps it: V8 takes ten times as long to add some to a
 * copy, and never again handles an object well from which one was deleted. Source: DBOS SDK 5.3.0, `system_database.js` 3671.
 */
import type { WorkflowStatusInternal } from '@dbos-inc/dbos-sdk/internal/system_database';
import type { WorkflowRow } from './rows.ts';

/** The columns of a workflow that is created at `createdAt`, in milliseconds. Attributes are kept as JSON. */
export function columnsOf(asked: WorkflowStatusInternal, createdAt: number): WorkflowStatusInternal {
  const columns: Record<keyof WorkflowStatusInternal, unknown> = {
    workflowUUID: asked.workflowUUID,
    status: asked.status,
    workflowName: asked.workflowName,
    workflowClassName: asked.workflowClassName,
    workflowConfigName: asked.workflowConfigName,
    queueName: asked.queueName,
    output: asked.output,
    error: asked.error,
    authenticatedUser: asked.authenticatedUser,
    assumedRole: asked.assumedRole,
    authenticatedRoles: asked.authenticatedRoles,
    executorId: asked.executorId,
    applicationVersion: asked.applicationVersion,
    applicationID: asked.applicationID,
    timeoutMS: asked.timeoutMS,
    deadlineEpochMS: asked.deadlineEpochMS,
    input: asked.input,
    deduplicationID: asked.deduplicationID,
    priority: asked.priority,
    queuePartitionKey: asked.queuePartitionKey,
    parentWorkflowID: asked.parentWorkflowID,
    serialization: asked.serialization,
    delayUntilEpochMS: asked.delayUntilEpochMS,
    attributes: asked.attributes && (JSON.parse(JSON.stringify(asked.attributes)) as object),
    debounceDeadlineEpochMS: asked.debounceDeadlineEpochMS,
    isDebounced: asked.isDebounced,
    applicationName: asked.applicationName,
    updatedAt: createdAt,
    createdAt,
    recoveryAttempts: asked.status === 'PENDING' ? 1 : 0,
    startedAtEpochMs: asked.startedAtEpochMs,
    completedAt: asked.completedAt,
    scheduleName: asked.scheduleName,
    forkedFrom: asked.forkedFrom,
    wasForkedFrom: asked.wasForkedFrom,
  };
  return columns as WorkflowStatusInternal;
}

/** Empties columns. Not by deletion, which makes an object a slow one for ever. */
export function clear({ status }: WorkflowRow, ...columns: readonly Optional[]): void {
  const emptied: { [column in Optional]?: undefined } = status as object;
  for (const column of columns) if (status[column] !== undefined) emptied[column] = undefined;
}

type Optional =
  | 'deduplicationID'
  | 'startedAtEpochMs'
  | 'deadlineEpochMS'
  | 'completedAt'
  | 'queueName'
  | 'queuePartitionKey';
