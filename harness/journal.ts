/**
 * The database: what survives a crash. Every method is one transaction: it happens whole, at once, or throws.
 *
 * Holds workflows and who owns them, the outcome at each position, messages, events, and the application's own tables.
 * Knows nothing of promises, clocks or schedules: a call reaches it when the scheduler lets it land.
 * Semantics: DBOS SDK 5.3.0, `system_database.js` (ownership 3885, record 3830, lookup 3896, recovery 1135).
 */
import {
  ConflictError,
  CancelledError,
  ConflictingWorkflowError,
  PositionTakenError,
  UnknownWorkflowError,
} from './errors.ts';
import { type Fact, type Note, type Status, LATER } from './history.ts';
import { Queue } from './queue.ts';
import type { Entry, Message, Tables, WorkflowRow } from './rows.ts';
import type { Outcome } from './values.ts';

/** All durable state of one run. Notes a fact for every change, in order. */
export class Journal<T = Tables> {
  readonly workflows: Map<string, WorkflowRow> = new Map();
  /** Those that wait for an executor, in the order in which they came to wait. */
  readonly enqueued: Queue<WorkflowRow> = new Queue();
  readonly #note: Note<Fact>;
  #tables: T;
  #messages = 0;

  /** `note` receives every fact, in order. */
  constructor(tables: T, note: Note<Fact>) {
    this.#tables = tables;
    this.#note = note;
  }

  /** The application's tables as committed. Not a copy: read only. */
  get tables(): Readonly<T> {
    return this.#tables;
  }

  row(workflow: string): WorkflowRow {
    const row = this.workflows.get(workflow);
    if (row === undefined) throw new UnknownWorkflowError(workflow);
    return row;
  }

  /**
   * Creates a workflow, owned by `owner` and running on `executor`, or enqueued when both are null.
   * If the id exists, nothing changes, arguments are ignored and false is returned, as in the real engine.
   * Throws `ConflictingWorkflowError` if it belongs to a workflow of another name.
   */
  create(
    id: string,
    name: string,
    input: string,
    owner: string | null,
    executor: string | null,
    parent: string | null,
  ): boolean {
    const existing = this.workflows.get(id);
    if (existing?.name === name) return false;
    if (existing !== undefined) throw new ConflictingWorkflowError(id, existing.name, name);
    const row: WorkflowRow = {
      ...{ id, name, input, parent, owner, executor },
      status: owner === null ? 'ENQUEUED' : 'PENDING',
      attempts: owner === null ? 0 : 1,
      executions: owner === null ? 0 : 1,
      outcome: null,
      entries: [],
      recorded: 0,
      mailbox: [],
      events: new Map(),
    };
    this.workflows.set(id, row);
    if (owner === null) this.enqueued.add(row);
    this.#note({ type: 'workflow.created', workflow: id, name, input, parent });
    return true;
  }

  /** Gives an enqueued workflow to `owner`, or dead-letters it when it has been started too often. */
  claim(id: string, owner: string, executor: string, recoveriesMax: number): boolean {
    const row = this.row(id);
    if (row.status !== 'ENQUEUED') return false;
    row.attempts++;
    if (row.attempts > recoveriesMax + 1) {
      this.#end(row, 'MAX_RECOVERY_ATTEMPTS_EXCEEDED', null);
      return false;
    }
    row.executions++;
    this.enqueued.delete(row);
    row.status = 'PENDING';
    row.owner = owner;
    row.executor = executor;
    return true;
  }

  /** Takes every unfinished workflow of a presumed dead executor away from it, for anyone to claim. */
  reenqueue(executor: string): string[] {
    const rows = [...this.workflows.values()].filter((row) => row.status === 'PENDING' && row.executor === executor);
    for (const row of rows) this.#enqueue(row);
    return rows.map(({ id }) => id);
  }

  #enqueue(row: WorkflowRow): void {
    if (row.status !== 'ENQUEUED') this.enqueued.add(row);
    row.status = 'ENQUEUED';
    row.owner = row.executor = null;
  }

  /** The recorded outcome at a position, if any. Throws `CancelledError` even when there is one. */
  lookup(workflow: string, position: number): Entry | undefined {
    const row = this.row(workflow);
    if (row.status === 'CANCELLED') throw new CancelledError(workflow);
    return row.entries[position];
  }

  /** Throws unless `owner` may write: the fence that stops zombies. */
  fence(workflow: string, owner: string, position: number | null = null): WorkflowRow {
    const row = this.row(workflow);
    if (row.owner === owner) return row;
    this.#refuse(row, owner, position);
    throw new ConflictError(workflow);
  }

  #refuse({ id, status }: WorkflowRow, owner: string, position: number | null): void {
    const because = status === 'CANCELLED' ? 'cancelled' : 'no longer the owner';
    this.#note({ type: 'record.refused', workflow: id, position, executor: executorOf(owner), because });
  }

  /**
   * Whether `owner` is to write at a position: not if that is recorded. The look comes before the fence (3915), so that a
   * zombie may hear what the owner recorded. Throws `CancelledError` even then, and as `fence` does if nothing is recorded.
   */
  admits(workflow: string, owner: string, position: number): boolean {
    const row = this.row(workflow);
    if (row.status === 'CANCELLED') {
      this.#refuse(row, owner, position);
      throw new CancelledError(workflow);
    }
    return row.entries[position] === undefined && this.fence(workflow, owner, position) === row;
  }

  /** Records the outcome at a position, once. */
  record(workflow: string, owner: string, { position, kind, name, outcome }: Entry): void {
    const row = this.fence(workflow, owner, position);
    this.#vacant(row, position, name);
    const executor = row.executor!;
    // The record and the news of it are one object: there are as many as steps, and nothing ever changes them.
    const entry = {
      type: 'outcome.recorded',
      workflow,
      position,
      kind,
      name,
      outcome,
      executor,
      seq: LATER,
      atMs: LATER,
    } as const;
    row.entries[position] = entry;
    row.recorded++;
    this.#note(entry);
  }

  #vacant(row: WorkflowRow, position: number, name: string): void {
    if (row.entries[position] !== undefined) throw new PositionTakenError(row.id, position, name);
  }

  /** Runs `body` on a draft of the application's tables and commits it together with its checkpoint, or neither. */
  transact(workflow: string, owner: string, position: number, name: string, body: (draft: T) => Outcome): Outcome {
    const row = this.fence(workflow, owner, position);
    const draft = structuredClone(this.#tables);
    const outcome = body(draft);
    this.#vacant(row, position, name);
    if (outcome.ok) {
      this.#tables = draft;
      this.#note({ type: 'transaction.committed', workflow, position, name });
    }
    this.record(workflow, owner, { position, kind: 'transaction', name, outcome });
    return outcome;
  }

  /** A transaction of its own, tied to no checkpoint: what a plain step that writes to the database does. */
  commit<V>(body: (draft: T) => V): V {
    const draft = structuredClone(this.#tables);
    const value = body(draft);
    this.#tables = draft;
    return value;
  }

  /** Writes the final status, if `owner` still owns the workflow. False: it does not, and nothing was written. */
  finish(workflow: string, owner: string, outcome: Outcome): boolean {
    const row = this.row(workflow);
    if (row.status !== 'PENDING' || row.owner !== owner) {
      this.#refuse(row, owner, null);
      return false;
    }
    this.#end(row, outcome.ok ? 'SUCCESS' : 'ERROR', outcome);
    return true;
  }

  #end(row: WorkflowRow, status: Status, outcome: Outcome | null): void {
    if (row.status === 'ENQUEUED') this.enqueued.delete(row);
    row.status = status;
    row.outcome = outcome;
    row.owner = null;
    this.#note({ type: 'workflow.ended', workflow: row.id, status, outcome });
  }

  /** Marks a workflow cancelled; its running execution is fenced from then on. No effect on a finished one. */
  cancel(workflow: string): void {
    const row = this.row(workflow);
    if (row.status !== 'SUCCESS' && row.status !== 'ERROR') this.#end(row, 'CANCELLED', null);
  }

  /** Enqueues a workflow again, from its recorded outcomes, with a fresh count of attempts. No effect on a finished one. */
  resume(workflow: string): void {
    const row = this.row(workflow);
    if (row.status === 'SUCCESS' || row.status === 'ERROR') return;
    this.#enqueue(row);
    row.attempts = 0;
    row.outcome = null;
  }

  /** Puts a message into a mailbox. One that repeats an idempotency key is dropped. */
  send(to: string, topic: string, text: string, key: string | null = null): void {
    const { mailbox } = this.row(to);
    if (key !== null && mailbox.some((message) => message.key === key)) return;
    const number = this.#messages++;
    mailbox.push({ number, topic, text, key, consumed: false });
    this.#note({ type: 'message.sent', message: number, to, topic, text });
  }

  /** The oldest message of a topic that nobody consumed. */
  peek(workflow: string, topic: string): Message | undefined {
    return this.row(workflow).mailbox.find((message) => message.topic === topic && !message.consumed);
  }

  /** Consumes the oldest message of a topic and records it at `position`: both or neither. Text of null if there is none. */
  consume(workflow: string, owner: string, position: number, topic: string): string {
    const row = this.fence(workflow, owner, position);
    this.#vacant(row, position, 'recv');
    const message = this.peek(workflow, topic);
    if (message !== undefined) {
      message.consumed = true;
      this.#note({ type: 'message.consumed', message: message.number, workflow, position });
    }
    const text = message?.text ?? 'null';
    this.record(workflow, owner, { position, kind: 'recv', name: 'recv', outcome: { ok: true, text } });
    return text;
  }

  /** Publishes a value under a key of the workflow, for `getEvent`. */
  setEvent(workflow: string, key: string, text: string): void {
    this.row(workflow).events.set(key, text);
    this.#note({ type: 'event.set', workflow, key, text });
  }
}

/** Owner tokens are `executor/incarnation/count`: unique in a run and the same in every repeat of it. */
export const executorOf = (owner: string): string => owner.slice(0, owner.indexOf('/'));
