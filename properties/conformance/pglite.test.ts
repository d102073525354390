/** The pool over PGlite is one that the SDK can be run on: its clients take turns, and nothing half done is left. */
import { setImmediate as immediately } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import type { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { pglitePool } from '../../harness/dbos/real/pglite.ts';

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

let database: PGlite;
let pool: Pool;

beforeAll(async () => {
  database = await PGlite.create();
  pool = pglitePool(database);
  await pool.query('CREATE TABLE account (name text PRIMARY KEY, cents int)');
});
afterAll(() => database.close());
beforeEach(() => pool.query("TRUNCATE account; INSERT INTO account VALUES ('ada', 100)"));

const cents = async (): Promise<number> => {
  const { rows } = await pool.query<{ cents: number }>('SELECT cents FROM account');
  return rows[0]!.cents;
};

const adds = async (amount: number): Promise<void> => {
  const client = await pool.connect();
  await client.query('BEGIN');
  const { rows } = await client.query<{ cents: number }>('SELECT cents FROM account');
  await client.query('UPDATE account SET cents = $1', [rows[0]!.cents + amount]);
  await client.query('COMMIT');
  client.release();
};

test('transactions that are opened together come one after the other', async () => {
  await Promise.all([adds(1), adds(10), adds(100)]);
  expect(await cents()).toBe(211);
});

test('nobody sees what a transaction has written before it is committed', async () => {
  const begun = deferred();
  const writing = async (): Promise<void> => {
    const client = await pool.connect();
    await client.query('BEGIN');
    await client.query('UPDATE account SET cents = 0');
    begun.resolve();
    await immediately();
    await client.query('ROLLBACK');
    client.release();
  };
  const written = writing();
  await begun.promise;
  expect(await cents()).toBe(100);
  await written;
});

test('a client that is given back in the middle of a transaction has done nothing, and holds nobody up', async () => {
  const client = await pool.connect();
  await client.query('BEGIN');
  await client.query('UPDATE account SET cents = 0');
  client.release();
  expect(await cents()).toBe(100);
});

test('who asks through another client in the middle of a transaction does not wait for itself', async () => {
  const client = await pool.connect();
  await client.query('BEGIN');
  await client.query('UPDATE account SET cents = 1');
  expect(await cents()).toBe(1);
  await client.query('ROLLBACK');
  client.release();
  expect(await cents()).toBe(100);
});

test('a statement that fails gives the session back', async () => {
  await expect(pool.query('SELECT * FROM nowhere')).rejects.toThrow('nowhere');
  expect(await cents()).toBe(100);
});

test('whoever listens hears what others announce, until the client is destroyed', async () => {
  const client = await pool.connect();
  const heard: (string | undefined)[] = [];
  client.on('notification', ({ payload }) => heard.push(payload));
  await client.query('LISTEN news');
  await pool.query("NOTIFY news, 'first'");
  await expect.poll(() => heard).toEqual(['first']);
  client.release(true);
  await pool.query("NOTIFY news, 'second'");
  await cents();
  expect(heard).toEqual(['first']);
});

test('a parameter that is undefined is NULL, and a bigint keeps its digits, as text', async () => {
  const { rows } = await pool.query('SELECT $1::text AS nothing, $2::int8 AS large', [undefined, 2n ** 60n]);
  expect(rows).toEqual([{ nothing: null, large: '1152921504606846976' }]);
});
