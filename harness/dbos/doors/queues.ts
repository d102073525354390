/**
 * The part of the system database that queues are kept in.
 */
import type { QueueRecord } from '@dbos-inc/dbos-sdk/internal/system_database';
import type { WorkflowQueue } from '@dbos-inc/dbos-sdk/internal/wfqueue';
import type { Boundary } from '../boundary.ts';
import { NotSimulatedError } from '../refused.ts';
import { claim } from '../tables/queues.ts';

/** Members of the system database, for one process. */
export const queues = (boundary: Boundary): object => ({
  init: () => Promise.resolve(),
  destroy: () => Promise.resolve(),

  getQueue: (name: string) => boundary.now(() => boundary.tables.queues.get(name) ?? null),
  listQueues: () => boundary.now(() => [...boundary.tables.queues.values()]),
  upsertQueue: (record: QueueRecord, update: boolean) =>
    boundary.now(() => {
      assertSupported(record);
      const { queues: known } = boundary.tables;
      const isNew = !known.has(record.name);
      if (isNew || update) known.set(record.name, { ...record });
      return isNew;
    }),

  // The poll is a move, and its claim lands in it; the reply starts the executions. A crash in between leaves claimed
  // workflows that do not run.
  findAndMarkStartableWorkflows(
    queue: WorkflowQueue,
    executor: string,
    version: string,
    partition: string | undefined,
    running = 0,
    _partitionRunning = 0,
    token: string | null = null,
  ) {
    if (partition !== undefined) throw new NotSimulatedError('partitioned queues');
    const ids = claim(boundary.tables, queue, executor, version, running, token);
    return boundary.answer('journal', `claim ${queue.name}`, () => ids);
  },
});

function assertSupported({ name, rateLimitMax, partitionQueue }: QueueRecord): void {
  if (rateLimitMax !== null) throw new NotSimulatedError(`the rate limit of queue ${name}`);
  if (partitionQueue) throw new NotSimulatedError(`the partitions of queue ${name}`);
}
