/**
 * The connection pool that a system database of a simulated process is given: its statements reach the real pool when the
 * call that sends them may go on. Knows statements only by whether they begin or end a transaction.
 */
import { EventEmitter } from 'node:events';
import type { Pool, PoolClient, QueryConfig } from 'pg';
import { nowhere } from '../../lineage.ts';
import { following } from './followed.ts';

const BEGINS = /^\s*BEGIN\b/i;
const READ_ONLY = /^\s*BEGIN\b.*\bREAD ONLY\b/i;
const ENDS = /^\s*(COMMIT|ROLLBACK)\b/i;
const READS = /^\s*(SELECT|WITH\b(?![\s\S]*\b(INSERT|UPDATE|DELETE)\b))/i;

type Statement = string | QueryConfig;
const textOf = (statement: Statement): string => (typeof statement === 'string' ? statement : statement.text);

/** A pool over `pool`, for one simulated process. */
export function wireTo(pool: Pool): Pool {
  return new Wire(pool) as unknown as Pool;
}

/** So many clients that nobody waits for one: who goes first is for the simulation to say. */
const CLIENTS_MAX = 10_000;

class Wire extends EventEmitter {
  readonly options = { max: CLIENTS_MAX };
  readonly #pool: Pool;

  constructor(pool: Pool) {
    super();
    this.#pool = pool;
  }

  async query(statement: Statement, values?: unknown[]): Promise<unknown> {
    const call = following();
    const send = (): Promise<unknown> => this.#pool.query(statement as string, values);
    if (call === null) return nowhere(send);
    const answer = await call.send(true, send);
    if (!READS.test(textOf(statement))) await call.ended();
    return answer;
  }

  async connect(): Promise<WireClient> {
    const connect = (): Promise<PoolClient> => this.#pool.connect();
    return new WireClient(await (following()?.send(true, connect) ?? nowhere(connect)));
  }

  end(): Promise<void> {
    return Promise.resolve();
  }
}

class WireClient extends EventEmitter {
  readonly #client: PoolClient;
  #writes = false;

  constructor(client: PoolClient) {
    super();
    this.#client = client;
  }

  async query(statement: Statement, values?: unknown[]): Promise<unknown> {
    const [call, text] = [following(), textOf(statement)];
    const send = (): Promise<unknown> => this.#client.query(statement as string, values);
    if (call === null) return nowhere(send);
    if (BEGINS.test(text)) this.#writes = !READ_ONLY.test(text);
    const answer = await call.send(false, send);
    if (ENDS.test(text) && this.#writes) {
      this.#writes = false;
      await call.ended();
    }
    return answer;
  }

  release(error?: boolean | Error): void {
    nowhere(() => this.#client.release(error));
  }
}
