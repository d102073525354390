/**
 * The part of the system database that queues are kept in, and claimed from.
 * Source: DBOS SDK 5.3.0, `system_database.js` (batch 981, claims 2640 on, queues 3452 on).
 */
import type {
  QueueRecord,
  QueueRecordUpdate,
  SystemDatabase,
  WorkflowStatusInternal,
} from '@dbos-inc/dbos-sdk/internal/system_database';
import type { WorkflowQueue } from '@dbos-inc/dbos-sdk/internal/wfqueue';
import type { Boundary } from '../boundary.ts';
import { isOf } from '../tables/applications.ts';
import { resolveOwner } from '../tables/owners.ts';
import {
  claim,
  enqueueAll,
  freePartitionsOf,
  headsOf,
  isSwept,
  newestIn,
  partitionsOf,
  startable,
} from '../tables/queues.ts';

/** Members of the system database, for one process. */
export const queues = (boundary: Boundary, { appName }: SystemDatabase): object => {
  const { tables } = boundary;
  return {
    getQueue: (name: string) => boundary.now(() => copyOf(tables.queues.get(name))),
    listQueues: (application?: string) =>
      boundary.now(() =>
        [...tables.queues.values()].filter((queue) => isOf(queue, application ?? appName)).map(copyOf),
      ),
    upsertQueue: (record: QueueRecord, update: boolean) => upsert(boundary, record, update, appName),
    updateQueue: (name: string, fields: QueueRecordUpdate) =>
      boundary.door(`update queue ${name}`, () => {
        const queue = tables.queues.get(name);
        if (queue !== undefined) tables.queues.set(name, partitioned({ ...queue, ...fields }));
      }),
    deleteQueue: (name: string) => boundary.door(`delete queue ${name}`, () => void tables.queues.delete(name)),

    enqueueWorkflows: batches(boundary),
    getQueuePartitions: (queue: string) => boundary.now(() => partitionsOf(tables, queue)),
    ...claims(boundary),
  };
};

const copyOf = <T extends object>(record: T | undefined): T | null => (record === undefined ? null : { ...record });

/** A queue is partitioned if it has a limit for each partition, whatever the record says. */
const partitioned = (record: QueueRecord): QueueRecord => ({
  ...record,
  partitionQueue:
    record.partitionConcurrency !== null ||
    record.partitionWorkerConcurrency !== null ||
    (record.partitionRateLimitMax !== null && record.partitionRateLimitPeriodSec !== null),
});

/** Registers a queue; true if it was not there. That takes no move, unless it changes a queue which others may be using. */
function upsert(
  boundary: Boundary,
  record: QueueRecord,
  update: boolean,
  appName: string | undefined,
): Promise<boolean> {
  const { tables } = boundary;
  const { name } = record;
  const land = (): boolean => {
    const known = tables.queues.get(name);
    const owner = resolveOwner(tables, 'Queue', name, known?.applicationName, record.applicationName ?? appName);
    if (known === undefined || update)
      tables.queues.set(name, partitioned({ ...record, ...(owner === undefined ? {} : { applicationName: owner }) }));
    return known === undefined;
  };
  return tables.queues.has(name) && update ? boundary.door(`update queue ${name}`, land) : boundary.now(land);
}

/**
 * The poll is a move, and its claim lands in it; the reply starts the executions. A crash in between leaves claimed
 * workflows that do not run.
 */
const claims = (boundary: Boundary): object => ({
  findAndMarkStartableWorkflows(
    queue: WorkflowQueue,
    executor: string,
    version: string,
    partition: string | undefined,
    running = 0,
    partitionRunning = 0,
    token: string | null = null,
  ) {
    const { tables } = boundary;
    const rows = startable(tables, queue, version, { queue: running, partition: partitionRunning }, partition);
    const isLimited = (queue.rateLimit ?? queue.partitionRateLimit) !== undefined;
    const ids = claim(tables, rows, { executor, version, token }, isLimited);
    return boundary.answer('journal', `claim ${queue.name}`, () => ids);
  },

  findAndMarkStartablePartitionedWorkflows(
    queue: WorkflowQueue,
    executor: string,
    version: string,
    most = Infinity,
    token: string | null = null,
  ) {
    const { tables, sdk } = boundary;
    if (!isSwept(queue))
      return Promise.reject(
        new sdk.errors.DBOSError(
          `Batched partitioned dequeue requires a queue with partition concurrency 1 and no queue-wide concurrency or rate limit: ${queue.name}`,
        ),
      );
    const rows = headsOf(tables, queue, version, chosen(boundary, freePartitionsOf(tables, queue.name), most));
    const ids = claim(tables, rows, { executor, version, token }, false);
    return boundary.answer('journal', `claim ${queue.name}`, () => ids);
  },
});

/** Partitions that one sweep looks at. */
const SWEEP_MAX = 8192;

/** As many partitions as may be claimed from: the first, or, where the process can take but a few, any of them. */
function chosen({ executor }: Boundary, partitions: string[], most: number): string[] {
  if (most >= SWEEP_MAX) return partitions.slice(0, SWEEP_MAX);
  const drawn: string[] = [];
  const left = [...partitions];
  while (drawn.length < most && left.length > 0)
    drawn.push(...left.splice(Math.floor(executor.random() * left.length), 1));
  return drawn.toSorted();
}

/** Enqueues many workflows at once, in the order given within each partition, also across batches of this process. */
function batches(boundary: Boundary): (statuses: WorkflowStatusInternal[]) => Promise<Set<string>> {
  const { tables, sdk } = boundary;
  /** For each partition, the time of creation that the next workflow gets at the earliest. */
  const cursors = new Map<string, number>();
  return async (statuses) => {
    for (const { status, workflowUUID: id, deduplicationID } of statuses) {
      if (status !== 'ENQUEUED')
        throw new sdk.errors.DBOSError(`enqueueWorkflows only accepts ENQUEUED workflows, but ${id} is ${status}`);
      if (deduplicationID !== undefined)
        throw new sdk.errors.DBOSError(`enqueueWorkflows does not support deduplication IDs, but ${id} has one`);
    }
    if (statuses.length === 0) return new Set();
    const { nowMs } = boundary;
    const keys = [...new Set(statuses.flatMap(({ queuePartitionKey }) => queuePartitionKey ?? []))];
    const unseen = keys.filter((key) => !cursors.has(key));
    if (unseen.length > 0) {
      const newest = await boundary.answer('journal', `newest in ${unseen.join(', ')}`, () => newestIn(tables, unseen));
      for (const [key, atMs] of newest) cursors.set(key, Math.max(cursors.get(key) ?? 0, atMs + 1));
    }
    const createdAts = statuses.map(({ queuePartitionKey: key }) => {
      if (key === undefined) return nowMs;
      const atMs = Math.max(nowMs, cursors.get(key) ?? 0);
      cursors.set(key, atMs + 1);
      return atMs;
    });
    return boundary.door(`enqueue ${statuses.length}`, () => enqueueAll(tables, statuses, createdAts));
  };
}
