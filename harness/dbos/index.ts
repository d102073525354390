/** What `reprise/dbos` exports: the engine for programs on the DBOS SDK. */
export { dbos, type DbosOptions, restore } from './engine.ts';
export { MemoryDataSource, type MemoryClient } from './datasources/memory.ts';
export { PGliteDataSource, type SqlClient } from './datasources/pglite.ts';
export { DatabaseError } from './datasources/store.ts';
export type { TransactionConfig } from './datasources/source.ts';
export { NotSimulatedError } from './refused.ts';
export type { MessageRow, OperationRow, Rows, Stored, WorkflowRow } from './tables/rows.ts';
