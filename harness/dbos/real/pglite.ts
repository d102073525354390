/**
 * A `pg.Pool` over one PGlite: PostgreSQL inside this process, for the SDK's `systemDatabasePool`. Knows nothing of
 * workflows or of simulation.
 *
 * PGlite is one session, so clients take turns: a client has it for a statement, or from `BEGIN` until its transaction
 * ends. Transactions are therefore serial, which is stronger than what PostgreSQL promises under READ COMMITTED; whoever
 * wants contention needs a server. Who is in a transaction and asks something through another client (the SDK does, for the
 * status of a workflow) would wait for itself: that goes ahead, and sees what the transaction has written.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import type { PGlite } from '@electric-sql/pglite';
import type { Pool, QueryConfig } from 'pg';

/** What a statement came to, in the shape of `pg`. */
export interface Answer {
  readonly rows: unknown[];
  readonly rowCount: number;
}

/** A pool whose clients are sessions of `database` in turn. `end` leaves the database open: it is its owner's to close. */
export function pglitePool(database: PGlite): Pool {
  return new PglitePool(database) as unknown as Pool;
}

class PglitePool extends EventEmitter {
  readonly options = { max: 10 };
  readonly #database: PGlite;
  readonly #session: Session;

  constructor(database: PGlite) {
    super();
    this.#database = database;
    this.#session = new Session(database);
  }

  connect(): Promise<Client> {
    const client = new Client(this.#database, this.#session);
    this.emit('connect', client);
    return Promise.resolve(client);
  }

  async query(statement: string | QueryConfig, values?: readonly unknown[]): Promise<Answer> {
    const client = await this.connect();
    try {
      return await client.query(statement, values);
    } finally {
      client.release();
    }
  }

  end(): Promise<void> {
    return Promise.resolve();
  }
}

/** The one session, and whose turn it is. */
class Session {
  readonly #database: PGlite;
  #turn: Promise<void> = Promise.resolve();

  constructor(database: PGlite) {
    this.#database = database;
  }

  /** Resolves when it is the caller's turn, with what ends the turn. First come, first served. */
  async acquire(): Promise<() => void> {
    const before = this.#turn;
    let end = (): void => undefined;
    this.#turn = new Promise((resolve) => (end = resolve));
    await before;
    return end;
  }

  async run(text: string, values: readonly unknown[] | undefined): Promise<Answer> {
    if (values === undefined || values.length === 0) {
      const last = (await this.#database.exec(text, AS_PG)).at(-1);
      return { rows: last?.rows ?? [], rowCount: countOf(last) };
    }
    const result = await this.#database.query(text, values.map(parameter), AS_PG);
    return { rows: result.rows, rowCount: countOf(result) };
  }
}

/** PostgreSQL's number for the type int8. */
const INT8 = 20;

/** `pg` gives an int8 as text: it may not fit into a number. */
const AS_PG = { parsers: { [INT8]: (text: string): string => text } };

const countOf = (result: { readonly rows: readonly unknown[]; readonly affectedRows?: number } | undefined): number =>
  result === undefined ? 0 : result.rows.length || (result.affectedRows ?? 0);

/** As `pg` sends it. */
const parameter = (value: unknown): unknown => {
  if (value === undefined) return null;
  return typeof value === 'bigint' ? value.toString() : value;
};

/** The client whose transaction the running code has opened. */
const opened = new AsyncLocalStorage<Client>();

/** A database that is being closed has forgotten who listened. */
const closed = (): void => undefined;

const OPENS = /^\s*(BEGIN|START\s+TRANSACTION)\b/i;
const CLOSES = /^\s*(COMMIT|END|ROLLBACK(?!\s+TO)|ABORT)\b/i;
const LISTENS = /^\s*LISTEN\s+(\w+)/i;

class Client extends EventEmitter {
  readonly #database: PGlite;
  readonly #session: Session;
  /** Ends this client's turn, while it is in a transaction. */
  #endTurn: (() => void) | null = null;
  #inTransaction = false;
  readonly #unlisten: (() => Promise<void>)[] = [];

  constructor(database: PGlite, session: Session) {
    super();
    this.#database = database;
    this.#session = session;
  }

  async query(statement: string | QueryConfig, given?: readonly unknown[]): Promise<Answer> {
    const { text, values = given } = typeof statement === 'string' ? { text: statement } : statement;
    const channel = LISTENS.exec(text)?.[1];
    if (channel !== undefined) return this.#listen(channel);
    const holder = opened.getStore();
    if (holder !== undefined && holder !== this && holder.#inTransaction && holder.#session === this.#session)
      return this.#session.run(text, values);
    if (OPENS.test(text)) opened.enterWith(this);
    const closes = CLOSES.test(text);
    // As a warning on a server: there is no transaction in progress.
    if (closes && this.#endTurn === null) return { rows: [], rowCount: 0 };
    if (this.#endTurn === null) this.#endTurn = await this.#session.acquire();
    const stays = OPENS.test(text) || (this.#inTransaction && !closes);
    try {
      const answer = await this.#session.run(text, values);
      this.#inTransaction = stays;
      return answer;
    } finally {
      if (!stays) this.#yield();
    }
  }

  #yield(): void {
    this.#inTransaction = false;
    this.#endTurn?.();
    this.#endTurn = null;
  }

  async #listen(channel: string): Promise<Answer> {
    this.#unlisten.push(
      await this.#database.listen(channel, (payload) => void this.emit('notification', { channel, payload })),
    );
    return { rows: [], rowCount: 0 };
  }

  /** Gives the client back. A transaction that is still open is rolled back; `destroy` ends what it listens to, too. */
  release(destroy: boolean | Error = false): void {
    if (this.#endTurn !== null) {
      const end = this.#endTurn;
      this.#endTurn = null;
      this.#inTransaction = false;
      void this.#session.run('ROLLBACK', undefined).finally(end);
    }
    if (destroy !== false) for (const unlisten of this.#unlisten.splice(0)) unlisten().catch(closed);
  }
}
