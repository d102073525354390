/** The journal keeps what was written, lets only the owner write, and does each thing whole or not at all. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fact } from '../../harness/history.ts';
import { type Entry, executorOf, isFinal, Journal } from '../../harness/journal.ts';
import type { Outcome } from '../../harness/values.ts';
import './support.ts';

interface Bank {
  commits: string[];
}
const ok = (text: string): Outcome => ({ ok: true, text });
const entry = (position: number, text: string): Entry => ({ position, kind: 'step', name: 'step', outcome: ok(text) });

type Ending = 'commit' | 'refuse' | 'throw';
const body =
  (ending: Ending, text: string) =>
  (draft: Bank): Outcome => {
    draft.commits.push(text);
    if (ending === 'throw') throw new RangeError('the body throws');
    return { ok: ending === 'commit', text };
  };

type Operation =
  | 'create' | 'claim' | 'reenqueue' | 'lookup' | 'record' | 'transact'
  | 'finish' | 'cancel' | 'resume' | 'send' | 'consume'; // prettier-ignore
type Store = Pick<Journal<Bank>, Operation>;

/** Told in the most naive way: one row for each workflow, plain values only. */
class Reference implements Store {
  readonly rows: Record<string, Row> = {};
  commits: string[] = [];

  create(id: string, _name: string, _input: string, owner: string | null, executor: string | null): boolean {
    if (id in this.rows) return false;
    const begun = owner === null ? { status: 'ENQUEUED', attempts: 0 } : { status: 'PENDING', attempts: 1 };
    this.rows[id] = { ...begun, owner, executor, records: {}, mail: [] };
    return true;
  }
  claim(id: string, owner: string, executor: string, recoveriesMax: number): boolean {
    const row = this.#row(id);
    if (row.status !== 'ENQUEUED') return false;
    const dead = ++row.attempts > recoveriesMax + 1;
    Object.assign(row, dead ? { status: 'MAX_RECOVERY_ATTEMPTS_EXCEEDED' } : { status: 'PENDING', owner, executor });
    return !dead;
  }
  reenqueue(executor: string): string[] {
    const ids = Object.keys(this.rows).filter(
      (id) => this.rows[id]!.executor === executor && this.rows[id]!.status === 'PENDING',
    );
    for (const id of ids) Object.assign(this.rows[id]!, { status: 'ENQUEUED', owner: null, executor: null });
    return ids;
  }
  lookup(id: string, position: number): Entry | undefined {
    const { status, records } = this.#row(id);
    if (status === 'CANCELLED') throw named('CancelledError');
    return position in records ? ({ outcome: { text: records[position] } } as Entry) : undefined;
  }
  record(id: string, owner: string, { position, outcome }: Entry): void {
    this.#writable(id, owner, position).records[position] = outcome.text;
  }
  transact(id: string, owner: string, position: number, _name: string, run: (draft: Bank) => Outcome): Outcome {
    if (this.#row(id).owner !== owner) throw named('ConflictError');
    const draft = [...this.commits];
    const outcome = run({ commits: draft });
    this.#writable(id, owner, position).records[position] = outcome.text;
    if (outcome.ok) this.commits = draft;
    return outcome;
  }
  finish(id: string, owner: string, { ok: returned }: Outcome): boolean {
    const row = this.#row(id);
    if (row.owner !== owner) return false;
    Object.assign(row, { status: returned ? 'SUCCESS' : 'ERROR', owner: null });
    return true;
  }
  cancel(id: string): void {
    const row = this.#row(id);
    if (!['SUCCESS', 'ERROR'].includes(row.status)) Object.assign(row, { status: 'CANCELLED', owner: null });
  }
  resume(id: string): void {
    const row = this.#row(id);
    if (!['SUCCESS', 'ERROR'].includes(row.status))
      Object.assign(row, { status: 'ENQUEUED', owner: null, executor: null, attempts: 0 });
  }
  send(id: string, topic: string, text: string, key: string | null = null): void {
    const { mail } = this.#row(id);
    if (key === null || mail.every((one) => one.key !== key)) mail.push({ topic, text, key, consumed: false });
  }
  consume(id: string, owner: string, position: number, topic: string): string {
    const row = this.#writable(id, owner, position);
    const message = row.mail.find((one) => one.topic === topic && !one.consumed);
    if (message !== undefined) message.consumed = true;
    return (row.records[position] = message?.text ?? 'null');
  }
  #row(id: string): Row {
    return this.rows[id] ?? raise('UnknownWorkflowError');
  }
  #writable(id: string, owner: string, position: number): Row {
    const row = this.#row(id);
    if (row.owner !== owner) throw named('ConflictError');
    if (position in row.records) throw named('PositionTakenError');
    return row;
  }
}

interface Row {
  status: string;
  owner: string | null;
  executor: string | null;
  attempts: number;
  records: Record<number, string>;
  mail: { topic: string; text: string; key: string | null; consumed: boolean }[];
}

const named = (name: string): Error => Object.assign(new Error(name), { name });
const raise = (name: string): never => {
  throw named(name);
};

/** What a call came to: the text it returned, or the name of its error. */
function cameTo(call: () => unknown): unknown {
  try {
    const value = call();
    return typeof value === 'object' && value !== null && 'outcome' in value ? (value as Entry).outcome.text : value;
  } catch (error) {
    return (error as Error).name;
  }
}

function rowsOf(journal: Journal<Bank>): Record<string, Row> {
  const rows = [...journal.workflows.values()].map(({ id, status, owner, executor, attempts, entries, mailbox }) => [
    id,
    {
      ...{ status, owner, executor, attempts },
      records: Object.fromEntries([...entries].map(([position, { outcome }]) => [position, outcome.text])),
      mail: mailbox.map(({ topic, text, key, consumed }) => ({ topic, text, key, consumed })),
    },
  ]);
  return Object.fromEntries(rows) as Record<string, Row>;
}

/** As `toEqual`, which is slow. */
function expectSame(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toEqual(expected);
}

/** Both stores, and every token that was ever given out: old ones are zombies'. */
class Pair {
  readonly facts: Fact[] = [];
  readonly real = new Journal<Bank>({ commits: [] }, (fact) => this.facts.push(fact));
  readonly reference = new Reference();
  readonly #tokens = new Set(['x/0/0']);
  step = 0;

  /** One fresh token for each command. */
  fresh(executor: string): string {
    const token = `${executor}/1/${this.step}`;
    this.#tokens.add(token);
    return token;
  }
  /** The owner's token for age 0, else one of the newest. */
  token(workflow: string, age: number): string {
    const owner = age === 0 ? this.reference.rows[workflow]?.owner : null;
    return owner ?? [...this.#tokens].at(-age || -1) ?? 'x/0/0';
  }
}

/** What a command did: the rows before and after, and the facts it told. */
interface Change {
  readonly before: Record<string, Row>;
  readonly after: Record<string, Row>;
  readonly facts: readonly Fact[];
}

/** One operation on both stores: the same answer, and the same state afterwards. */
class Act implements fc.Command<Pair, (change: Change) => void> {
  readonly #label: string;
  readonly #act: (store: Store, pair: Pair) => unknown;

  constructor(label: string, run: (store: Store, pair: Pair) => unknown) {
    this.#label = label;
    this.#act = run;
  }
  check(): boolean {
    return true;
  }
  run(pair: Pair, look: (change: Change) => void): void {
    const before = rowsOf(pair.real);
    const told = pair.facts.length;
    pair.step++;
    expectSame(
      cameTo(() => this.#act(pair.real, pair)),
      cameTo(() => this.#act(pair.reference, pair)),
    );
    const after = rowsOf(pair.real);
    expectSame(after, pair.reference.rows);
    expectSame(pair.real.tables.commits, pair.reference.commits);
    look({ before, after, facts: pair.facts.slice(told) });
  }
  toString(): string {
    return this.#label;
  }
}

const id = fc.constantFrom('a', 'b', 'c');
const executor = fc.constantFrom('x', 'y');
const position = fc.nat(8);
const topic = fc.constantFrom('', '', 't');
/** Mostly the owner; else a zombie. */
const writer = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 4 }));
const text = fc.nat(1000).map(String);

/** One kind of command: how its arguments are drawn, and what it does with them. */
const act = <A extends unknown[]>(
  name: string,
  args: { [K in keyof A]: fc.Arbitrary<A[K]> },
  run: (store: Store, pair: Pair, ...drawn: A) => unknown,
): fc.Arbitrary<Act> =>
  fc
    .tuple(...args)
    .map((drawn) => new Act(`${name}(${drawn.join(', ')})`, (store, pair) => run(store, pair, ...(drawn as A))));

const ending = fc.constantFrom<Ending>('commit', 'commit', 'refuse', 'throw');
const endings = [
  act('reenqueue', [executor], (store, _pair, on) => store.reenqueue(on)),
  act('finish', [id, writer, fc.boolean()], (store, pair, wf, age, returned) =>
    store.finish(wf, pair.token(wf, age), { ok: returned, text: '1' }),
  ),
  act('cancel', [id], (store, _pair, wf) => store.cancel(wf)),
  act('resume', [id], (store, _pair, wf) => store.resume(wf)),
];
const works = [
  act('create', [id, executor], (store, pair, wf, on) => store.create(wf, 'program', '1', pair.fresh(on), on, null)),
  act('enqueue', [id], (store, _pair, wf) => store.create(wf, 'program', '1', null, null, null)),
  act('claim', [id, executor, fc.nat(2)], (store, pair, wf, on, max) => store.claim(wf, pair.fresh(on), on, max)),
  act('lookup', [id, position], (store, _pair, wf, at) => store.lookup(wf, at)),
  act('record', [id, writer, position, text], (store, pair, wf, age, at, result) =>
    store.record(wf, pair.token(wf, age), entry(at, result)),
  ),
  act(
    'transact',
    [id, writer, position, ending, text],
    (store, pair, wf, age, at, how, result) =>
      store.transact(wf, pair.token(wf, age), at, 'transaction', body(how, result)).text,
  ),
  act('consume', [id, writer, position, topic], (store, pair, wf, age, at, on) =>
    store.consume(wf, pair.token(wf, age), at, on),
  ),
  act('send', [id, topic, text, fc.constantFrom(null, null, 'k')], (store, _pair, to, on, message, key) =>
    store.send(to, on, message, key),
  ),
];
/** Endings are rarer, or there would be nothing left to end. */
const commands = [...endings, ...works, ...works, ...works];

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
    expect(journal.row('a').entries.size).toBe(records);
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
    expect(journal.create('a', 'other program', '2', 'y/1/1', 'y', 'parent')).toBe(false);
    expect(rowsOf(journal)).toEqual(before);
    expect(journal.row('a')).toMatchObject({ name: 'program', input: '1', parent: null });
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
