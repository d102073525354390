/**
 * The real databases that findings are confirmed on: PGlite inside this process, or a PostgreSQL server. Tables are kept
 * in a schema of our own, which the SDK's migrations make and which is dropped in the end.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import type { Pool } from 'pg';
import type { Sdk } from '../sdk.ts';
import { SILENT } from '../config.ts';
import { pglitePool } from './pglite.ts';

/** A database with the SDK's tables. */
export interface RealDatabase {
  readonly pool: Pool;
  readonly schema: string;
  /** Whether all connections of the pool are one session, which is in one transaction at a time. */
  readonly isOneSession: boolean;
  /** From now on, `now()` in SQL is this many milliseconds since 1970. */
  readonly setClock: (nowMs: number) => Promise<void>;
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

/** What the SDK's migrations leave of an empty PGlite: they take seconds, and loading this takes none. */
const snapshots = new WeakMap<Sdk, Promise<Blob>>();

/** PGlite, in memory. Rejects with `NoDatabaseError` if it is not installed. */
export async function openPglite(sdk: Sdk): Promise<RealDatabase> {
  const PGlite = pgliteOf(sdk);
  let snapshot = snapshots.get(sdk);
  if (snapshot === undefined) {
    snapshots.set(sdk, (snapshot = snapshotOf(sdk, PGlite)));
    // The next one may try again.
    snapshot.catch(() => snapshots.delete(sdk));
  }
  const database = await PGlite.create({ loadDataDir: await snapshot });
  await database.exec(`SET search_path = ${pathOf(IN_PGLITE)}`);
  const end = (): Promise<void> => database.close();
  return opened(pglitePool(database), IN_PGLITE, true, end);
}

const IN_PGLITE = 'reprise';

async function snapshotOf(sdk: Sdk, Database: typeof PGlite): Promise<Blob> {
  const database = await Database.create();
  await database.exec(`SET search_path = ${pathOf(IN_PGLITE)}`);
  await migrate(sdk, pglitePool(database), IN_PGLITE);
  const snapshot = await database.dumpDataDir('none');
  await database.close();
  return snapshot;
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
  const pools: Pool[] = [];
  const connect = (more: object): Pool => {
    const pool = new Pool({ connectionString: url, connectionTimeoutMillis: 5_000, ...more });
    // A server that goes away says so to whoever asks next.
    pool.on('error', () => undefined);
    pools.push(pool);
    return pool;
  };
  const end = async (): Promise<void> => void (await Promise.all(pools.map((pool) => pool.end())));
  let schema: string | undefined;
  try {
    schema = await nameIn(connect({ max: 1 }));
    const pool = connect({ options: `-c search_path=${pathOf(schema)}`, max: 20 });
    await migrate(sdk, pool, schema);
    return await opened(pool, schema, false, end);
  } catch (error) {
    if (schema !== undefined) await pools[0]!.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`).catch(() => undefined);
    await end();
    throw new NoDatabaseError(
      `${shown(url)} cannot be used (${(error as Error).message || String(error)}): is a PostgreSQL server running there, and may this user create a schema?`,
      { cause: error },
    );
  }
}

/** The name of a schema that nobody else has, on whatever machine they run: the server draws it. */
async function nameIn(pool: Pool): Promise<string> {
  const drawn = 'md5(concat(random(), clock_timestamp(), pg_backend_pid()))';
  const { rows } = await pool.query<{ name: string }>(`SELECT 'reprise_' || ${drawn} AS name`);
  return rows[0]!.name;
}

/** Without a password. */
function shown(url: string): string {
  return url.replace(/(\/\/[^:@/?]*):.*@/, '$1:***@').replace(/([?&]password=)[^&]*/i, '$1***');
}

/** Before PostgreSQL's own, there is the schema with our clock. */
const pathOf = (schema: string): string => `${schema},pg_catalog,public`;

/** Statements and defaults of columns that ask for `now()` find ours: so it has to be there before the SDK's tables are. */
const clockIn = (schema: string): string => `
  CREATE SCHEMA ${schema};
  CREATE SEQUENCE ${schema}.clock;
  CREATE FUNCTION ${schema}.now() RETURNS timestamptz LANGUAGE sql STABLE
    AS 'SELECT to_timestamp(last_value / 1000.0) FROM ${schema}.clock';
`;

/** Makes the schema: the SDK's tables, by its own migrations, and a clock that can be set. */
async function migrate({ database }: Sdk, pool: Pool, schema: string): Promise<void> {
  await pool.query(clockIn(schema));
  const { rows } = await pool.query<{ ours: boolean }>('SELECT now() = to_timestamp(0.001) AS ours');
  if (!rows[0]!.ours) throw new Error('its clock cannot be set: take "options" out of the URL');
  await database.ensureSystemDatabase('postgresql://ours@127.0.0.1:1/ours', SILENT as never, pool, schema, false);
}

/** A database whose schema is made. `end` closes the connections. */
async function opened(
  pool: Pool,
  schema: string,
  isOneSession: boolean,
  end: () => Promise<void>,
): Promise<RealDatabase> {
  const { rows } = await pool.query<{ version: string }>('SELECT version() AS version');
  const tables = await pool.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
      WHERE schemaname = $1 AND tablename <> 'dbos_migrations'`,
    [schema],
  );
  const names = tables.rows.map(({ name }) => name).join(', ');
  let clockMs = 0;
  return {
    ...{ pool, schema, isOneSession, version: rows[0]!.version },
    setClock: async (nowMs) => {
      if (nowMs !== clockMs) await pool.query(`SELECT setval('${schema}.clock', ${nowMs})`);
      clockMs = nowMs;
    },
    clear: async () => void (await pool.query(`TRUNCATE ${names}`)),
    close: async () => {
      try {
        await pool.query(`DROP SCHEMA "${schema}" CASCADE`);
      } finally {
        await end();
      }
    },
  };
}
