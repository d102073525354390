/**
 * The real databases that findings are confirmed on: PGlite inside this process, or a PostgreSQL server. Tables are kept
 * in a schema of our own, which the SDK's migrations make and which is dropped in the end.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import type { Pool } from 'pg';
import type { Sdk } from '../sdk.ts';
import type { Place } from './mirror.ts';
import { pglitePool } from './pglite.ts';

/** A database with the SDK's tables. */
export interface RealDatabase extends Place {
  /** What `select version()` says. */
  readonly version: string;
  /** Empties every table. */
  readonly clear: () => Promise<void>;
  /** Drops the tables and closes the connections. */
  readonly close: () => Promise<void>;
}

/** The database cannot be had; the message says why, and what to do. */
export class NoDatabaseError extends Error {
  override readonly name = 'NoDatabaseError';
}

const PGLITE = '@electric-sql/pglite';

/** PGlite, in memory. Rejects with `NoDatabaseError` if it is not installed. */
export async function openPglite(sdk: Sdk): Promise<RealDatabase> {
  const database = await pgliteOf(sdk).create();
  return prepared(sdk, pglitePool(database), () => database.close());
}

/** The user's own copy: Reprise has none, as it is large and only confirmations need it. */
function pgliteOf({ root }: Sdk): typeof PGlite {
  try {
    return (createRequire(join(root, 'package.json'))(PGLITE) as { readonly PGlite: typeof PGlite }).PGlite;
  } catch (error) {
    throw new NoDatabaseError(
      `PGlite cannot be loaded from ${root} (${(error as { code?: string }).code ?? (error as Error).message}): npm i -D ${PGLITE}, or name a PostgreSQL server`,
      { cause: error },
    );
  }
}

/** The server at `url`, by the SDK's own driver. Rejects with `NoDatabaseError` if it cannot be reached. */
export async function openPostgres(sdk: Sdk, url: string): Promise<RealDatabase> {
  const { Pool } = createRequire(sdk.path)('pg') as { readonly Pool: new (config: object) => Pool };
  const pool = new Pool({ connectionString: url, max: 20, connectionTimeoutMillis: 5_000 });
  // A server that goes away says so to whoever asks next.
  pool.on('error', () => undefined);
  try {
    return await prepared(sdk, pool, () => pool.end());
  } catch (error) {
    await pool.end();
    throw new NoDatabaseError(
      `${shown(url)} cannot be used (${(error as Error).message || String(error)}): is a PostgreSQL server running there, and may this user create a schema?`,
      { cause: error },
    );
  }
}

/** Without a password. */
function shown(url: string): string {
  return url.replace(/(\/\/[^:@/]*):[^@/]*@/, '$1:***@');
}

let opened = 0;

async function prepared(sdk: Sdk, pool: Pool, end: () => Promise<void>): Promise<RealDatabase> {
  const schema = `reprise_${process.pid}_${++opened}`;
  const logger = { info: nothing, debug: nothing, warn: nothing, error: nothing };
  const { rows } = await pool.query<{ version: string }>('SELECT version() AS version');
  await sdk.database.ensureSystemDatabase('postgresql://ours@127.0.0.1:1/ours', logger as never, pool, schema, false);
  const tables = await pool.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
      WHERE schemaname = $1 AND tablename <> 'dbos_migrations'`,
    [schema],
  );
  const names = tables.rows.map(({ name }) => name).join(', ');
  return {
    ...{ pool, schema, version: rows[0]!.version },
    clear: async () => void (await pool.query(`TRUNCATE ${names}`)),
    close: async () => {
      await pool.query(`DROP SCHEMA "${schema}" CASCADE`);
      await end();
    },
  };
}

const nothing = (): void => undefined;
