/**
 * Queues: who may claim how much, and the claim. Selections only look, so that a poll can be tried before it is made.
 * Source: DBOS SDK 5.3.0, `system_database.js` (partitions 2640, claim 2659, sweep of partitions 2837, batch 981).
 */
import type { WorkflowStatusInternal } from '@dbos-inc/dbos-sdk/internal/system_database';
import type { WorkflowQueue } from '@dbos-inc/dbos-sdk/internal/wfqueue';
import { APPLICATION, isOurs } from './applications.ts';
import type { WorkflowRow } from './rows.ts';
import type { Tables } from './tables.ts';
import { versionsOf } from './versions.ts';
import { add, isFinal } from './workflows.ts';

/** What a queue says of who may claim how much. */
export type Limits = Pick<
  WorkflowQueue,
  | 'name'
  | 'concurrency'
  | 'workerConcurrency'
  | 'rateLimit'
  | 'partitionConcurrency'
  | 'partitionWorkerConcurrency'
  | 'partitionRateLimit'
>;

type RateLimit = NonNullable<Limits['rateLimit']>;

/** How much of a queue, and of one of its partitions, the process that claims is running already. */
export interface Running {
  readonly queue: number;
  readonly partition: number;
}

/** How the SDK counts what a process is running. */
export interface Counts {
  countRunningWorkflowsForQueue(queue: string): number;
  countRunningWorkflowsForPartition(queue: string, partition: string): number;
}

const isPartitioned = ({ partitionConcurrency, partitionWorkerConcurrency, partitionRateLimit }: Limits): boolean =>
  partitionConcurrency !== undefined || partitionWorkerConcurrency !== undefined || partitionRateLimit !== undefined;

/** Whether the heads of all partitions are claimed in one transaction: one at a time in each, and no other shared limit. */
export const isSwept = ({ partitionConcurrency, concurrency, rateLimit, partitionRateLimit }: Limits): boolean =>
  partitionConcurrency === 1 &&
  concurrency === undefined &&
  rateLimit === undefined &&
  partitionRateLimit === undefined;

/** Whether a poll of a queue by an executor of `version` would claim anything now. */
export function hasWork(tables: Tables, queue: Limits, version: string, counts: Counts): boolean {
  const { name, workerConcurrency = Infinity } = queue;
  if (waitingIn(tables, name).length === 0) return false;
  const running = counts.countRunningWorkflowsForQueue(name);
  if (!isPartitioned(queue)) return startable(tables, queue, version, { queue: running, partition: 0 }).length > 0;
  if (workerConcurrency <= running) return false;
  if (isSwept(queue)) return headsOf(tables, queue, version).length > 0;
  return partitionsOf(tables, name).some((key) => {
    const local = { queue: running, partition: counts.countRunningWorkflowsForPartition(name, key) };
    return startable(tables, queue, version, local, key).length > 0;
  });
}

/** Workflows in a queue that any executor of any version could claim, in the order in which they came. */
const waitingIn = ({ workflows }: Tables, queue: string): WorkflowRow[] =>
  [...workflows.values()].filter(
    ({ status }) => status.status === 'ENQUEUED' && status.queueName === queue && isOurs(status),
  );

/** Who asks for no version is for the latest. */
function fits(tables: Tables, version: string): (row: WorkflowRow) => boolean {
  const isLatest = (versionsOf(tables, APPLICATION)[0]?.versionName ?? version) === version;
  return ({ status: { applicationVersion } }) =>
    applicationVersion === version || (isLatest && applicationVersion == null);
}

const byPriority = ({ status: a }: WorkflowRow, { status: b }: WorkflowRow): number =>
  a.priority - b.priority || a.createdAt! - b.createdAt!;

/**
 * Workflows that an executor of `version` may claim from a queue (of a partitioned one: from one `partition`), in the order
 * of claiming, as many as all limits allow.
 */
export function startable(
  tables: Tables,
  queue: Limits,
  version: string,
  running: Running,
  partition?: string,
): WorkflowRow[] {
  const isIn = ({ status }: WorkflowRow): boolean => partition === undefined || status.queuePartitionKey === partition;
  const waiting = waitingIn(tables, queue.name).filter(isIn).filter(fits(tables, version));
  if (waiting.length === 0) return waiting;
  return waiting.toSorted(byPriority).slice(0, Math.max(0, room(tables, queue, running, partition)));
}

function room(tables: Tables, queue: Limits, running: Running, partition: string | undefined): number {
  const { name, concurrency, workerConcurrency, rateLimit } = queue;
  const { partitionConcurrency, partitionWorkerConcurrency, partitionRateLimit } = queue;
  const isIn = ({ status }: WorkflowRow): boolean => partition !== undefined && status.queuePartitionKey === partition;
  // A queue may have thousands of rows: what has no limit is not counted.
  const left = (limit: number | undefined, taken: () => number): number =>
    limit === undefined ? Infinity : limit - taken();
  return Math.min(
    left(workerConcurrency, () => running.queue),
    left(partitionWorkerConcurrency, () => running.partition),
    left(rateLimit?.limitPerPeriod, () => started(tables, name, rateLimit!).length),
    left(partitionRateLimit?.limitPerPeriod, () => started(tables, name, partitionRateLimit!).filter(isIn).length),
    left(concurrency, () => pendingIn(tables, name).length),
    left(partitionConcurrency, () => pendingIn(tables, name).filter(isIn).length),
  );
}

const pendingIn = ({ workflows }: Tables, queue: string): WorkflowRow[] =>
  [...workflows.values()].filter(
    ({ status }) => status.status === 'PENDING' && status.queueName === queue && isOurs(status),
  );

/** Claims that count against a rate limit now, by the clock of the database. */
function started({ workflows, nowMs }: Tables, queue: string, { periodSec }: RateLimit): WorkflowRow[] {
  const sinceMs = nowMs() - periodSec * 1000;
  return [...workflows.values()].filter(
    ({ status, rateLimited }) =>
      rateLimited &&
      status.queueName === queue &&
      status.status !== 'ENQUEUED' &&
      status.status !== 'DELAYED' &&
      status.startedAtEpochMs !== undefined &&
      status.startedAtEpochMs > sinceMs &&
      isOurs(status),
  );
}

/** When a rate limit that holds something back lets go of it, by the clock of the database; Infinity: none does. */
export function nextWindow(tables: Tables, queue: Limits): number {
  const { name, rateLimit, partitionRateLimit } = queue;
  if ((rateLimit ?? partitionRateLimit) === undefined) return Infinity;
  if (waitingIn(tables, name).length === 0) return Infinity;
  const opens = (limit: RateLimit | undefined, isIn: (row: WorkflowRow) => boolean): number => {
    if (limit === undefined || limit.limitPerPeriod <= 0) return Infinity;
    const times = started(tables, name, limit)
      .filter(isIn)
      .map(({ status }) => status.startedAtEpochMs!);
    const last = times.toSorted((a, b) => a - b).at(-limit.limitPerPeriod);
    return last === undefined ? Infinity : last + limit.periodSec * 1000;
  };
  const inPartition = (key: string): number =>
    opens(partitionRateLimit, ({ status }) => status.queuePartitionKey === key);
  return Math.min(
    opens(rateLimit, () => true),
    ...partitionsOf(tables, name).map(inPartition),
  );
}

/** The partitions of a queue in which something waits, in the order of their keys. */
export const partitionsOf = (tables: Tables, queue: string): string[] =>
  [...new Set(waitingIn(tables, queue).flatMap(({ status }) => status.queuePartitionKey ?? []))].toSorted();

/** Partitions of a queue in which something waits and nothing runs, whoever's it is, in the order of their keys. */
export function freePartitionsOf(tables: Tables, queue: string): string[] {
  const taken = new Set<string | undefined>();
  for (const { status } of tables.workflows.values())
    if (status.status === 'PENDING' && status.queueName === queue) taken.add(status.queuePartitionKey);
  return partitionsOf(tables, queue).filter((key) => !taken.has(key));
}

/** What an executor of `version` may claim from those of `partitions` that are free: the first of each. */
export function headsOf(
  tables: Tables,
  queue: Limits,
  version: string,
  partitions: readonly string[] = freePartitionsOf(tables, queue.name),
): WorkflowRow[] {
  const waiting = waitingIn(tables, queue.name)
    .filter(fits(tables, version))
    .toSorted((a, b) => byPriority(a, b) || (a.status.workflowUUID < b.status.workflowUUID ? -1 : 1));
  return partitions.flatMap((key) => waiting.find(({ status }) => status.queuePartitionKey === key) ?? []);
}

/** Who claims: the executor, its version, and the token of the executions that it will start. */
export interface Claimant {
  readonly executor: string;
  readonly version: string;
  readonly token: string | null;
}

/** Gives workflows to the executions that a token stands for; returns their ids. */
export function claim(tables: Tables, rows: readonly WorkflowRow[], by: Claimant, rateLimited: boolean): string[] {
  for (const row of rows) {
    const { status } = row;
    status.status = 'PENDING';
    status.executorId = by.executor;
    status.applicationVersion = by.version;
    status.applicationName ??= APPLICATION;
    status.recoveryAttempts = (status.recoveryAttempts ?? 0) + 1;
    status.startedAtEpochMs = status.updatedAt = tables.nowMs();
    if (status.timeoutMS != null && status.deadlineEpochMS == null) {
      status.deadlineEpochMS = tables.nowMs() + status.timeoutMS;
      tables.timed.add(row);
    }
    row.rateLimited = rateLimited;
    row.owner = by.token;
    if (by.token !== null) row.tokens.push(by.token);
  }
  return rows.map(({ status }) => status.workflowUUID);
}

/** Enqueues many at once; those that are there already stay as they are. Returns the ids of the others. */
export function enqueueAll(
  tables: Tables,
  statuses: readonly WorkflowStatusInternal[],
  createdAts: readonly number[],
): Set<string> {
  const inserted = new Set<string>();
  for (const [index, status] of statuses.entries()) {
    if (tables.workflows.has(status.workflowUUID)) continue;
    add(tables, status, null, createdAts[index]);
    inserted.add(status.workflowUUID);
  }
  return inserted;
}

/** When the newest workflow of each partition was created that waits or runs: what is enqueued there must come after it. */
export function newestIn({ workflows }: Tables, partitions: readonly string[]): Map<string, number> {
  const newest = new Map<string, number>();
  for (const { status } of workflows.values()) {
    const { queuePartitionKey: key, createdAt = 0 } = status;
    if (status.status !== 'ENQUEUED' && status.status !== 'PENDING') continue;
    if (key !== undefined && partitions.includes(key)) newest.set(key, Math.max(newest.get(key) ?? 0, createdAt));
  }
  return newest;
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
