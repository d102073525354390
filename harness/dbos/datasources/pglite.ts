/**
 * A data source over PGlite: PostgreSQL inside the simulated process, for users whose transactions are SQL. PGlite computes
 * every answer at once, in this process, so that a run with it is as deterministic as any.
 *
 * It is one session: transactions come one after the other, and what two of them could do to each other on a server is not
 * to be found here. (`MemoryDataSource` has several at a time, and its conflicts.) The commit is a door.
 */
import type { PGlite } from '@electric-sql/pglite';
import type { Pool, PoolClient, QueryResult } from 'pg';
import type { Outcome } from '../../values.ts';
import { pglitePool } from '../real/pglite.ts';
import { type Durable, type Sealing, through, type TransactionConfig, TransactionSource } from './source.ts';

/** What the code of a transaction works with: queries, as of a client of `pg`. */
export type SqlClient = Pick<PoolClient, 'query'>;

/** Who has the session. */
interface Turn {
  readonly client: PoolClient;
  /** Whether its process is alive: a dead one leaves what it has not committed. */
  readonly isAlive: () => boolean;
}

/** One PGlite, whose session is taken in turns, by whatever incarnation of the data source. */
interface Session {
  readonly pool: Pool;
  turn: Turn | null;
  /** The tables of the run that it was prepared for; null: outside of simulations. */
  run: object | null;
  ready: Promise<void> | null;
}

const sessions = new WeakMap<PGlite, Session>();

function sessionOf(database: PGlite): Session {
  let session = sessions.get(database);
  if (session === undefined)
    sessions.set(database, (session = { pool: pglitePool(database), turn: null, run: null, ready: null }));
  return session;
}

/** A data source over a PGlite, which has to be there before any simulation: starting it takes real time. */
export class PGliteDataSource extends TransactionSource<SqlClient> {
  readonly #database: PGlite;
  readonly #session: Session;
  readonly #reset: (database: PGlite) => Promise<unknown>;

  /** `reset` brings the user's tables to what every run is to begin with: asked before each. */
  constructor(name: string, database: PGlite, reset: (database: PGlite) => Promise<unknown>, root?: string) {
    super(name, root);
    this.#database = database;
    this.#session = sessionOf(database);
    this.#reset = reset;
  }

  /** Prepares the database for a run, once: every process of it asks. */
  initialize(): Promise<void> {
    const [session, run] = [this.#session, this.boundary?.tables ?? null];
    if (session.ready === null || session.run !== run) {
      session.run = run;
      session.ready = this.#prepare();
    }
    return session.ready;
  }

  async #prepare(): Promise<void> {
    // What the last run left open.
    this.#session.turn?.client.release();
    this.#session.turn = null;
    const { migrateDataSourcePG } = this.sdk.datasource;
    await this.#database.transaction((transaction) =>
      migrateDataSourcePG(async (sql) => (await transaction.query<Record<string, unknown>>(sql)).rows),
    );
    await this.#database.exec('TRUNCATE dbos.transaction_completion');
    await this.#reset(this.#database);
  }

  /** Gives the session to `work`, once nobody has it who is alive. */
  async #inTurn<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const [session, { boundary }] = [this.#session, this];
    // Asked for first: between finding the session free and taking it there must be no other.
    const client = await session.pool.connect();
    const isFree = (): boolean => session.turn?.isAlive() !== true;
    while (!isFree()) {
      if (boundary === null) throw Object.assign(new Error('the session of PGlite is taken'), { code: '40001' });
      await boundary.wait(`turn ${this.name}`, isFree);
    }
    session.turn?.client.release();
    const turn: Turn = { client, isAlive: () => boundary?.executor.state !== 'dead' };
    session.turn = turn;
    try {
      return await work(turn.client);
    } finally {
      // Rolls back what is still open.
      turn.client.release();
      if (session.turn === turn) session.turn = null;
    }
  }

  protected async recorded({ workflow, position }: Durable): Promise<Outcome | null> {
    const sql = 'SELECT output, error FROM dbos.transaction_completion WHERE workflow_id = $1 AND function_num = $2';
    const [row] = await this.#inTurn(
      async (client) => (await client.query<Completion>(sql, [workflow, position])).rows,
    );
    if (row === undefined) return null;
    const outcome: Outcome = row.error === null ? { ok: true, text: row.output! } : { ok: false, text: row.error };
    const { boundary } = this;
    return boundary === null ? outcome : boundary.answer('replay', `read ${this.name}`, () => outcome, workflow);
  }

  protected transact<T>(
    { name = this.name, isolationLevel = 'READ COMMITTED', readOnly = false }: TransactionConfig,
    { body, outcome, owned, durable }: Sealing<T>,
    enter: (client: SqlClient) => void,
  ): Promise<T> {
    return this.#inTurn(async (client) => {
      await client.query(`BEGIN ISOLATION LEVEL ${isolationLevel} ${readOnly ? 'READ ONLY' : 'READ WRITE'}`);
      enter(client);
      const value = await body();
      const row = outcome(value);
      if (durable !== null && (await insert(client, durable, row)).rowCount === 0)
        throw new this.sdk.datasource.DBOSStepAlreadyRecordedError(durable.workflow, durable.position);
      await owned();
      await through(this.boundary, `commit ${name}`, () => this.#commit(client, durable, name), durable);
      return value;
    });
  }

  /** The session takes one statement after the other: from now on, everybody finds the transaction committed. */
  #commit(client: PoolClient, durable: Durable | null, name: string): Promise<unknown> {
    const done = client.query('COMMIT');
    if (durable !== null) this.boundary?.tables.note({ type: 'transaction.committed', ...durable, name });
    return heeded(done);
  }

  protected fail(durable: Durable, outcome: Outcome): Promise<void> {
    return this.#inTurn((client) => {
      const land = (): Promise<unknown> => heeded(insert(client, durable, outcome));
      return through(this.boundary, `keep the error of ${this.name}`, land, durable);
    });
  }

  async deleteCheckpoints(workflow: string, fromStep: number, beforeCommit?: () => Promise<void>): Promise<void> {
    const sql = 'DELETE FROM dbos.transaction_completion WHERE workflow_id = $1 AND function_num >= $2';
    await beforeCommit?.();
    await this.#inTurn((client) => {
      const land = (): Promise<unknown> => heeded(client.query(sql, [workflow, fromStep]));
      return through(this.boundary, `forget ${this.name}/${workflow}`, land, { workflow });
    });
  }
}

interface Completion {
  readonly output: string | null;
  readonly error: string | null;
}

const insert = (client: PoolClient, { workflow, position }: Durable, { ok, text }: Outcome): Promise<QueryResult> =>
  client.query(
    `INSERT INTO dbos.transaction_completion (workflow_id, function_num, output, error) VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING RETURNING workflow_id`,
    ok ? [workflow, position, text, null] : [workflow, position, null, text],
  );

/** A statement whose process may die before it hears of the answer: then nobody hears of an error. */
function heeded<T>(statement: Promise<T>): Promise<T> {
  statement.catch(() => undefined);
  return statement;
}
