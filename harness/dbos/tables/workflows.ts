/**
 * Workflows and who owns them: start, end, recovery, cancellation. Source: DBOS SDK 5.3.0, `system_database.js`
 * (start 3671, end 1103, recovery 1135, ownership 3885, cancel 1372, resume 1383).
 */
import type { WorkflowStatusInternal } from '@dbos-inc/dbos-sdk/internal/system_database';
import type { Outcome } from '../../values.ts';
import type { Status } from '../../history.ts';
import { isOurs } from './applications.ts';
import { clear, columnsOf } from './columns.ts';
import type { WorkflowRow } from './rows.ts';
import type { Tables } from './tables.ts';

/** What a start comes to, as the SDK is told. */
export interface Started {
  readonly status: string;
  readonly shouldExecuteOnThisExecutor: boolean;
  readonly serialization: never;
}

/**
 * Inserts a workflow, or finds the one that is there: whoever inserted it may run it. Throws code 28 if its deduplication
 * id is taken, 36 if the id is taken and `policy` is reject, 22 if it is another workflow's.
 */
export function insert(
  tables: Tables,
  asked: WorkflowStatusInternal,
  creator: string | null,
  policy?: string,
): Started {
  vet(tables, asked, creator, policy);
  const row = tables.workflows.get(asked.workflowUUID) ?? add(tables, asked, creator);
  const { status, serialization } = row.status;
  asked.serialization = serialization;
  return { status, shouldExecuteOnThisExecutor: row.creator === creator, serialization: serialization as never };
}

/** Throws what `insert` would throw. */
export function vet(
  tables: Tables,
  asked: WorkflowStatusInternal,
  creator: string | null,
  policy: string = 'return-existing',
): void {
  const { workflowUUID: id } = asked;
  const existing = tables.workflows.get(id);
  if (existing === undefined) assertFree(tables, asked);
  const { status, workflowName } = existing?.status ?? asked;
  const isTheirs = creator === null || (existing !== undefined && existing.creator !== creator);
  if (policy === 'reject' && isTheirs) throw new tables.errors.DBOSWorkflowIDInUseError(id, status, workflowName);
  if (existing !== undefined) assertSame(tables, existing, asked);
}

/** What may not differ between a workflow and another start under its id, as messages call it. */
const IDENTITY = [
  ['workflowName', 'function name'],
  ['workflowClassName', 'class name'],
  ['workflowConfigName', 'class configuration'],
] as const;

function assertSame({ errors }: Tables, { status }: WorkflowRow, asked: WorkflowStatusInternal): void {
  for (const [column, what] of IDENTITY) {
    const [there, given] = [status[column], asked[column]];
    if ((there ?? '') === (given ?? '')) continue;
    const message = `Workflow already exists with a different ${what}: ${there}, but the provided ${what} is: ${given}`;
    throw new errors.DBOSConflictingWorkflowError(asked.workflowUUID, message);
  }
}

function assertFree(tables: Tables, { workflowUUID: id, queueName, deduplicationID }: WorkflowStatusInternal): void {
  if (deduplicationID != null && holderOf(tables, queueName, deduplicationID) !== undefined)
    throw new tables.errors.DBOSQueueDuplicatedError(id, queueName ?? '', deduplicationID);
}

/** The workflow that holds a deduplication id of a queue; undefined: it is free. */
export function holderOf(
  { workflows }: Tables,
  queueName: string | undefined,
  deduplicationID: string,
): WorkflowRow | undefined {
  for (const row of workflows.values())
    if (row.status.queueName === queueName && row.status.deduplicationID === deduplicationID) return row;
  return undefined;
}

/** Inserts a workflow that is not there yet, with a deduplication id that is free. */
export function add(
  tables: Tables,
  asked: WorkflowStatusInternal,
  creator: string | null,
  createdAt: number = tables.nowMs(),
): WorkflowRow {
  const { workflowUUID: id, status, parentWorkflowID, input } = asked;
  const running = status === 'PENDING';
  const row: WorkflowRow = {
    status: columnsOf(asked, createdAt),
    creator,
    owner: running ? creator : null,
    tokens: running && creator !== null ? [creator] : [],
    operations: [],
    recorded: 0,
    outcome: null,
    rateLimited: false,
    events: new Map(),
    published: [],
    streams: [],
  };
  tables.workflows.set(id, row);
  tables.note({
    type: 'workflow.created',
    workflow: id,
    name: asked.workflowName,
    input: tables.outcome(input, null, asked.serialization).text,
    parent: parentWorkflowID ?? null,
  });
  if (asked.delayUntilEpochMS != null || asked.deadlineEpochMS != null) tables.timed.add(row);
  return row;
}

/** Whether a workflow has ended (a cancelled one can be resumed). */
export const isFinal = ({ status: { status } }: WorkflowRow): boolean =>
  status !== 'PENDING' && status !== 'ENQUEUED' && status !== 'DELAYED';

/** Changes the status of a workflow, and takes it from whoever owned it. */
export function move(tables: Tables, row: WorkflowRow, status: Status): void {
  row.status.status = status;
  row.status.updatedAt = tables.nowMs();
  row.owner = null;
}

function end(tables: Tables, row: WorkflowRow, status: Status, outcome: Outcome | null): void {
  move(tables, row, status);
  clear(row, 'deduplicationID');
  row.status.completedAt = tables.nowMs();
  row.outcome = outcome;
  tables.note({ type: 'workflow.ended', workflow: row.status.workflowUUID, status, outcome });
}

/** Writes the outcome, if `token` still owns the workflow (without one: whoever does). False: it does not, and nothing was written. */
export function finish(
  tables: Tables,
  id: string,
  { output, error }: WorkflowStatusInternal,
  token: string | undefined,
  executor: string,
): boolean {
  const row = tables.workflows.get(id);
  if (row?.status.status !== 'PENDING' || (token !== undefined && row.owner !== token)) {
    tables.refuse(id, null, executor);
    return false;
  }
  row.status.output = output;
  row.status.error = error;
  end(tables, row, error === null ? 'SUCCESS' : 'ERROR', tables.outcome(output, error, row.status.serialization));
  return true;
}

const isAbandoned = ({ status }: WorkflowRow, executor: string, version: string): boolean =>
  status.status === 'PENDING' &&
  status.executorId === executor &&
  status.applicationVersion === version &&
  isOurs(status);

/** Whether an executor of `version` has workflows it did not finish. */
export function owns(tables: Tables, executor: string, version: string): boolean {
  for (const row of tables.workflows.values()) if (isAbandoned(row, executor, version)) return true;
  return false;
}

/** Takes every unfinished workflow of `version` away from a presumed dead executor, for anyone to claim from `queue`. */
export function reenqueue(tables: Tables, executor: string, version: string, queue: string): string[] {
  const rows = [...tables.workflows.values()].filter((row) => isAbandoned(row, executor, version));
  for (const row of rows) enqueue(tables, row, row.status.queueName ?? queue);
  return rows.map(({ status }) => status.workflowUUID);
}

function enqueue(tables: Tables, row: WorkflowRow, queue: string): void {
  move(tables, row, 'ENQUEUED');
  row.status.queueName = queue;
  clear(row, 'startedAtEpochMs');
}

/** Cancels workflows; their executions are fenced from then on. No effect on finished ones. */
export function cancel(tables: Tables, ids: readonly string[]): void {
  for (const id of ids) {
    const row = tables.workflows.get(id);
    if (row === undefined || row.status.status === 'SUCCESS' || row.status.status === 'ERROR') continue;
    end(tables, row, 'CANCELLED', null);
    // As if it had never been claimed from a queue.
    clear(row, 'queueName', 'startedAtEpochMs');
  }
}

/** Enqueues workflows again, from what is recorded, with a fresh count of attempts. No effect on finished ones. */
export function resume(tables: Tables, ids: readonly string[], queue: string): void {
  const missing = ids.filter((id) => !tables.workflows.has(id));
  if (missing.length > 0) tables.row(missing.join(', '));
  for (const row of ids.map((id) => tables.row(id))) {
    if (row.status.status === 'SUCCESS' || row.status.status === 'ERROR') continue;
    enqueue(tables, row, queue);
    row.status.recoveryAttempts = 0;
    clear(row, 'deadlineEpochMS', 'deduplicationID', 'completedAt');
    row.outcome = null;
  }
}

/** Gives up workflows that were recovered too often. */
export function deadLetter(tables: Tables, ids: readonly string[], attemptsMin: number): void {
  for (const id of ids) {
    const row = tables.workflows.get(id);
    if (row?.status.status !== 'PENDING' || (row.status.recoveryAttempts ?? 0) < attemptsMin) continue;
    end(tables, row, 'MAX_RECOVERY_ATTEMPTS_EXCEEDED', null);
    // As if it had never been claimed from a queue.
    clear(row, 'queueName', 'startedAtEpochMs');
  }
}
