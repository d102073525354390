/** What `reprise/dbos` exports: the engine for programs on the DBOS SDK, and how its findings are confirmed. */
import type { Confirmable, DbosEngine } from './backing.ts';
import { dbos as engine, type DbosOptions } from './engine.ts';
import { confirm } from './real/confirm.ts';

export { type DbosOptions, restore } from './engine.ts';
export { MemoryDataSource, type MemoryClient } from './datasources/memory.ts';
export { PGliteDataSource, type SqlClient } from './datasources/pglite.ts';
export { DatabaseError } from './datasources/store.ts';
export type { TransactionConfig } from './datasources/source.ts';
export { NotSimulatedError } from './refused.ts';
export { confirm, type Confirmation, type ConfirmOptions, type Confronted, NotDbosError } from './real/confirm.ts';
export { NoDatabaseError, openPglite, openPostgres, type RealDatabase } from './real/database.ts';
export type { Difference } from './real/difference.ts';
export { confirmationReport } from './real/report.ts';
export type { MessageRow, OperationRow, Rows, Stored, WorkflowRow } from './tables/rows.ts';

/**
 * An engine that runs the user's own copy of `@dbos-inc/dbos-sdk`. `start` is given what `app` gives. Throws if there is no
 * such copy, or none that is supported.
 */
export function dbos<App = void>(options: DbosOptions<App> = {}): DbosEngine<App> & Confirmable {
  // So that whoever has a scenario can have it confirmed by the copy of Reprise that made it.
  return { ...engine(options), confirm };
}
