/** The real databases that what is simulated is held against. */
import { openPglite, openPostgres, type RealDatabase } from '../../harness/dbos/index.ts';
import { findSdk } from '../../harness/dbos/sdk.ts';
import { startPostgres } from './postgres.ts';

/** PGlite, in memory. */
export const onPglite = (): Promise<RealDatabase> => openPglite(findSdk(process.cwd()));

/** A PostgreSQL server of our own, which ends when its database is closed. */
export async function onPostgres(): Promise<RealDatabase> {
  const server = await startPostgres();
  const database = await openPostgres(findSdk(process.cwd()), server.url);
  const close = async (): Promise<void> => {
    await database.close();
    await server.stop();
  };
  return { ...database, close };
}

/** By the names that the command knows them by. */
export const DATABASES = { pglite: onPglite, postgres: onPostgres };
