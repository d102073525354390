/**
 * The part of the system database that runs code of others inside a transaction. Source: DBOS SDK 5.3.0,
 * `system_database.js` 1264.
 *
 * What the code awaits are members of the database, given the transaction: they answer at once. So it comes to its end in
 * the move in which it lands, and nothing can happen in between.
 */
import type { SystemDatabase } from '@dbos-inc/dbos-sdk/internal/system_database';
import { AsyncResource } from 'node:async_hooks';
import { inEngine, place } from '../../lineage.ts';
import type { Boundary } from '../boundary.ts';
import { labelOf } from '../execution.ts';
import { done, lookup, record } from '../tables/operations.ts';
import type { OperationRow } from '../tables/rows.ts';
import { remember } from '../tables/undo.ts';
import { recordFailure } from './effects.ts';
import { recorded } from './steps.ts';

type Body = (transaction: object) => Promise<string | null>;

/** Members of the system database, for one process. */
export const transactions = (boundary: Boundary, database: SystemDatabase): object => ({
  runTransactionalStep: (id: string, position: number, name: string, body: Body) =>
    boundary.durable(id, position, 'step', name, [], () => transact(boundary, database, id, position, name, body)),
});

/** The members that are given it belong to one transaction. */
const TRANSACTION = {};

/** Runs `body` and records what it came to, both or neither. What it fails with is recorded by itself, once it is undone. */
async function transact(
  boundary: Boundary,
  database: SystemDatabase,
  id: string,
  position: number,
  name: string,
  body: Body,
): Promise<OperationRow | undefined> {
  const known = await recorded(boundary, id, position);
  if (known !== undefined) return known;
  const { tables } = boundary;
  const [token, by, atMs] = [boundary.token(id), boundary.writer(id, position, 'step'), boundary.nowMs];
  const [scope, at] = [new AsyncResource('Transaction'), place()];
  const failures: unknown[] = [];
  const run = async (): Promise<OperationRow | undefined> => {
    const existing = lookup(tables, id, position);
    if (existing !== undefined) return existing;
    // Whatever the body of a zombie comes to, it ends with this.
    tables.fence(id, token, position, by.executor);
    const undo = remember(tables);
    try {
      const output = await body(TRANSACTION).catch((error: unknown) => {
        failures.push(error);
        throw error;
      });
      const operation = { ...done(name, atMs, { output }), completedAtMs: boundary.nowMs };
      record(tables, by, id, position, operation, token, true);
      return undefined;
    } catch (error) {
      undo();
      throw error;
    }
  };
  const land = (): Promise<OperationRow | undefined> => {
    const landed = scope.runInAsyncScope(() => (at === undefined ? run() : inEngine(at, run)));
    // Heard when the reply comes.
    landed.catch(() => undefined);
    return landed;
  };
  try {
    return await boundary.door(labelOf(name), land, id, position);
  } catch (error) {
    if (failures.includes(error)) await recordFailure(database, id, position, name, atMs, error as Error);
    throw error;
  }
}
