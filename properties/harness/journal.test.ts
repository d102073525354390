/** The journal keeps what was written, lets only the owner write, and does each thing whole or not at all. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fact } from '../../harness/history.ts';
import { executorOf, Journal } from '../../harness/journal.ts';
import { isFinal } from '../../harness/rows.ts';
import type { Outcome } from '../../harness/values.ts';
import {
  type Bank,
  body,
  cameTo,
  type Change,
  commands,
  type Ending,
  entry,
  expectSame,
  ok,
  Pair,
  rowsOf,
} from './journal.model.ts';
import './support.ts';

/** Runs random commands, some with the tokens of zombies, and looks at what each did. */
function checkAlways(looks: () => (change: Change) => void): void {
  const property = fc.property(fc.commands(commands, { maxCommands: 60, size: 'max' }), (sequence) => {
    fc.modelRun(() => ({ model: new Pair(), real: looks() }), sequence);
  });
  fc.assert(property, { numRuns: 200 });
}

const factsOf = <T extends Fact['type']>(facts: readonly Fact[], type: T): Extract<Fact, { type: T }>[] =>
  facts.filter((fact): fact is Extract<Fact, { type: T }> => fact.type === type);

describe('whatever is asked of the journal, by whomever, in whatever order', () => {
  test('it answers as a naive one would', () => {
    checkAlways(() => () => undefined);
  });

  test('a record is never lost or overwritten', () => {
    checkAlways(() => ({ before, after }) => {
      for (const [workflow, { records }] of Object.entries(before))
        for (const [at, result] of Object.entries(records)) expect(after[workflow]!.records[Number(at)]).toBe(result);
    });
  });

  test('only the owner writes, and it alone is named in the record', () => {
    let records = 0;
    checkAlways(() => ({ before, after, facts }) => {
      for (const { workflow, executor: by, outcome } of factsOf(facts, 'outcome.recorded')) {
        records++;
        expect(executorOf(before[workflow]!.owner!)).toBe(by);
        expect(Object.values(after[workflow]!.records)).toContain(outcome.text);
      }
      for (const [workflow, { owner }] of Object.entries(before))
        if (owner === null) expectSame(after[workflow]!.records, before[workflow]!.records);
    });
    expect(records).toBeGreaterThan(100);
  });

  test('an owner keeps a workflow until it is finished or taken away: no claim ever replaces it', () => {
    checkAlways(() => ({ before, after }) => {
      const owners = Object.entries(before).filter(([, { owner }]) => owner !== null);
      expectSame(
        owners.filter(([workflow, { owner }]) => ![owner, null].includes(after[workflow]!.owner)),
        [],
      );
    });
  });

  test('statuses change along these lines only, and SUCCESS and ERROR are for ever', () => {
    const changes = new Set<string>();
    checkAlways(() => ({ before, after }) => {
      for (const [workflow, { status }] of Object.entries(before))
        if (after[workflow]!.status !== status) changes.add(`${status} -> ${after[workflow]!.status}`);
    });
    expect([...changes].toSorted()).toEqual([
      'CANCELLED -> ENQUEUED',
      'ENQUEUED -> CANCELLED',
      'ENQUEUED -> MAX_RECOVERY_ATTEMPTS_EXCEEDED',
      'ENQUEUED -> PENDING',
      'MAX_RECOVERY_ATTEMPTS_EXCEEDED -> CANCELLED',
      'MAX_RECOVERY_ATTEMPTS_EXCEEDED -> ENQUEUED',
      'PENDING -> CANCELLED',
      'PENDING -> ENQUEUED',
      'PENDING -> ERROR',
      'PENDING -> SUCCESS',
    ]);
  });

  test('a workflow has an owner exactly while it is PENDING', () => {
    checkAlways(() => ({ after }) => {
      const odd = Object.values(after).filter(({ status, owner }) => (owner !== null) !== (status === 'PENDING'));
      expectSame(odd, []);
    });
  });

  test('a message is consumed once, and messages of a topic in the order they were sent', () => {
    let consumed = 0;
    checkAlways(() => {
      const topics = new Map<number, string>();
      const last = new Map<string, number>();
      return ({ facts }) => {
        for (const { message, to, topic: on } of factsOf(facts, 'message.sent')) topics.set(message, `${to}/${on}`);
        for (const { message } of factsOf(facts, 'message.consumed')) {
          consumed++;
          expect(message).toBeGreaterThan(last.get(topics.get(message)!) ?? -1);
          last.set(topics.get(message)!, message);
        }
      };
    });
    expect(consumed).toBeGreaterThan(10);
  });
});

describe('each call, alone', () => {
  const journalOf = (owner = 'x/1/1'): { journal: Journal<Bank>; facts: Fact[] } => {
    const facts: Fact[] = [];
    const journal = new Journal<Bank>({ commits: [] }, (fact) => facts.push(fact));
    journal.create('a', 'program', '1', owner, executorOf(owner), null);
    return { journal, facts };
  };

  test.each<[Ending, string[], number]>([
    ['commit', ['1'], 1],
    ['refuse', [], 1],
    ['throw', [], 0],
  ])('a transaction whose body ends with %s leaves tables %j and records %i outcomes', (how, commits, records) => {
    const { journal, facts } = journalOf();
    cameTo(() => journal.transact('a', 'x/1/1', 0, 'pay', body(how, '1')));
    expect(journal.tables.commits).toEqual(commits);
    expect(journal.row('a').recorded).toBe(records);
    expect(factsOf(facts, 'transaction.committed')).toHaveLength(commits.length);
  });

  test('a transaction that may not record does not commit', () => {
    const { journal } = journalOf();
    journal.record('a', 'x/1/1', entry(0, '1'));
    expect(cameTo(() => journal.transact('a', 'x/1/1', 0, 'pay', body('commit', '1')))).toBe('PositionTakenError');
    expect(cameTo(() => journal.transact('a', 'zombie/1/1', 1, 'pay', body('commit', '1')))).toBe('ConflictError');
    expect(journal.tables.commits).toEqual([]);
  });

  test('the body of a fenced transaction does not run', () => {
    const { journal } = journalOf();
    const run = (): Outcome => expect.unreachable();
    expect(cameTo(() => journal.transact('a', 'zombie/1/1', 0, 'pay', run))).toBe('ConflictError');
  });

  test('a commit outside any workflow is whole or not at all', () => {
    const { journal } = journalOf();
    journal.commit(({ commits }) => commits.push('1'));
    expect(() => journal.commit(body('throw', '2'))).toThrow(RangeError);
    expect(journal.tables.commits).toEqual(['1']);
  });

  test('a recv that may not record consumes nothing', () => {
    const { journal } = journalOf();
    journal.record('a', 'x/1/1', entry(0, '1'));
    journal.send('a', '', '"hello"');
    expect(cameTo(() => journal.consume('a', 'x/1/1', 0, ''))).toBe('PositionTakenError');
    expect(cameTo(() => journal.consume('a', 'zombie/1/1', 1, ''))).toBe('ConflictError');
    expect(journal.peek('a', '')?.text).toBe('"hello"');
  });

  test('who is refused is told, and noted with position and executor', () => {
    const { journal, facts } = journalOf();
    cameTo(() => journal.record('a', 'zombie/1/1', entry(3, '1')));
    journal.finish('a', 'zombie/1/1', ok('1'));
    journal.cancel('a');
    journal.finish('a', 'x/1/1', ok('1'));
    expect(factsOf(facts, 'record.refused')).toMatchObject([
      { workflow: 'a', position: 3, executor: 'zombie', because: 'no longer the owner' },
      { workflow: 'a', position: null, executor: 'zombie', because: 'no longer the owner' },
      { workflow: 'a', position: null, executor: 'x', because: 'cancelled' },
    ]);
  });

  test('a write that is recorded is not to be made again, by whomever; what is not recorded, only its owner may write', () => {
    const { journal, facts } = journalOf();
    journal.record('a', 'x/1/1', entry(0, '1'));
    const asked = (owner: string): unknown[] => [0, 1].map((at) => cameTo(() => journal.admits('a', owner, at)));
    expect(asked('x/1/1')).toEqual([false, true]);
    expect(asked('zombie/1/1')).toEqual([false, 'ConflictError']);
    journal.cancel('a');
    expect(asked('x/1/1')).toEqual(['CancelledError', 'CancelledError']);
    expect(factsOf(facts, 'record.refused')).toMatchObject([
      { position: 1, executor: 'zombie', because: 'no longer the owner' },
      { position: 0, executor: 'x', because: 'cancelled' },
      { position: 1, executor: 'x', because: 'cancelled' },
    ]);
  });

  test('a workflow is dead-lettered by the claim after recoveriesMax + 1 executions, and a resume starts the count anew', () => {
    fc.assert(
      fc.property(fc.nat(4), fc.boolean(), (recoveriesMax, direct) => {
        const { journal } = journalOf();
        const owner = direct ? 'x/1/0' : null;
        journal.create('b', 'program', '1', owner, direct ? 'x' : null, null);
        const executions = (): number => {
          let count = journal.row('b').status === 'PENDING' ? 1 : 0;
          for (journal.reenqueue('x'); journal.claim('b', `x/1/${count}`, 'x', recoveriesMax); count++)
            journal.reenqueue('x');
          return count;
        };
        expect(executions()).toBe(recoveriesMax + 1);
        expect(journal.row('b').status).toBe('MAX_RECOVERY_ATTEMPTS_EXCEEDED');
        journal.resume('b');
        expect(executions()).toBe(recoveriesMax + 1);
      }),
    );
  });

  test('a cancelled workflow shows none of its records, and all of them again once it is resumed', () => {
    const { journal } = journalOf();
    journal.record('a', 'x/1/1', entry(0, '1'));
    journal.cancel('a');
    expect(cameTo(() => journal.lookup('a', 0))).toBe('CancelledError');
    journal.resume('a');
    expect(cameTo(() => journal.lookup('a', 0))).toBe('1');
    expect(cameTo(() => journal.lookup('nobody', 0))).toBe('UnknownWorkflowError');
  });

  test('starting an id again changes nothing, whatever the arguments', () => {
    const { journal } = journalOf();
    const before = rowsOf(journal);
    expect(journal.create('a', 'program', '2', 'y/1/1', 'y', 'parent')).toBe(false);
    expect(rowsOf(journal)).toEqual(before);
    expect(journal.row('a')).toMatchObject({ name: 'program', input: '1', parent: null });
  });

  test('starting an id again under another name is refused, and says both names', () => {
    const { journal } = journalOf();
    const before = rowsOf(journal);
    const start = (): unknown => journal.create('a', 'other', '2', 'y/1/1', 'y', null);
    expect(start).toThrow('different function name: program, but the provided function name is: other');
    expect(rowsOf(journal)).toEqual(before);
  });

  test('an event holds the value that was set last', () => {
    const { journal } = journalOf();
    journal.setEvent('a', 'progress', '1');
    journal.setEvent('a', 'progress', '2');
    expect([...journal.row('a').events]).toEqual([['progress', '2']]);
  });

  test('only four statuses are final', () => {
    const all = ['ENQUEUED', 'PENDING', 'SUCCESS', 'ERROR', 'CANCELLED', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED'] as const;
    expect(all.filter(isFinal)).toEqual(['SUCCESS', 'ERROR', 'CANCELLED', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED']);
  });
});
