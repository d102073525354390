/** Transactions of data sources on the dbos engine: they commit once, whatever crashes, and are isolated as PostgreSQL isolates. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { beforeEach, describe, expect, test } from 'vitest';
import { MemoryDataSource, type TransactionConfig } from '../../harness/dbos/index.ts';
import { explore, type Limits, replay } from '../../harness/index.ts';
import { windowsOf } from '../../harness/windows.ts';
import { bodies, ended, eventsOf, valueOf } from '../harness/support.ts';
import { expectUnderCrashes, of, program, type Program } from './support.ts';

/** What is in the bank: rows of each table. */
type Books = { accounts: { balance: number }; audit: string };

const bank = new MemoryDataSource<Books>('bank', {
  accounts: { alice: { balance: 100 }, bob: { balance: 100 } },
  audit: {},
});

const balance = (who: string): number | undefined => bank.committed('accounts').get(who)?.balance;

/** Bodies that run count here: no database undoes that. */
let ran = 0;
beforeEach(() => void (ran = 0));

const take = async (from: string, amount: number, lock = false): Promise<number> => {
  ran++;
  const { client } = bank;
  const row = (await (lock ? client.getForUpdate('accounts', from) : client.get('accounts', from)))!;
  await client.put('accounts', from, { balance: row.balance - amount });
  return row.balance - amount;
};

const step = (name: string): Promise<string> => DBOS.runStep(() => Promise.resolve(name), { name });

const debit = DBOS.registerWorkflow(
  async () => {
    await step('before');
    const left = await bank.runTransaction(() => take('alice', 10), { name: 'take' });
    await step('after');
    return left;
  },
  { name: 'debit' },
);

/** The law of the user: the money is taken once. */
const once = (tried: Program): Program => ({ ...tried, check: () => expect(balance('alice')).toBe(90) });

describe('a transaction', () => {
  test('takes one position under its name, and commits', async () => {
    const run = await replay(once(of(debit)), []);
    expect(valueOf(run)).toBe(90);
    expect(run.complaints).toEqual([]);
    const recorded = eventsOf(run, 'outcome.recorded').map(({ position, kind, name }) => [position, kind, name]);
    expect(recorded).toEqual([
      [0, 'step', 'before'],
      [1, 'transaction', 'take'],
      [2, 'step', 'after'],
    ]);
    expect(eventsOf(run, 'transaction.committed')).toMatchObject([{ workflow: 'w', position: 1, name: 'take' }]);
  });

  test('commits once, wherever two crashes fall', async () => {
    expect(await expectUnderCrashes(once(of(debit)), 2)).toBeGreaterThan(100);
  });

  test('that crashed before its commit runs again; between commit and checkpoint, it does not', async () => {
    const crashed = async (after: string): Promise<number> => {
      ran = 0;
      const run = await replay(once(of(debit)), [{ after, choose: 'crash executor-1' }]);
      expect(run.complaints).toEqual([]);
      expect(valueOf(run)).toBe(90);
      expect(bodies(run).filter((name) => name === 'take')).toHaveLength(ran);
      return ran;
    };
    expect(await crashed('reply before#1')).toBe(2);
    for (const after of ['land commit take#1', 'reply commit take#1', 'land take#1'])
      expect(await crashed(after)).toBe(1);
  });

  test('says which window a crash fell into', async () => {
    const script = [{ after: 'reply commit take#1', choose: 'crash executor-1' }];
    const windows = windowsOf(await replay(of(debit), script));
    expect([...windows]).toContain('crash after the effect, before its checkpoint');
  });

  test('of an execution that lost its workflow is rolled back: a zombie takes nothing', async () => {
    const slow = once(program('zombie', () => DBOS.startWorkflow(slowDebit, { workflowID: 'w' })(), ZOMBIES));
    const { finding, reached } = await explore(slow, { seed: 'zombies', runsMax: 200 });
    expect(finding?.violations ?? []).toEqual([]);
    expect(reached['a zombie writes and is fenced']).toBeGreaterThan(0);
    const fenced = [
      { after: 'start w', choose: 'suspend executor-1' },
      { after: 'suspend executor-1', choose: 'takeover executor-1 by executor-2' },
    ];
    ran = 0;
    const run = await replay(slow, fenced);
    expect(run.complaints).toEqual([]);
    expect(eventsOf(run, 'transaction.committed')).toHaveLength(1);
    expect(ran).toBe(2);
  });
});

const ZOMBIES: Partial<Limits> = { executors: 2, suspensionsMax: 1, crashesMax: 0 };

const slowDebit = DBOS.registerWorkflow(
  () =>
    bank.runTransaction(
      async () => {
        const left = await take('alice', 10);
        await new Promise((resolve) => void setTimeout(resolve, 1_000));
        return left;
      },
      { name: 'take' },
    ),
  { name: 'slowDebit' },
);

const overdraw = DBOS.registerWorkflow(
  async () => {
    try {
      await bank.runTransaction(
        async () => {
          await take('alice', 1_000);
          throw Object.assign(new Error('insufficient funds'), { needed: 900 });
        },
        { name: 'take' },
      );
    } catch (error) {
      const { message, needed } = error as Error & { needed: number };
      return `${message} ${needed}`;
    }
    return 'taken';
  },
  { name: 'overdraw' },
);

describe('a transaction that throws', () => {
  test('takes nothing, and throws the same when it is replayed', async () => {
    const check = (): void => expect(balance('alice')).toBe(100);
    const run = await replay({ ...of(overdraw), check }, []);
    expect(valueOf(run)).toBe('insufficient funds 900');
    expect(eventsOf(run, 'transaction.committed')).toEqual([]);
    await expectUnderCrashes({ ...of(overdraw), check }, 2);
  });
});

/** Returns nothing: who is first may depend on a crash, in good right. */
const taking = (name: string, config: TransactionConfig, lock = false): ((from: string) => Promise<void>) =>
  DBOS.registerWorkflow(
    async (from: string) => void (await bank.runTransaction(() => take(from, 10, lock), { ...config, name: 'take' })),
    { name },
  );

/** Two workflows that take from one account at the same time. */
const both = (workflow: (from: string) => Promise<void>): Program => ({
  ...program(
    workflow.name,
    async () => {
      await DBOS.startWorkflow(workflow, { workflowID: 'a' })('alice');
      await DBOS.startWorkflow(workflow, { workflowID: 'b' })('alice');
    },
    { executors: 2, crashesMax: 1, suspensionsMax: 1 },
  ),
  check: () => expect(balance('alice')).toBe(80),
});

const careless = taking('careless', {});
const careful = [
  taking('locked', {}, true),
  taking('repeatable', { isolationLevel: 'REPEATABLE READ' }),
  taking('serializable', { isolationLevel: 'SERIALIZABLE' }),
];

describe('isolation', () => {
  test('READ COMMITTED, the default, loses updates: what was read may be outdated when it is written', async () => {
    const { finding } = await explore(both(careless), { seed: 'lost update' });
    expect(finding?.violations[0]).toMatchObject({ check: 'check', because: expect.stringContaining('90') });
  });

  test.each(careful.map((workflow) => [workflow.name, workflow] as const))('%s loses none', async (_, workflow) => {
    const { finding, runs } = await explore(both(workflow), { seed: 'no lost update', runsMax: 100 });
    expect(finding?.violations ?? []).toEqual([]);
    expect(runs).toBeGreaterThanOrEqual(100);
  });

  test('a transaction that cannot be serialized is run again, after a pause', async () => {
    const run = await replay(both(careful[2]!), [{ after: 'start a', choose: 'start b' }]);
    expect(run.complaints).toEqual([]);
    expect(ran).toBe(3);
    expect(eventsOf(run, 'transaction.committed')).toHaveLength(2);
  });
});

/** Each may go off duty as long as the other is on: the textbook case of write skew. */
const leave = (isolationLevel: TransactionConfig['isolationLevel']): ((who: string) => Promise<void>) =>
  DBOS.registerWorkflow(
    (who: string) =>
      bank.runTransaction(
        async () => {
          const rows = await bank.client.list('accounts');
          if (rows.every(([, row]) => row.balance > 0)) await bank.client.put('accounts', who, { balance: 0 });
        },
        { name: 'leave', isolationLevel: isolationLevel! },
      ),
    { name: `leave ${isolationLevel}` },
  );

const leaving = (workflow: (who: string) => Promise<void>): Program => ({
  ...program(workflow.name, async () => {
    for (const who of ['alice', 'bob']) await DBOS.startWorkflow(workflow, { workflowID: who })(who);
  }),
  check: () => expect(balance('alice')! + balance('bob')!).toBe(100),
});

const skewed = leave('REPEATABLE READ');
const straight = leave('SERIALIZABLE');

describe('write skew', () => {
  test('is possible under REPEATABLE READ', async () => {
    const { finding } = await explore(leaving(skewed), { seed: 'skew' });
    expect(finding?.violations.map(({ check }) => check)).toEqual(['check']);
  });

  test('is impossible under SERIALIZABLE', async () => {
    const { finding } = await explore(leaving(straight), { seed: 'skew', runsMax: 200 });
    expect(finding?.violations ?? []).toEqual([]);
  });
});

const crosswise = DBOS.registerWorkflow(
  (first: string, second: string) =>
    bank
      .runTransaction(
        async () => {
          await bank.client.getForUpdate('accounts', first);
          await new Promise((resolve) => void setTimeout(resolve, 10));
          await bank.client.getForUpdate('accounts', second);
          return 'both';
        },
        { name: 'lock' },
      )
      .catch((error: { readonly code: string }) => error.code),
  { name: 'crosswise' },
);

const refused = DBOS.registerWorkflow(
  () =>
    bank
      .runTransaction(() => take('alice', 10), { name: 'look', readOnly: true })
      .catch(({ code, message }: Error & { readonly code: string }) => `${code} ${message}`),
  { name: 'refused' },
);

const unknown = DBOS.registerWorkflow(
  () =>
    bank
      .runTransaction(() => bank.client.get('nowhere' as 'accounts', 'x'), { name: 'look' })
      .catch(({ code, message }: Error & { readonly code: string }) => `${code} ${message}`),
  { name: 'unknown' },
);

describe('errors', () => {
  test('who locks two rows crosswise: one of them is told of the deadlock, the other goes on', async () => {
    const start = async (): Promise<void> => {
      await DBOS.startWorkflow(crosswise, { workflowID: 'a' })('alice', 'bob');
      await DBOS.startWorkflow(crosswise, { workflowID: 'b' })('bob', 'alice');
    };
    const run = await replay(program('deadlock', start), []);
    expect(run.ending).toEqual({ how: 'finished' });
    expect(new Set([valueOf(run, 'a'), valueOf(run, 'b')])).toEqual(new Set(['40P01', 'both']));
  });

  test('a read-only transaction cannot write', async () => {
    expect(valueOf(await replay(of(refused), []))).toBe('25006 cannot execute UPDATE in a read-only transaction');
  });

  test('there is no table but those it was given', async () => {
    expect(valueOf(await replay(of(unknown), []))).toBe('42P01 relation "nowhere" does not exist');
  });

  test('its client is for code in its transactions', () => {
    expect(() => bank.client).toThrow('the client of data source bank is for code in its transactions');
  });
});

// As users of the SDK write them.
// oxlint-disable-next-line typescript/no-extraneous-class -- the SDK decorates static methods
class Ledger {
  @bank.transaction({ isolationLevel: 'SERIALIZABLE' })
  static async note(id: string, text: string): Promise<number> {
    await bank.client.put('audit', id, text);
    return (await bank.client.list('audit')).length;
  }

  @DBOS.workflow()
  static async both(): Promise<number> {
    await Ledger.note('one', '1');
    return Ledger.note('two', '2');
  }
}

const note = bank.registerTransaction((id: string) => bank.client.delete('audit', id), { name: 'unnote' });

const erased = DBOS.registerWorkflow(
  async () => {
    await Ledger.note('one', '1');
    await note('one');
    return DBOS.runStep(() => Promise.resolve(bank.committed('audit').size), { name: 'count' });
  },
  { name: 'erased' },
);

describe('a registered transaction', () => {
  test('is one position under the name of its function, decorated or not', async () => {
    const run = await replay(
      program('ledger', () => DBOS.startWorkflow(Ledger, { workflowID: 'w' }).both()),
      [],
    );
    expect(valueOf(run)).toBe(2);
    expect(eventsOf(run, 'transaction.committed').map(({ position, name }) => [position, name])).toEqual([
      [0, 'note'],
      [1, 'note'],
    ]);
    expect(valueOf(await replay(of(erased), []))).toBe(0);
    await expectUnderCrashes(of(erased), 1);
  });

  test('runs outside of workflows too, and keeps nothing but what it did', async () => {
    let left = 0;
    const start = async (): Promise<void> => void (left = await bank.runTransaction(() => take('alice', 10)));
    const run = await replay(once(program('outside', start)), []);
    expect({ left, complaints: run.complaints, ending: ended }).toMatchObject({ left: 90, complaints: [] });
    expect(eventsOf(run, 'transaction.committed')).toEqual([]);
  });
});

describe('what is kept of a transaction', () => {
  /** Somebody forgets what is kept of `w`, from a position on, between its commit and its checkpoint; then comes a crash. */
  const forgetting = (fromStep: number, beforeCommit?: () => Promise<void>): Program =>
    program('forget', async () => {
      await DBOS.startWorkflow(debit, { workflowID: 'w' })();
      await bank.deleteCheckpoints('w', fromStep, beforeCommit).catch(() => undefined);
    });

  test('is what keeps it from being committed again: the law of effects sees it go wrong', async () => {
    const { finding } = await explore(forgetting(0), { seed: 'forget' });
    expect(finding?.violations).toMatchObject([
      { check: 'effects', because: 'transaction take at function id 1 of workflow w took effect twice' },
    ]);
    expect(eventsOf(finding!.run, 'transaction.committed')).toHaveLength(2);
  });

  test('is not forgotten below the position that is asked for, nor if whoever asks may not', async () => {
    const tried = [forgetting(2), forgetting(0, () => Promise.reject(new Error('not mine')))];
    for (const each of tried) {
      const { finding } = await explore(each, { seed: 'forget', runsMax: 150 });
      expect(finding?.violations ?? []).toEqual([]);
    }
  });

  test('is forgotten when the workflow has ended', async () => {
    const labels = eventsOf(await replay(of(debit), []), 'move.made').map(({ label }) => label);
    expect(labels.slice(labels.indexOf('land forget bank/w#1'))).toEqual([
      'land forget bank/w#1',
      'reply forget bank/w#1',
      'land finish w#1',
      'reply finish w#1',
    ]);
  });
});

describe('a workflow that is taken back', () => {
  const again = (ask: () => Promise<unknown>, left: number): Program => ({
    ...program('again', async () => {
      await (await DBOS.startWorkflow(debit, { workflowID: 'w' })()).getResult();
      await ask();
    }),
    check: () => expect(balance('alice')).toBe(left),
  });

  test.each([
    ['rewound to before its transaction', () => DBOS.rewindWorkflow('w', { startStep: 1 }), 80],
    ['rewound to after it', () => DBOS.rewindWorkflow('w', { startStep: 2 }), 90],
    ['forked before it', () => DBOS.forkWorkflow('w', 1, { newWorkflowID: 'v' }), 80],
    ['forked after it', () => DBOS.forkWorkflow('w', 2, { newWorkflowID: 'v' }), 90],
  ] as const)('%s, commits as often as it was asked to, whatever crashes', async (_, ask, left) => {
    const run = await replay(again(ask, left), []);
    expect(run.complaints).toEqual([]);
    expect(eventsOf(run, 'transaction.committed')).toHaveLength((100 - left) / 10);
    await expectUnderCrashes(again(ask, left), 1);
  });
});

test('every run begins with the same rows', async () => {
  for (let again = 0; again < 3; again++) expect((await replay(once(of(debit)), [])).complaints).toEqual([]);
  bank.reset();
  expect(balance('alice')).toBe(100);
});
