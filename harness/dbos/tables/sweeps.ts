/**
 * What falls due: delays that are over, deadlines that have passed. Each sweep is a transaction, by the clock of the
 * process that makes it. Source: DBOS SDK 5.3.0, `system_database.js` (delays 2598, deadlines 2611).
 */
import { isOurs } from './applications.ts';
import type { WorkflowRow } from './rows.ts';
import type { Tables } from './tables.ts';
import { clear } from './columns.ts';
import { cancel, isFinal, move } from './workflows.ts';

/** Something that falls due: which workflow's, and when, in milliseconds of any process's clock. */
export interface Due {
  readonly row: WorkflowRow;
  readonly dueMs: number;
}

const delayOf = ({ status: { status, delayUntilEpochMS } }: WorkflowRow): number =>
  status === 'DELAYED' ? (delayUntilEpochMS ?? Infinity) : Infinity;

const deadlineOf = (row: WorkflowRow): number => (isFinal(row) ? Infinity : (row.status.deadlineEpochMS ?? Infinity));

/** The delay that is over first; null: nothing is delayed. */
export const nextDelay = (tables: Tables): Due | null => earliest(tables, delayOf);

/** The deadline that passes first; null: there is none. */
export const nextDeadline = (tables: Tables): Due | null => earliest(tables, deadlineOf);

function earliest(tables: Tables, dueOf: (row: WorkflowRow) => number): Due | null {
  let first: Due | null = null;
  for (const row of pending(tables)) {
    const dueMs = dueOf(row);
    if (dueMs < (first?.dueMs ?? Infinity)) first = { row, dueMs };
  }
  return first;
}

/** Workflows of which something will fall due. Those of which nothing does any more are not looked at again. */
function* pending({ timed, workflows }: Tables): Generator<WorkflowRow> {
  for (const row of timed) {
    const isPending = delayOf(row) < Infinity || deadlineOf(row) < Infinity;
    if (!isPending || workflows.get(row.status.workflowUUID) !== row) timed.delete(row);
    else if (isOurs(row.status)) yield row;
  }
}

const due = (tables: Tables, nowMs: number, dueOf: (row: WorkflowRow) => number): WorkflowRow[] =>
  [...pending(tables)].filter((row) => dueOf(row) <= nowMs);

/** Workflows whose delay is over may be claimed. A debounced one lets go of its key: the next call starts another. */
export function release(tables: Tables, nowMs: number): void {
  for (const row of due(tables, nowMs, delayOf)) {
    move(tables, row, 'ENQUEUED');
    if (row.status.isDebounced === true) clear(row, 'deduplicationID');
  }
}

/** Cancels workflows whose deadline has passed, earliest first and `most` at once; returns their ids. */
export function expire(tables: Tables, nowMs: number, most: number): string[] {
  const rows = due(tables, nowMs, deadlineOf).toSorted((a, b) => deadlineOf(a) - deadlineOf(b));
  const ids = rows.slice(0, most).map(({ status }) => status.workflowUUID);
  cancel(tables, ids);
  return ids;
}
