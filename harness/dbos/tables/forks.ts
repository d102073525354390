/**
 * Workflows that begin again from what was recorded: forked under a new id, rewound under their own; and deleted.
 * Source: DBOS SDK 5.3.0, `system_database.js` (delete 1550, rewind 1598, fork 1686).
 */
import type { OperationRow, WorkflowRow, Written } from './rows.ts';
import type { Tables } from './tables.ts';
import { duplicate } from './violations.ts';
import { clear } from './columns.ts';
import { isFinal } from './workflows.ts';

/** Where a workflow begins again, and as what. */
export interface Again {
  readonly queueName: string;
  readonly queuePartitionKey?: string | undefined;
  readonly applicationVersion?: string | undefined;
}

/** What a fork may change besides. */
export interface ForkOptions extends Again {
  readonly timeoutMS?: number | undefined;
  /** Children that the fork has in place of those of the original. */
  readonly replacementChildren?: Readonly<Record<string, string>> | undefined;
  /** Whose the fork is if the original is nobody's. */
  readonly appName?: string | undefined;
}

/** One fork: of whom, as whom, from which position on. */
export interface Fork {
  readonly from: string;
  readonly to: string;
  readonly position: number;
}

/** Forks workflows, all or none. Throws code 16 if an original is missing, 23505 if the id of a fork is taken. */
export function fork(tables: Tables, forks: readonly Fork[], options: ForkOptions): void {
  const missing = forks.find(({ from }) => !tables.workflows.has(from));
  if (missing !== undefined) tables.row(missing.from);
  const ids = forks.map(({ to }) => to);
  if (new Set(ids).size < ids.length || ids.some((id) => tables.workflows.has(id)))
    throw duplicate('workflow_status', 'workflow_status_pkey');
  for (const one of forks) copy(tables, one, options);
}

function copy(tables: Tables, { from, to, position }: Fork, options: ForkOptions): void {
  const original = tables.row(from);
  original.status.wasForkedFrom = true;
  // From the first step on nothing is kept, not even what steps before it might have left.
  const kept = Math.max(0, position);
  const published = original.published.filter((row) => row.position < kept);
  const operations = original.operations.slice(0, kept).map((row) => row && withChild(row, options));
  const row: WorkflowRow = {
    status: forkedStatus(tables, original, to, options),
    creator: null,
    owner: null,
    tokens: [],
    operations,
    recorded: count(operations),
    outcome: null,
    rateLimited: false,
    events: latestOf(published),
    published,
    streams: original.streams.filter((entry) => entry.position < kept),
  };
  tables.workflows.set(to, row);
  tables.note({ type: 'workflow.begins', workflow: to, from, position: kept });
  const { workflowName: name, input, serialization } = row.status;
  tables.note({
    type: 'workflow.created',
    workflow: to,
    name,
    input: tables.outcome(input, null, serialization).text,
    parent: null,
  });
}

function forkedStatus(
  tables: Tables,
  { status: original }: WorkflowRow,
  workflowUUID: string,
  { queueName, queuePartitionKey, applicationVersion, timeoutMS, appName }: ForkOptions,
): WorkflowRow['status'] {
  const { workflowName, workflowClassName, workflowConfigName, applicationID, input, serialization } = original;
  const { authenticatedUser, authenticatedRoles, assumedRole, attributes } = original;
  const atMs = tables.nowMs();
  return {
    ...{ workflowUUID, workflowName, workflowClassName, workflowConfigName, applicationID, input, serialization },
    ...{ authenticatedUser, authenticatedRoles, assumedRole, queueName, createdAt: atMs, updatedAt: atMs },
    ...{ status: 'ENQUEUED', output: null, error: null, recoveryAttempts: 0, priority: 0, isDebounced: false },
    ...defined({ attributes, queuePartitionKey, timeoutMS, forkedFrom: original.workflowUUID }),
    ...defined({ applicationVersion: applicationVersion ?? original.applicationVersion }),
    ...defined({ applicationName: original.applicationName ?? appName }),
    // Nobody has it yet: the column is null.
    executorId: null as unknown as string,
    wasForkedFrom: false,
  };
}

/** Columns that are null are no fields. */
function defined<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null)) as never;
}

const count = (operations: readonly (OperationRow | undefined)[]): number => operations.filter(Boolean).length;

function withChild(operation: OperationRow, { replacementChildren = {} }: ForkOptions): OperationRow {
  const { childWorkflowID: child } = operation;
  if (child === null || !Object.hasOwn(replacementChildren, child)) return operation;
  return { ...operation, childWorkflowID: replacementChildren[child]! };
}

/** The value of each key that the highest position published. */
function latestOf(published: readonly Written[]): WorkflowRow['events'] {
  const events: WorkflowRow['events'] = new Map();
  for (const { key, serializedValue, serialization } of published.toSorted((a, b) => a.position - b.position))
    events.set(key, { serializedValue, serialization });
  return events;
}

/**
 * Forgets what a workflow recorded from `position` on, and enqueues it again under its own id. What its streams hold stays,
 * but for the marks of their end. Throws code 16 if it is missing, 1 if it has not ended.
 */
export function rewind(tables: Tables, id: string, position: number, again: Again, isEnd: IsEnd): void {
  const row = tables.row(id);
  const { status } = row;
  if (!isFinal(row))
    throw new tables.errors.DBOSError(
      `Cannot rewind ${id} (${status.status}): only a workflow in a terminal state can be rewound, so cancel it first`,
    );
  const discarded = new Set(row.published.filter((event) => event.position >= position).map(({ key }) => key));
  drop(row.published, (event) => event.position >= position);
  const surviving = latestOf(row.published);
  for (const key of discarded) {
    const value = surviving.get(key);
    if (value === undefined) row.events.delete(key);
    else row.events.set(key, value);
  }
  drop(row.streams, (entry) => entry.position >= position && isEnd(entry));
  drop(tables.messages, ({ to, consumed, consumedBy }) => {
    return to === id && (!consumed || (consumedBy !== null && consumedBy >= position));
  });
  row.operations.length = Math.min(row.operations.length, position);
  row.recorded = count(row.operations);
  restart(tables, row, again);
  tables.note({ type: 'workflow.begins', workflow: id, from: id, position });
}

/** Whether a value marks the end of its stream. */
type IsEnd = (entry: WorkflowRow['streams'][number]) => boolean;

function restart(tables: Tables, row: WorkflowRow, { queueName, queuePartitionKey, applicationVersion }: Again): void {
  const { status } = row;
  row.owner = null;
  row.outcome = null;
  clear(row, ...EMPTIED);
  Object.assign(status, { status: 'ENQUEUED', queueName, recoveryAttempts: 0, output: null, error: null });
  Object.assign(status, { updatedAt: tables.nowMs() }, defined({ queuePartitionKey, applicationVersion }));
}

const EMPTIED = ['queuePartitionKey', 'deadlineEpochMS', 'deduplicationID', 'startedAtEpochMs', 'completedAt'] as const;

/** Deletes workflows with everything that belongs to them. Their executions are fenced from then on. */
export function remove(tables: Tables, ids: readonly string[]): void {
  for (const id of ids) {
    const row = tables.workflows.get(id);
    if (row === undefined) continue;
    tables.workflows.delete(id);
    tables.deleted.set(id, row);
    row.owner = null;
    // Nothing is left that could be too late.
    clear(row, 'deadlineEpochMS');
    tables.note({ type: 'workflow.begins', workflow: id, from: null, position: 0 });
  }
  const gone = new Set(ids);
  drop(tables.messages, ({ to }) => gone.has(to));
}

function drop<T>(list: T[], goes: (entry: T) => boolean): void {
  for (let index = list.length - 1; index >= 0; index--) if (goes(list[index]!)) list.splice(index, 1);
}
