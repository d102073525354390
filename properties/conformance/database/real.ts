/**
 * The real side: the SDK's own `SystemDatabase`, unmodified, on a real database.
 *
 * Its process clock is ours while a call is going on, and what it sleeps passes at once.
 */
import { APPLICATION } from '../../../harness/dbos/tables/applications.ts';
import type { Sdk } from '../../../harness/dbos/sdk.ts';
import type { Call } from './call.ts';
import { type Clocked, SILENT } from './clocked.ts';
import { by, type Members, type Rows, type Side, SKEW_MS, Time } from './side.ts';

/** Tables that are emptied between sequences, referring ones first. */
const TABLES = [
  ...['operation_outputs', 'notifications', 'workflow_events', 'workflow_events_history', 'streams'],
  ...['workflow_input', 'workflow_output', 'queues', 'application_versions', 'workflow_schedules', 'workflow_status'],
];
const EMPTY = TABLES.map((table) => `DELETE FROM dbos.${table}`).join('; ');
const EVERYTHING = `SELECT json_build_object(${TABLES.map(
  (table) => `'${table}', (SELECT coalesce(json_agg(row), '[]') FROM dbos.${table} row)`,
).join(', ')}) AS rows`;

/** The SDK's system database over `clocked`. */
export class Real implements Side {
  readonly time = new Time();
  readonly #sdk: Sdk;
  readonly #clocked: Clocked;
  /** A process remembers, too: each sequence gets one of its own. */
  #members: Members;

  constructor(sdk: Sdk, clocked: Clocked) {
    this.#sdk = sdk;
    this.#clocked = clocked;
    this.#members = this.#process();
  }

  /** Forgets everything. */
  async empty(): Promise<void> {
    this.#members = this.#process();
    await this.#clocked.pool.query(EMPTY);
  }

  #process(): Members {
    const { SystemDatabase } = this.#sdk.database;
    const { DBOSJSON } = this.#sdk.serialization;
    const { pool } = this.#clocked;
    return new SystemDatabase('', SILENT, DBOSJSON, 10, pool, 'dbos', false, undefined, 10, APPLICATION) as never;
  }

  async call({ member, args, as }: Call): Promise<unknown> {
    await this.#clocked.setClock(this.time.nowMs + SKEW_MS);
    const body = (): Promise<unknown> => this.#members[member]!(...args);
    return this.time.passes(() => this.#sleepless(() => by(this.#sdk, as, body)));
  }

  async rows(): Promise<Rows> {
    const { rows } = await this.#clocked.pool.query<{ rows: Rows }>(EVERYTHING);
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
