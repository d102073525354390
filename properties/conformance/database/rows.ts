/**
 * Our rows in the shape of the SDK's tables, and what of those tables is not compared.
 */
import type { OperationRow, WorkflowRow, Written } from '../../../harness/dbos/tables/rows.ts';
import type { Tables } from '../../../harness/dbos/tables/tables.ts';
import type { Rows } from './side.ts';

type Row = Readonly<Record<string, unknown>>;

/** Columns that are not compared, by table, and why. Every other column of every table is, times included. */
const IGNORED: Readonly<Record<string, readonly string[]>> = {
  // Legacy: the payloads moved to workflow_input and workflow_output; `request` is written by nobody.
  workflow_status: ['request', 'inputs', 'output', 'error'],
  // The age of a payload: only the deletion of old rows asks, which is not simulated.
  workflow_input: ['retention_timestamp'],
  workflow_output: ['retention_timestamp'],
  // The same; and the application's name is the parent's.
  operation_outputs: ['retention_timestamp', 'application_name'],
  // Order only: rows are compared in the order they were sent in.
  notifications: ['created_at_epoch_ms'],
  // Random, or times nobody reads; two are written TRUE and FALSE for older versions.
  queues: ['queue_id', 'created_at', 'updated_at', 'priority_enabled', 'partition_queue'],
  // Random.
  application_versions: ['version_id'],
};

/** By what rows are put in order before they are compared. */
const ORDER: Readonly<Record<string, readonly string[]>> = {
  operation_outputs: ['workflow_uuid', 'function_id'],
  notifications: ['created_at_epoch_ms'],
  application_versions: ['version_name'],
  queues: ['name'],
  workflow_events: ['workflow_uuid', 'key'],
  workflow_events_history: ['workflow_uuid', 'function_id', 'key'],
  streams: ['workflow_uuid', 'key', 'offset'],
  workflow_schedules: ['schedule_name'],
};

/** The rows of the real side, as they are compared: in order, without what is ignored, NULL left out. */
export const compared = (rows: Rows): Rows =>
  Object.fromEntries(
    Object.entries(rows).map(([table, all]) => {
      const order = ORDER[table] ?? ['workflow_uuid'];
      const ignored = new Set(IGNORED[table] ?? []);
      const kept = ([column, value]: [string, unknown]): boolean => value != null && !ignored.has(column);
      return [
        table,
        all
          .toSorted((a, b) =>
            inOrder(
              order.map((column) => a[column]),
              order.map((column) => b[column]),
            ),
          )
          .map((row) => Object.fromEntries(Object.entries(withoutTurn(row)).filter(kept).map(withoutChance))),
      ];
    }),
  );

function inOrder(a: readonly unknown[], b: readonly unknown[]): number {
  for (const [index, one] of a.entries()) {
    const other = b[index];
    if (one === other) continue;
    return (one as string | number) < (other as string | number) ? -1 : 1;
  }
  return 0;
}

/** A wait of no time takes the SDK one turn of its clock. */
function withoutTurn(row: Row): Row {
  const { function_name: name, started_at_epoch_ms: started, completed_at_epoch_ms: completed } = row;
  if (name !== 'DBOS.recv' || completed !== Number(started) + 1) return row;
  return { ...row, completed_at_epoch_ms: started };
}

function withoutChance([column, value]: [string, unknown]): [string, unknown] {
  if (column === 'message_uuid' && !String(value).includes('::')) return [column, '(random)'];
  return [column, typeof value === 'string' ? canonicalText(value) : value];
}

/** JSON with its fields in the order of their names, and without the stacks of errors: where in the SDK they were made. */
export function canonicalText(text: string): string {
  if (!text.startsWith('{')) return text;
  return JSON.stringify(JSON.parse(text), (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const fields = Object.entries(value).filter(([key]) => key !== 'stack');
    return Object.fromEntries(fields.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Our tables, column by column. */
export function rowsOf({ workflows, messages, queues, schedules, versions }: Tables): Rows {
  const all = [...workflows.values()];
  return {
    workflow_status: all.map(statusOf),
    workflow_input: all.map(({ status }) => ({ workflow_uuid: status.workflowUUID, inputs: status.input })),
    workflow_output: all.flatMap(outputOf),
    operation_outputs: all.flatMap(operationsOf),
    notifications: messages.map(
      ({ number, uuid, to, topic, serializedValue, serialization, consumed, consumedBy }) => ({
        ...{ message_uuid: uuid, destination_uuid: to, topic, message: serializedValue, serialization, consumed },
        consumed_by_function_id: consumedBy,
        created_at_epoch_ms: number,
      }),
    ),
    workflow_events: all.flatMap(({ status, events }) =>
      [...events].map(([key, { serializedValue, serialization }]) => {
        return { workflow_uuid: status.workflowUUID, key, value: serializedValue, serialization };
      }),
    ),
    workflow_events_history: all.flatMap(({ status, published }) =>
      published.map((one) => ({ workflow_uuid: status.workflowUUID, ...writtenOf(one) })),
    ),
    streams: all.flatMap(({ status, streams }) =>
      streams.map((one) => ({ workflow_uuid: status.workflowUUID, ...writtenOf(one), offset: one.offset })),
    ),
    queues: [...queues.values()].map((queue) => ({
      name: queue.name,
      concurrency: queue.concurrency,
      worker_concurrency: queue.workerConcurrency,
      rate_limit_max: queue.rateLimitMax,
      rate_limit_period_sec: queue.rateLimitPeriodSec,
      partition_concurrency: queue.partitionConcurrency,
      partition_worker_concurrency: queue.partitionWorkerConcurrency,
      partition_rate_limit_max: queue.partitionRateLimitMax,
      partition_rate_limit_period_sec: queue.partitionRateLimitPeriodSec,
      polling_interval_sec: queue.pollingIntervalSec,
      application_name: queue.applicationName,
    })),
    workflow_schedules: [...schedules.values()].map((schedule) => ({
      ...{ schedule_id: schedule.scheduleId, schedule_name: schedule.scheduleName, status: schedule.status },
      ...{ workflow_name: schedule.workflowName, workflow_class_name: schedule.workflowClassName },
      ...{ schedule: schedule.schedule, context: schedule.context, last_fired_at: schedule.lastFiredAt },
      ...{ automatic_backfill: schedule.automaticBackfill, cron_timezone: schedule.cronTimezone },
      ...{ queue_name: schedule.queueName, application_name: schedule.applicationName },
    })),
    application_versions: versions.map((version) => ({
      ...{ version_name: version.versionName, version_timestamp: version.versionTimestamp },
      ...{ created_at: version.createdAt, application_name: version.applicationName },
    })),
  };
}

function statusOf({ status, creator, owner, rateLimited }: WorkflowRow): Row {
  return {
    ...{ workflow_uuid: status.workflowUUID, status: status.status, name: status.workflowName },
    class_name: status.workflowClassName === '' ? null : status.workflowClassName,
    config_name: status.workflowConfigName === '' ? null : status.workflowConfigName,
    authenticated_user: status.authenticatedUser,
    assumed_role: status.assumedRole,
    authenticated_roles: JSON.stringify(status.authenticatedRoles),
    ...{ executor_id: status.executorId, queue_name: status.queueName, priority: status.priority },
    ...{ created_at: status.createdAt, updated_at: status.updatedAt, completed_at: status.completedAt },
    ...{ application_version: status.applicationVersion, application_id: status.applicationID },
    application_name: status.applicationName,
    recovery_attempts: status.recoveryAttempts,
    workflow_timeout_ms: status.timeoutMS,
    workflow_deadline_epoch_ms: status.deadlineEpochMS,
    started_at_epoch_ms: status.startedAtEpochMs,
    deduplication_id: status.deduplicationID,
    queue_partition_key: status.queuePartitionKey,
    forked_from: status.forkedFrom,
    was_forked_from: status.wasForkedFrom ?? false,
    parent_workflow_id: status.parentWorkflowID,
    ...{ serialization: status.serialization, attributes: status.attributes, schedule_name: status.scheduleName },
    delay_until_epoch_ms: status.delayUntilEpochMS,
    debounce_deadline_epoch_ms: status.debounceDeadlineEpochMS,
    ...{ is_debounced: status.isDebounced ?? false, rate_limited: rateLimited },
    ...{ owner_xid: owner, creator_xid: creator },
  };
}

function outputOf({ status: { workflowUUID, status, output, error } }: WorkflowRow): Row[] {
  if (status !== 'SUCCESS' && status !== 'ERROR') return [];
  return [{ workflow_uuid: workflowUUID, output, error }];
}

const operationsOf = ({ status, operations }: WorkflowRow): Row[] =>
  operations.flatMap((operation, position) =>
    operation === undefined ? [] : [operationOf(status.workflowUUID, position, operation)],
  );

const writtenOf = ({ key, position, serializedValue, serialization }: Written): Row => {
  return { function_id: position, key, value: serializedValue, serialization };
};

const operationOf = (workflow: string, position: number, operation: OperationRow): Row => ({
  ...{ workflow_uuid: workflow, function_id: position, function_name: operation.functionName },
  ...{ output: operation.output, error: operation.error, child_workflow_id: operation.childWorkflowID },
  ...{ started_at_epoch_ms: operation.startedAtMs, completed_at_epoch_ms: operation.completedAtMs },
  serialization: operation.serialization,
});
