/**
 * The part of the system database that lets time do its work: delays, deadlines, debouncing.
 * Source: DBOS SDK 5.3.0, `system_database.js` (delay 1425, debouncing 1441, sweeps 2598).
 */
import type { DebounceParams, DebounceResult } from '@dbos-inc/dbos-sdk/internal/system_database';
import type { Boundary } from '../boundary.ts';
import { bounce } from '../tables/debounce.ts';
import { expire, release } from '../tables/sweeps.ts';

/** Members of the system database, for one process. */
export const sweeps = (boundary: Boundary): object => {
  const { tables } = boundary;
  return {
    transitionDelayedWorkflows() {
      const { nowMs } = boundary;
      return boundary.door('sweep of delays', () => release(tables, nowMs));
    },
    cancelTimedOutWorkflows(limit: number) {
      const { nowMs } = boundary;
      return boundary.door('sweep of deadlines', () => expire(tables, nowMs, limit));
    },

    setWorkflowDelay: (id: string, delayUntilEpochMS: number) =>
      boundary.door(`delay ${id}`, () => {
        const row = tables.workflows.get(id);
        if (row?.status.status !== 'DELAYED') return;
        row.status.delayUntilEpochMS = delayUntilEpochMS;
        row.status.updatedAt = tables.nowMs();
        tables.timed.add(row);
      }),

    debounceDelayedWorkflow: (asked: DebounceParams, transaction?: object): Promise<DebounceResult> =>
      boundary.within(transaction, `bounce ${asked.deduplicationID}`, () => bounce(tables, asked)),
  };
};
