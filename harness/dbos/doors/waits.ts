/**
 * The part of the system database that waits: for time, and for other workflows.
 * Source: DBOS SDK 5.3.0, `system_database.js` (sleep 2010, results 1850).
 */
import type { SystemDatabaseStoredResult } from '@dbos-inc/dbos-sdk/internal/system_database';
import type { Boundary } from '../boundary.ts';
import type { CallKind } from '../../history.ts';
import { pause } from '../../retry.ts';
import { done, lookupAs, PORTABLE, record } from '../tables/operations.ts';
import type { OperationRow } from '../tables/rows.ts';
import { isFinal } from '../tables/workflows.ts';
import { recorded } from './steps.ts';

const SLEEP = 'DBOS.sleep';

/** Members of the system database, for one process. */
export const waits = (boundary: Boundary): object => ({
  durableSleepms: (id: string, position: number, ms: number) =>
    boundary.durable(id, position, 'sleep', SLEEP, [], () => sleep(boundary, id, position, ms)),

  awaitWorkflowResult: (
    id: string,
    timeoutS?: number,
    caller?: string,
    deadline?: number,
    _pollMs?: number,
    failIfMissing = false,
  ) => result(boundary, id, timeoutS, caller, deadline, failIfMissing),
  awaitFirstWorkflowId: (ids: string[], caller?: string) => firstOf(boundary, ids, caller),
  awaitWorkflowIds: (ids: string[], caller?: string) => untilEnded(boundary, ids, 'every', caller),
});

/** What is recorded for a call. Throws if that goes by another name; those who wait do not ask whether it failed. */
export async function replayed(
  boundary: Boundary,
  id: string,
  position: number,
  name: string,
): Promise<OperationRow | undefined> {
  const found = await recorded(boundary, id, position);
  if (found !== undefined) lookupAs(boundary.tables, id, position, name);
  return found;
}

/** Throws what is recorded, if that is an error. */
export async function rethrow({ sdk }: Boundary, { error, serialization }: OperationRow): Promise<void> {
  const { deserializeResError, DBOSJSON } = sdk.serialization;
  if (error !== null) throw await deserializeResError(error, serialization, DBOSJSON);
}

/** The time to wake up at: recorded first, so that a recovered workflow wakes no later. */
export async function wakeAt(
  boundary: Boundary,
  id: string,
  position: number,
  ms: number,
  kind: CallKind,
): Promise<number> {
  const { tables } = boundary;
  const known = await replayed(boundary, id, position, SLEEP);
  if (known !== undefined) return Number(known.output);
  const [token, by, atMs] = [boundary.token(id), { executor: boundary.executor.id, kind }, boundary.nowMs];
  const dueMs = atMs + Math.ceil(ms);
  const marker = done(SLEEP, atMs, { output: JSON.stringify(dueMs), serialization: PORTABLE });
  // A sleep takes until it is over; the marker of a deadline, which may never be reached, takes no time.
  const operation = kind === 'sleep' ? { ...marker, completedAtMs: dueMs } : marker;
  const land = (): void => record(tables, by, id, position, operation, token, false);
  await boundary.door(kind, land, id, position);
  return dueMs;
}

async function sleep(boundary: Boundary, id: string, position: number, ms: number): Promise<void> {
  const dueMs = await wakeAt(boundary, id, position, ms, 'sleep');
  await pause(boundary.executor.clock, dueMs - boundary.nowMs, boundary.executor.name(`sleep of ${id}`));
  boundary.tables.assertNotCancelled(id);
}

/** Whether a workflow (undefined: the client) is cancelled. */
export const isCancelled = ({ tables }: Boundary, id: string | undefined): boolean =>
  id !== undefined && tables.isCancelled(id);

const hasEnded = ({ tables }: Boundary, id: string): boolean => {
  const row = tables.workflows.get(id);
  return row !== undefined && isFinal(row);
};

async function untilEnded(
  boundary: Boundary,
  ids: readonly string[],
  how: 'some' | 'every',
  caller?: string,
): Promise<void> {
  const ready = (): boolean => ids[how]((id) => hasEnded(boundary, id)) || isCancelled(boundary, caller);
  await boundary.wait(`result ${ids.join(', ')}`, ready, Infinity, caller ?? null);
  if (caller !== undefined) boundary.tables.assertNotCancelled(caller);
}

async function firstOf(boundary: Boundary, ids: readonly string[], caller?: string): Promise<string | undefined> {
  await untilEnded(boundary, ids, 'some', caller);
  return ids.find((id) => hasEnded(boundary, id));
}

async function result(
  boundary: Boundary,
  id: string,
  timeoutS: number | undefined,
  caller: string | undefined,
  deadline: number | undefined,
  failIfMissing: boolean,
): Promise<SystemDatabaseStoredResult | undefined> {
  const { tables } = boundary;
  const ms = (timeoutS ?? Infinity) * 1000;
  const durable = deadline !== undefined && caller !== undefined && timeoutS !== undefined;
  const dueMs = durable ? await wakeAt(boundary, caller, deadline, ms, 'deadline') : boundary.nowMs + ms;
  const missing = (): boolean => failIfMissing && !tables.workflows.has(id);
  const ready = (): boolean => hasEnded(boundary, id) || isCancelled(boundary, caller) || missing();
  await boundary.wait(`result ${id}`, ready, dueMs, caller ?? null);
  if (caller !== undefined) tables.assertNotCancelled(caller);
  if (missing()) tables.row(id);
  return hasEnded(boundary, id) ? ended(boundary, id) : undefined;
}

/** What a workflow came to, as an awaiter is told. */
function ended({ tables }: Boundary, id: string): SystemDatabaseStoredResult {
  const { status, output, error, serialization } = tables.row(id).status;
  if (status === 'SUCCESS') return { output, serialization };
  if (status === 'ERROR') return { error, serialization };
  return status === 'CANCELLED' ? { cancelled: true } : { maxRecoveryAttemptsExceeded: true };
}
