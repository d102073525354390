/**
 * Queues: what may be claimed from them, and the claim. Source: DBOS SDK 5.3.0, `system_database.js` 2659.
 */
import type { WorkflowQueue } from '@dbos-inc/dbos-sdk/internal/wfqueue';
import { isFinal, watchDeadline } from './workflows.ts';
import type { WorkflowRow } from './rows.ts';
import type { Tables } from './tables.ts';

/** What a queue says of who may claim how much. */
export type Limits = Pick<WorkflowQueue, 'name' | 'concurrency' | 'workerConcurrency'>;

/** Workflows that an executor of `version`, which runs `running` of the queue already, may claim: in the order of claiming. */
export function claimable(tables: Tables, queue: Limits, version: string, running: number): WorkflowRow[] {
  const waiting = [...tables.workflows.values()].filter(({ status }) => {
    const { applicationVersion } = status;
    const fits = applicationVersion == null || applicationVersion === version;
    return status.status === 'ENQUEUED' && status.queueName === queue.name && fits;
  });
  if (waiting.length === 0) return waiting;
  const mine = (queue.workerConcurrency ?? Infinity) - running;
  const all = (queue.concurrency ?? Infinity) - pendingIn(tables, queue.name);
  return waiting.toSorted(byPriority).slice(0, Math.max(0, Math.min(mine, all)));
}

const byPriority = ({ status: a }: WorkflowRow, { status: b }: WorkflowRow): number =>
  a.priority - b.priority || a.createdAt! - b.createdAt!;

function pendingIn(tables: Tables, queue: string): number {
  let pending = 0;
  for (const { status } of tables.workflows.values())
    if (status.queueName === queue && status.status === 'PENDING') pending++;
  return pending;
}

/** Gives what may be claimed to the executions that `token` stands for; returns the workflow ids. */
export function claim(
  tables: Tables,
  queue: Limits,
  executor: string,
  version: string,
  running: number,
  token: string | null,
): string[] {
  return claimable(tables, queue, version, running).map((row) => {
    const { status } = row;
    status.status = 'PENDING';
    status.executorId = executor;
    status.applicationVersion = version;
    status.recoveryAttempts = (status.recoveryAttempts ?? 0) + 1;
    status.startedAtEpochMs = status.updatedAt = tables.nowMs();
    if (status.timeoutMS != null && status.deadlineEpochMS == null) {
      status.deadlineEpochMS = tables.nowMs() + status.timeoutMS;
      watchDeadline(tables, row);
    }
    row.owner = token;
    if (token !== null) row.tokens.push(token);
    return status.workflowUUID;
  });
}

/** Whether any workflow waits to be claimed: asked before every move. */
export function isWaiting(tables: Tables): boolean {
  for (const { status } of tables.workflows.values()) if (status.status === 'ENQUEUED') return true;
  return false;
}

/** Whether every workflow has ended. */
export function allEnded(tables: Tables): boolean {
  for (const row of tables.workflows.values()) if (!isFinal(row)) return false;
  return true;
}
