/**
 * The part of the system database that operators use: cancel, resume, reorder, list.
 * Source: DBOS SDK 5.3.0, `system_database.js` (cancel 1355, resume 1383, children 1538, list 2983).
 */
import type { GetWorkflowsInput } from '@dbos-inc/dbos-sdk';
import type { WorkflowStatusInternal } from '@dbos-inc/dbos-sdk/internal/system_database';
import type { Boundary } from '../boundary.ts';
import { NotSimulatedError } from '../refused.ts';
import { read } from '../tables/reading.ts';
import { cancel, resume } from '../tables/workflows.ts';

/** Members of the system database, for one process. */
export const management = (boundary: Boundary): object => ({
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
      for (const { status } of boundary.tables.workflows.values())
        if (status.queueName === queue && status.deduplicationID === deduplicationId) return status.workflowUUID;
      return null;
    }),

  getWorkflowChildren: (id: string) =>
    boundary.answer('journal', `children ${id}`, () => [...levelsBelow(boundary, [id])].flat()),

  listWorkflows: (filters: GetWorkflowsInput) =>
    boundary.answer('journal', 'list workflows', () => list(boundary, filters)),
});

const cancelAll = (boundary: Boundary, ids: readonly string[]): Promise<void> =>
  boundary.door(`cancel ${ids.join(', ')}`, () => cancel(boundary.tables, ids));

/** Level by level, each a transaction of its own: what is started in between may escape. */
async function cascade(boundary: Boundary, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await cancelAll(boundary, ids);
  for (const level of levelsBelow(boundary, ids)) await cancelAll(boundary, level);
}

/** The children of workflows, then the children of those: each level as it is when it is asked for. */
function* levelsBelow(boundary: Boundary, ids: readonly string[]): Generator<readonly string[]> {
  const seen = new Set(ids);
  for (let level = ids; ;) {
    level = childrenOf(boundary, level).filter((id) => !seen.has(id));
    if (level.length === 0) return;
    for (const id of level) seen.add(id);
    yield level;
  }
}

function childrenOf({ tables }: Boundary, ids: readonly string[]): string[] {
  const parents = new Set(ids);
  const rows = [...tables.workflows.values()].map(({ status }) => status);
  return rows
    .filter(({ parentWorkflowID }) => parentWorkflowID != null && parents.has(parentWorkflowID))
    .map(({ workflowUUID }) => workflowUUID);
}

/** Columns that a listing may be filtered by, each with one value or several. */
const COLUMNS = {
  workflowIDs: 'workflowUUID',
  workflowName: 'workflowName',
  status: 'status',
  queueName: 'queueName',
  executorId: 'executorId',
  applicationVersion: 'applicationVersion',
  parentWorkflowID: 'parentWorkflowID',
} as const;
const SHAPES: readonly string[] = ['queuesOnly', 'limit', 'offset', 'sortDesc', 'loadInput', 'loadOutput'];

function list({ tables }: Boundary, filters: GetWorkflowsInput): WorkflowStatusInternal[] {
  const unknown = Object.entries(filters).find(
    ([key, value]) => value !== undefined && !(key in COLUMNS) && !SHAPES.includes(key),
  );
  if (unknown !== undefined) throw new NotSimulatedError(`listWorkflows by ${unknown[0]}`);
  const { queuesOnly = false, sortDesc = false, offset = 0, limit } = filters;
  const fits = (status: WorkflowStatusInternal): boolean =>
    Object.entries(COLUMNS).every(([key, column]) => {
      const wanted = filters[key as keyof typeof COLUMNS] as string | readonly string[] | undefined;
      return wanted === undefined || [wanted].flat().includes(status[column]!);
    }) && !(queuesOnly && (status.queueName === undefined || status.completedAt !== undefined));
  const found = [...tables.workflows.values()].filter(({ status }) => fits(status));
  if (sortDesc) found.reverse();
  return found.slice(offset, offset + (limit || Infinity)).map((row) => read(row, filters));
}
