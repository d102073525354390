/**
 * A real database with the SDK's tables, whose clock is ours: `now()` reads a sequence that a test sets. Nothing of the SDK
 * is touched: a schema of our own stands before PostgreSQL's on the search path, from before the SDK's migrations on, so
 * that the defaults of its columns and its statements all find our `now`.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { GlobalLogger } from '@dbos-inc/dbos-sdk/internal/telemetry/logs';
import { PGlite } from '@electric-sql/pglite';
// oxlint-disable-next-line import/extensions -- a package, which the rule takes for a file without an extension
import { Pool } from 'pg';
import { pglitePool } from '../../../harness/dbos/real/pglite.ts';
import { findSdk } from '../../../harness/dbos/sdk.ts';
import { startPostgres } from '../postgres.ts';

/** A database that the SDK's system database can be opened on. */
export interface Clocked {
  readonly pool: Pool;
  /** From now on `now()` is this many milliseconds since 1970. */
  readonly setClock: (nowMs: number) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

const CLOCK = `
  CREATE SCHEMA sim;
  CREATE SEQUENCE sim.clock;
  CREATE FUNCTION sim.now() RETURNS timestamptz LANGUAGE sql STABLE
    AS 'SELECT to_timestamp(last_value / 1000.0) FROM sim.clock';
`;
const PATH = 'sim, pg_catalog, public';

const setter =
  (pool: Pool): Clocked['setClock'] =>
  (nowMs) =>
    pool.query(`SELECT setval('sim.clock', ${nowMs})`);

const nothing = (): void => undefined;
/** What the SDK would like to say. */
export const SILENT = { info: nothing, debug: nothing, warn: nothing, error: nothing } as unknown as GlobalLogger;

async function migrate(pool: Pool): Promise<void> {
  const { database, serialization } = findSdk(process.cwd());
  const { SystemDatabase } = database;
  await pool.query(CLOCK);
  const system = new SystemDatabase('', SILENT, serialization.DBOSJSON, 10, pool, 'dbos', false);
  await system.init();
  await system.destroy();
}

/** On PGlite. The first to ask in a checkout waits for the SDK's migrations; later ones load what these left. */
export async function onPglite(): Promise<Clocked> {
  const snapshot = resolve(`.tools/conformance/dbos-${findSdk(process.cwd()).version}.tar`);
  if (!existsSync(snapshot)) await takeSnapshot(snapshot);
  const database = await PGlite.create({ loadDataDir: new Blob([readFileSync(snapshot)]) });
  await database.exec(`SET search_path = ${PATH}`);
  const pool = pglitePool(database);
  return { pool, setClock: setter(pool), close: () => database.close() };
}

async function takeSnapshot(path: string): Promise<void> {
  const database = await PGlite.create();
  await database.exec(`SET search_path = ${PATH}`);
  await migrate(pglitePool(database));
  const dumped = await database.dumpDataDir('none');
  await database.close();
  mkdirSync(dirname(path), { recursive: true });
  // Whole or not at all: others may be at it.
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, new Uint8Array(await dumped.arrayBuffer()));
  renameSync(draft, path);
}

/** On a PostgreSQL server of its own. Throws if none is installed. */
export async function onPostgres(): Promise<Clocked> {
  const server = await startPostgres();
  const pool = new Pool({ connectionString: server.url, options: `-c search_path=${PATH.replaceAll(' ', '')}` });
  await migrate(pool);
  const close = async (): Promise<void> => {
    await pool.end();
    await server.stop();
  };
  return { pool, setClock: setter(pool), close };
}
