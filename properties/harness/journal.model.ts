/** A naive journal, the real one, and random commands for both. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Fact } from '../../harness/history.ts';
import { Journal } from '../../harness/journal.ts';
import type { Entry } from '../../harness/rows.ts';
import type { Outcome } from '../../harness/values.ts';

export interface Bank {
  commits: string[];
}
export const ok = (text: string): Outcome => ({ ok: true, text });
export const entry = (position: number, text: string): Entry => ({
  position,
  kind: 'step',
  name: 'step',
  outcome: ok(text),
});

export type Ending = 'commit' | 'refuse' | 'throw';
export const body =
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
    const begun =
      owner === null
        ? { status: 'ENQUEUED', attempts: 0, executions: 0 }
        : { status: 'PENDING', attempts: 1, executions: 1 };
    this.rows[id] = { ...begun, owner, executor, records: {}, mail: [] };
    return true;
  }
  claim(id: string, owner: string, executor: string, recoveriesMax: number): boolean {
    const row = this.#row(id);
    if (row.status !== 'ENQUEUED') return false;
    const dead = ++row.attempts > recoveriesMax + 1;
    if (!dead) row.executions++;
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

export interface Row {
  status: string;
  owner: string | null;
  executor: string | null;
  attempts: number;
  executions: number;
  records: Record<number, string>;
  mail: { topic: string; text: string; key: string | null; consumed: boolean }[];
}

const named = (name: string): Error => Object.assign(new Error(name), { name });
const raise = (name: string): never => {
  throw named(name);
};

/** What a call came to: the text it returned, or the name of its error. */
export function cameTo(call: () => unknown): unknown {
  try {
    const value = call();
    return typeof value === 'object' && value !== null && 'outcome' in value ? (value as Entry).outcome.text : value;
  } catch (error) {
    return (error as Error).name;
  }
}

export function rowsOf(journal: Journal<Bank>): Record<string, Row> {
  const rows = [...journal.workflows.values()].map(
    ({ id, status, owner, executor, attempts, executions, entries, mailbox }) => [
      id,
      {
        ...{ status, owner, executor, attempts, executions },
        records: Object.fromEntries(entries.flatMap((one) => (one ? [[one.position, one.outcome.text]] : []))),
        mail: mailbox.map(({ topic, text, key, consumed }) => ({ topic, text, key, consumed })),
      },
    ],
  );
  return Object.fromEntries(rows) as Record<string, Row>;
}

/** As `toEqual`, which is slow. */
export function expectSame(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toEqual(expected);
}

/** Both stores, and every token that was ever given out: old ones are zombies'. */
export class Pair {
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
export interface Change {
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
export const commands = [...endings, ...works, ...works, ...works];
