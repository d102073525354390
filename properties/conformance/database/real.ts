/**
 * The real side: the SDK's own `SystemDatabase`, unmodified, on a real database.
 *
 * Its process clock is ours while a call is going on, and what it sleeps passes at once.
 */
import { APPLICATION } from '../../../harness/dbos/tables/applications.ts';
import { SILENT } from '../../../harness/dbos/config.ts';
import type { RealDatabase } from '../../../harness/dbos/index.ts';
import type { Sdk } from '../../../harness/dbos/sdk.ts';
import type { Call } from './call.ts';
import { by, type Members, type Rows, type Side, SKEW_MS, Time } from './side.ts';

/** Tables that are emptied between sequences, referring ones first. */
const TABLES = [
  ...['operation_outputs', 'notifications', 'workflow_events', 'workflow_events_history', 'streams'],
  ...['workflow_input', 'workflow_output', 'queues', 'application_versions', 'workflow_schedules', 'workflow_status'],
];
/** A thirtieth of the time of TRUNCATE, where there are few rows. */
const emptying = (schema: string): string => TABLES.map((table) => `DELETE FROM ${schema}.${table}`).join('; ');
const everything = (schema: string): string =>
  `SELECT json_build_object(${TABLES.map(
    (table) => `'${table}', (SELECT coalesce(json_agg(row), '[]') FROM ${schema}.${table} row)`,
  ).join(', ')}) AS rows`;

/** The SDK's system database over a real one. */
export class Real implements Side {
  readonly time = new Time();
  readonly #sdk: Sdk;
  readonly #database: RealDatabase;
  /** A process remembers, too: each sequence gets one of its own. */
  #members: Members;

  constructor(sdk: Sdk, database: RealDatabase) {
    this.#sdk = sdk;
    this.#database = database;
    this.#members = this.#process();
  }

  /** Forgets everything. */
  async empty(): Promise<void> {
    this.#members = this.#process();
    const { pool, schema } = this.#database;
    await pool.query(emptying(schema));
  }

  #process(): Members {
    const { SystemDatabase } = this.#sdk.database;
    const { DBOSJSON } = this.#sdk.serialization;
    const { pool, schema } = this.#database;
    return new SystemDatabase(
      '',
      SILENT as never,
      DBOSJSON,
      10,
      pool,
      schema,
      false,
      undefined,
      10,
      APPLICATION,
    ) as never;
  }

  async call({ member, args, as }: Call): Promise<unknown> {
    await this.#database.setClock(this.time.nowMs + SKEW_MS);
    const body = (): Promise<unknown> => this.#members[member]!(...args);
    return this.time.passes(() => this.#sleepless(() => by(this.#sdk, as, body)));
  }

  async rows(): Promise<Rows> {
    const { pool, schema } = this.#database;
    const { rows } = await pool.query<{ rows: Rows }>(everything(schema));
    return rows[0]!.rows;
  }

  /** What the SDK sleeps passes at once. */
  async #sleepless<T>(body: () => Promise<T>): Promise<T> {
    const utils = this.#sdk.utils as { sleepms: unknown; cancellableSleep: unknown };
    const { sleepms, cancellableSleep } = utils;
    const sleep = (ms: number): Promise<void> => new Promise((resolve) => resolve(this.time.sleep(ms)));
    utils.sleepms = sleep;
    utils.cancellableSleep = (ms: number) => ({ promise: sleep(ms), cancel: () => undefined });
    try {
      return await body();
    } finally {
      Object.assign(utils, { sleepms, cancellableSleep });
    }
  }
}
