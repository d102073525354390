/**
 * The part of the system database that operators use: cancel, resume, reorder, list.
 * Source: DBOS SDK 5.3.0, `system_database.js` (cancel 1355, resume 1383, children 1538, list 2983).
 */
import type { GetWorkflowsInput } from '@dbos-inc/dbos-sdk';
import type { SystemDatabase, WorkflowStatusInternal } from '@dbos-inc/dbos-sdk/internal/system_database';
import type { Boundary } from '../boundary.ts';
import { list } from '../tables/listing.ts';
import { cancel, holderOf, resume } from '../tables/workflows.ts';

/** Members of the system database, for one process. */
export const management = (boundary: Boundary, database: SystemDatabase): object => ({
  cancelWorkflows: (ids: string[], children = false) => (children ? cascade(boundary, ids) : cancelAll(boundary, ids)),
  resumeWorkflows: (ids: string[], queue = boundary.sdk.utils.INTERNAL_QUEUE_NAME) =>
    boundary.door(`resume ${ids.join(', ')}`, () => resume(boundary.tables, ids, queue)),

  setWorkflowPriority: (id: string, priority: number) =>
    boundary.door(`prioritise ${id}`, () => {
      const status = boundary.tables.workflows.get(id)?.status;
      if (status?.status !== 'ENQUEUED' && status?.status !== 'DELAYED') return;
      status.priority = priority;
      status.updatedAt = boundary.tables.nowMs();
    }),

  getDeduplicatedWorkflow: (queue: string, deduplicationId: string) =>
    boundary.answer('journal', `holder ${queue}/${deduplicationId}`, () => {
      return holderOf(boundary.tables, queue, deduplicationId)?.status.workflowUUID ?? null;
    }),

  getWorkflowChildren: (id: string) => childrenOf(boundary, id),

  listWorkflows(filters: GetWorkflowsInput): Promise<WorkflowStatusInternal[]> {
    // The SDK fills in what it is given.
    filters.loadInput ??= true;
    filters.loadOutput ??= true;
    filters.sortDesc ??= false;
    const asked = { ...filters };
    return boundary.answer('journal', 'list workflows', () => list(boundary.tables, asked, database.appName));
  },
});

const cancelAll = (boundary: Boundary, ids: readonly string[]): Promise<void> =>
  boundary.door(`cancel ${ids.join(', ')}`, () => cancel(boundary.tables, ids));

/** Level by level, each a transaction of its own: what is started in between may escape. */
async function cascade(boundary: Boundary, ids: readonly string[]): Promise<void> {
  const seen = new Set(ids);
  for (let level = ids; level.length > 0; level = await levelBelow(boundary, level, seen))
    await cancelAll(boundary, level);
}

/** Everything below a workflow, level by level. */
export async function childrenOf(boundary: Boundary, id: string): Promise<string[]> {
  const seen = new Set<string>();
  for (let level: readonly string[] = [id]; level.length > 0; level = await levelBelow(boundary, level, seen));
  return [...seen];
}

/** The children of workflows as they are when the answer comes, but for those that were seen before. */
async function levelBelow(boundary: Boundary, ids: readonly string[], seen: Set<string>): Promise<string[]> {
  const parents = new Set(ids);
  const children = await boundary.answer('journal', `children of ${ids.join(', ')}`, () =>
    [...boundary.tables.workflows.values()]
      .filter(({ status: { parentWorkflowID: parent } }) => parent != null && parents.has(parent))
      .map(({ status }) => status.workflowUUID),
  );
  const fresh = children.filter((child) => !seen.has(child));
  for (const child of fresh) seen.add(child);
  return fresh;
}
