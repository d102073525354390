/**
 * The part of the system database that lets workflows begin again, or be gone. Source: DBOS SDK 5.3.0,
 * `system_database.js` (delete 1550, rewind 1598, fork 1681).
 */
import type { SystemDatabase } from '@dbos-inc/dbos-sdk/internal/system_database';
import type { Boundary } from '../boundary.ts';
import { type Again, fork, type ForkOptions, remove, rewind } from '../tables/forks.ts';
import { childrenOf } from './management.ts';

type Asked<T extends Again> = Partial<T> & { readonly newWorkflowID?: string };

/** Members of the system database, for one process. */
export const forks = (boundary: Boundary, database: SystemDatabase): object => ({
  async forkWorkflow(from: string, position: number, options: Asked<ForkOptions> = {}) {
    const to = options.newWorkflowID ?? boundary.executor.token();
    await forkAll(boundary, database, [from], [to], [position], options);
    return to;
  },
  bulkForkWorkflows: (from: string[], to: string[], positions: number[], options: Asked<ForkOptions> = {}) =>
    forkAll(boundary, database, from, to, positions, options),

  async rewindWorkflow(id: string, position: number, options: Asked<Again> = {}) {
    const { tables, sdk } = boundary;
    if (position < 0) throw new sdk.errors.DBOSError(`startStep must be >= 0, got ${position}`);
    const queueName = options.queueName ?? sdk.utils.INTERNAL_QUEUE_NAME;
    const end = sdk.database.DBOS_STREAM_CLOSED_SENTINEL_SERIALIZED;
    const portable = sdk.serialization.DBOSPortableJSON.name();
    return boundary.door(`rewind ${id}`, () =>
      rewind(tables, id, position, { ...options, queueName }, ({ serializedValue, serialization }) => {
        return serializedValue === end && serialization === portable;
      }),
    );
  },

  async deleteWorkflows(ids: string[], children = false) {
    const all = [...ids];
    if (children) for (const id of ids) all.push(...(await childrenOf(boundary, id)));
    await boundary.door(`delete ${ids.join(', ')}`, () => remove(boundary.tables, all));
    for (const id of all) database.runningWorkflowMap.delete(id);
  },
});

async function forkAll(
  boundary: Boundary,
  { appName }: SystemDatabase,
  from: readonly string[],
  to: string[],
  positions: readonly number[],
  options: Asked<ForkOptions>,
): Promise<string[]> {
  if (from.length === 0) return [];
  if (from.length !== to.length || from.length !== positions.length)
    throw new Error('originalWorkflowIDs, forkedWorkflowIDs, and startSteps must have the same length');
  const wanted = from.map((id, index) => ({ from: id, to: to[index]!, position: positions[index]! }));
  const queueName = options.queueName ?? boundary.sdk.utils.INTERNAL_QUEUE_NAME;
  await boundary.door(`fork ${from.join(', ')}`, () =>
    fork(boundary.tables, wanted, { ...options, queueName, appName }),
  );
  return to;
}
