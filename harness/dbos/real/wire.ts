/**
 * The connection pool that a system database of a simulated process is given: its statements reach the real pool when the
 * call that sends them may go on. Knows statements only by whether they begin or end a transaction.
 */
import { EventEmitter } from 'node:events';
import type { Pool, PoolClient, QueryConfig } from 'pg';
import { nowhere } from '../../lineage.ts';
import { type Followed, following } from './followed.ts';

const BEGINS = /^\s*BEGIN\b/i;
const READ_ONLY = /^\s*BEGIN\b.*\bREAD ONLY\b/i;
const ENDS = /^\s*(COMMIT|ROLLBACK)\b/i;
const READS = /^\s*(SELECT|WITH\b(?![\s\S]*\b(INSERT|UPDATE|DELETE)\b))/i;

type Statement = string | QueryConfig;
const textOf = (statement: Statement): string => (typeof statement === 'string' ? statement : statement.text);

/**
 * A pool over `pool`, for one simulated process. `begin` is called before each transaction that writes. In a pool that is
 * one session, what a call asks beside its own transaction is asked in it: it would wait for itself.
 */
export function wireTo(pool: Pool, isOneSession: boolean, begin: () => Promise<void>): Pool {
  return new Wire(pool, isOneSession, begin) as unknown as Pool;
}

/** So many clients that nobody waits for one: who goes first is for the simulation to say. */
const CLIENTS_MAX = 10_000;

class Wire extends EventEmitter {
  readonly options = { max: CLIENTS_MAX };
  readonly #pool: Pool;
  readonly #isOneSession: boolean;
  readonly #begin: () => Promise<void>;

  constructor(pool: Pool, isOneSession: boolean, begin: () => Promise<void>) {
    super();
    this.#pool = pool;
    this.#isOneSession = isOneSession;
    this.#begin = begin;
  }

  async query(statement: Statement, values?: unknown[]): Promise<unknown> {
    const [call, writes] = [following(), !READS.test(textOf(statement))];
    const open = this.#isOneSession && call !== null ? transactions.get(call) : undefined;
    if (open !== undefined) return open.query(statement, values);
    const send = (): Promise<unknown> => this.#pool.query(statement as string, values);
    if (call === null) return nowhere(send);
    const answer = await call.send(true, writes ? () => this.#begin().then(send) : send);
    if (writes) call.ended();
    return answer;
  }

  async connect(): Promise<WireClient> {
    const connect = (): Promise<PoolClient> => this.#pool.connect();
    return new WireClient(await (following()?.send(true, connect) ?? nowhere(connect)), this.#begin);
  }

  end(): Promise<void> {
    return Promise.resolve();
  }
}

/** Transactions that calls are in the middle of. */
const transactions = new WeakMap<Followed, WireClient>();

class WireClient extends EventEmitter {
  readonly #client: PoolClient;
  readonly #begin: () => Promise<void>;
  #writes = false;

  constructor(client: PoolClient, begin: () => Promise<void>) {
    super();
    this.#client = client;
    this.#begin = begin;
  }

  async query(statement: Statement, values?: unknown[]): Promise<unknown> {
    const [call, text] = [following(), textOf(statement)];
    const send = (): Promise<unknown> => this.#client.query(statement as string, values);
    if (call === null) return nowhere(send);
    if (BEGINS.test(text)) {
      this.#writes = !READ_ONLY.test(text);
      if (this.#writes) await call.send(false, this.#begin);
      transactions.set(call, this);
    }
    const answer = await call.send(false, send);
    if (ENDS.test(text)) {
      transactions.delete(call);
      if (this.#writes) call.ended();
      this.#writes = false;
    }
    return answer;
  }

  release(error?: boolean | Error): void {
    nowhere(() => this.#client.release(error));
  }
}
