/**
 * Calls of a workflow that change the database and record that they did, both or neither.
 * Source: DBOS SDK 5.3.0, `system_database.js` 3915.
 */
import type { SystemDatabase } from '@dbos-inc/dbos-sdk/internal/system_database';
import type { CallKind } from '../../history.ts';
import { inEngine, place } from '../../lineage.ts';
import type { Boundary } from '../boundary.ts';
import { labelOf } from '../execution.ts';
import { done, lookupAs, PORTABLE, record } from '../tables/operations.ts';
import type { OperationRow } from '../tables/rows.ts';
import { replayed, rethrow } from './waits.ts';

/** A call at a position, and what it does over there. */
export interface Effect {
  readonly workflow: string;
  readonly position: number;
  readonly kind: CallKind;
  /** What the SDK records it as. */
  readonly name: string;
  readonly args: readonly unknown[];
  /** Throws what the database objects to, whoever asks. */
  readonly check?: () => void;
  readonly write: () => void;
}

/** Makes the call, unless it is recorded. Throws code 24 if the workflow is cancelled, 26 if another is recorded, 5 for zombies. */
export function effect(boundary: Boundary, call: Effect): Promise<void> {
  const { workflow, position, kind, name, args } = call;
  return boundary.durable(workflow, position, kind, name, args, async () => {
    const known = await replayed(boundary, workflow, position, name);
    if (known !== undefined) return rethrow(boundary, known);
    const { tables } = boundary;
    const [token, by, startedAtMs] = [
      boundary.token(workflow),
      boundary.writer(workflow, position, kind),
      boundary.nowMs,
    ];
    const land = (): OperationRow | undefined => {
      // Refused by the look-up, before the fence: a write that is refused is one all the same.
      if (tables.isCancelled(workflow)) tables.refuse(workflow, position, by.executor);
      const existing = lookupAs(tables, workflow, position, name);
      if (existing !== undefined) return existing;
      call.check?.();
      tables.fence(workflow, token, position, by.executor);
      call.write();
      const times = { startedAtMs, completedAtMs: boundary.nowMs };
      const operation = done(name, startedAtMs, { serialization: PORTABLE, ...times });
      record(tables, by, workflow, position, operation, token, true);
      return undefined;
    };
    const existing = await boundary.door(labelOf(name), land, workflow, position);
    if (existing !== undefined) await rethrow(boundary, existing);
  });
}

/** Records, in a transaction of its own, what a call failed with. */
export function recordFailure(
  database: SystemDatabase,
  workflow: string,
  position: number,
  name: string,
  startedAtMs: number,
  error: Error,
): Promise<void> {
  const at = place();
  const write = (): Promise<void> => database.recordOperationError(workflow, position, name, startedAtMs, error);
  return at === undefined ? write() : inEngine(at, write);
}
