/** Transactions in SQL, on a PostgreSQL inside the simulated process: as deterministic as any, and committed once. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { PGlite } from '@electric-sql/pglite';
import { beforeEach, describe, expect, test } from 'vitest';
import { dbos, PGliteDataSource } from '../../harness/dbos/index.ts';
import { explore, fingerprint, type Limits, replay, scenario } from '../../harness/index.ts';
import { ended, eventsOf, valueOf } from '../harness/support.ts';
import { expectUnderCrashes, type Program } from './support.ts';

const database = await PGlite.create();
await database.exec('CREATE TABLE accounts (name TEXT PRIMARY KEY, balance INT CHECK (balance >= 0))');
const bank = new PGliteDataSource('sql', database, (db) =>
  db.exec(`TRUNCATE accounts; INSERT INTO accounts VALUES ('alice', 100), ('bob', 100)`),
);

let ran = 0;
beforeEach(() => void (ran = 0));

/** As it would be written for `pg`. */
async function take(from: string, amount: number): Promise<number> {
  ran++;
  const sql = 'UPDATE accounts SET balance = balance - $2 WHERE name = $1 RETURNING balance';
  const { rows } = await bank.client.query<{ balance: number }>(sql, [from, amount]);
  return rows[0]!.balance;
}

const step = (name: string): Promise<string> => DBOS.runStep(async () => name, { name });

const debit = DBOS.registerWorkflow(
  async (from: string, amount: number) => {
    await step('before');
    const left = await bank.runTransaction(() => take(from, amount), { name: 'take' });
    await step('after');
    return left;
  },
  { name: 'debit' },
);

const balance = (): Promise<number> =>
  bank.runTransaction(
    async () => {
      const { rows } = await bank.client.query<{ balance: number }>(
        `SELECT balance FROM accounts WHERE name = 'alice'`,
      );
      return rows[0]!.balance;
    },
    { readOnly: true },
  );

/** Takes money in workflows of these ids, one of them side by side with the next; the client says what is left. */
function taking(ids: readonly string[], amount: number, left: number, limits: Partial<Limits> = {}): Program {
  let found = 0;
  const start = async (): Promise<void> => {
    const handles = [];
    for (const id of ids) handles.push(await DBOS.startWorkflow(debit, { workflowID: id })('alice', amount));
    await DBOS.waitAll(handles);
    found = await balance();
  };
  const check = (): void => expect(found).toBe(left);
  return scenario({ name: `take ${amount}`, engine: dbos(), start, check, limits });
}

describe('a transaction in SQL', () => {
  test('takes one position under its name, and commits', async () => {
    const run = await replay(taking(['w'], 10, 90), []);
    expect(run.complaints).toEqual([]);
    expect(run.ending).toEqual({ how: 'finished' });
    expect(valueOf(run)).toBe(90);
    expect(eventsOf(run, 'transaction.committed')).toMatchObject([{ workflow: 'w', position: 1, name: 'take' }]);
  });

  test('commits once, wherever a crash falls', async () => {
    expect(await expectUnderCrashes(taking(['w'], 10, 90), 1)).toBeGreaterThan(5);
  });

  test('runs again after a crash before its commit, and not after one behind it', async () => {
    const crashed = async (after: string): Promise<number> => {
      ran = 0;
      const run = await replay(taking(['w'], 10, 90), [{ after, choose: 'crash executor-1' }]);
      expect(run.complaints).toEqual([]);
      expect(valueOf(run)).toBe(90);
      return ran;
    };
    expect(await crashed('reply before#1')).toBe(2);
    for (const after of ['land commit take#1', 'reply commit take#1']) expect(await crashed(after)).toBe(1);
  });

  test('that breaks a constraint takes nothing, and fails the same way when it is replayed', async () => {
    const run = await replay(taking(['w'], 1_000, 100), []);
    expect(run.complaints).toEqual([]);
    expect(ended(run)).toMatchObject({ status: 'ERROR', error: expect.stringContaining('violates check constraint') });
    await expectUnderCrashes(taking(['w'], 1_000, 100), 1);
  });

  test('waits for its turn: the session is one, and whoever died in it has left it', async () => {
    const limits = { executors: 2, crashesMax: 1, suspensionsMax: 1 };
    const { finding } = await explore(taking(['a', 'b'], 10, 80, limits), { seed: 'turns', runsMax: 60 });
    expect(finding?.violations ?? []).toEqual([]);
  });

  test('is the same in every repeat, byte for byte', async () => {
    const script = [{ after: 'land commit take#1', choose: 'crash executor-1' }];
    const prints = [];
    for (let again = 0; again < 3; again++) prints.push(fingerprint(await replay(taking(['a', 'b'], 10, 80), script)));
    expect(new Set(prints).size).toBe(1);
  });
});
