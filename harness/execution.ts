/**
 * One execution of one workflow: positions, replay, records, and its end. The heart of the model engine.
 *
 * Every durable call takes the next position synchronously, when it is called. If the journal holds an outcome there, the
 * call returns it, comparing nothing but the name (as the real engine does); otherwise it runs and records.
 * Source: DBOS SDK 5.3.0, `dbos-executor.js` 224-799 and `context.js` 92-107.
 */
import { CancelledError, ConflictError, ControlError, UnexpectedStepError } from './errors.ts';
import type { Executor } from './executor.ts';
import type { CallKind, Claim, Fact } from './history.ts';
import type { Journal, WorkflowRow } from './journal.ts';
import { type Attempt, enter, inAttempt, type Place, place } from './lineage.ts';
import type { Scheduler, Seat } from './scheduler.ts';
import { siteOf } from './site.ts';
import { decode, decodeError, encode, encodeError, type Outcome, storable } from './values.ts';

/** What an execution needs around it. */
export interface Host {
  readonly journal: Journal;
  readonly scheduler: Scheduler;
  readonly note: (event: Fact | Claim) => void;
  /** Starts the first execution of a child in the process of its parent. */
  launch(executor: Executor, workflow: string, owner: string): Execution;
}

/** A durable call that has taken its position. */
export interface Taken {
  readonly kind: CallKind;
  readonly name: string;
  readonly position: number;
  readonly seat: Seat;
  readonly at: Place;
}

/** What a call says of itself; `positions` is 2 for calls that keep a deadline beside them. */
export interface Call {
  readonly kind: CallKind;
  readonly name: string;
  readonly args?: readonly unknown[];
  readonly positions?: 1 | 2;
}

/** Takes positions, answers them from the journal or by running, and writes the end. Dead executors hear nothing. */
export class Execution implements Attempt {
  readonly host: Host;
  readonly executor: Executor;
  readonly workflow: string;
  /** Token that the journal's fence asks for. */
  readonly owner: string;
  /** 1 for the first execution of the workflow. */
  readonly number: number;
  /** Label of the last durable call: what a report names when nothing comes after it. */
  lastCall: string | null = null;
  ended = false;
  /** What the body threw, if that became the outcome of the workflow: its living parent gets the original object. */
  threw: { readonly error: unknown } | null = null;
  readonly #unsettled = new Map<number, CallKind>();
  #next = 0;
  #derailed = false;

  constructor(host: Host, executor: Executor, workflow: string, owner: string, number: number) {
    this.host = host;
    this.executor = executor;
    this.workflow = workflow;
    this.owner = owner;
    this.number = number;
  }

  get row(): WorkflowRow {
    return this.host.journal.row(this.workflow);
  }

  // ---- from the top to the outcome ---------------------------------------------------------------------------------

  /** Runs `body` and writes its outcome, unless another execution owns the workflow by then. */
  run(body: (input: never) => unknown): void {
    const { workflow, number: attempt, executor, row } = this;
    this.host.note({ type: 'attempt.started', workflow, attempt, executor: executor.id, recorded: row.entries.size });
    inAttempt(executor, this, () => void this.#run(body, decode(row.input) as never));
  }

  async #run(body: (input: never) => unknown, input: never): Promise<void> {
    const outcome = await this.#outcome(body, input);
    if (outcome === null) return this.#end('parked', []);
    const lost = this.#unrecorded();
    this.host.note({ type: 'body.ended', workflow: this.workflow, attempt: this.number, outcome });
    await this.host.scheduler.call(this.seat(`finish ${this.workflow}`, null), 'journal', () => {
      const owned = this.host.journal.finish(this.workflow, this.owner, outcome);
      const how = outcome.ok ? 'returned' : 'threw';
      if (!owned) this.threw = null;
      this.#end(owned ? how : 'parked', lost);
    });
  }

  /** null: this execution has lost the workflow, and whoever has it decides. */
  async #outcome(body: (input: never) => unknown, input: never): Promise<Outcome | null> {
    try {
      return { ok: true, text: this.encode(await body(input), null, 'the workflow') };
    } catch (error) {
      if (error instanceof ConflictError || (error instanceof CancelledError && error.workflow === this.workflow))
        return null;
      this.threw = { error };
      return { ok: false, text: encodeError(error) };
    }
  }

  #end(how: 'returned' | 'threw' | 'parked', inFlight: readonly number[]): void {
    this.ended = true;
    this.host.note({ type: 'attempt.ended', workflow: this.workflow, attempt: this.number, how, inFlight });
  }

  /** Positions whose effect may be lost because the body ends before they are recorded. Waits have none to lose. */
  #unrecorded(): number[] {
    const { entries } = this.row;
    return [...this.#unsettled]
      .filter(([position, kind]) => !WAITS.has(kind) && !entries.has(position))
      .map(([position]) => position);
  }

  // ---- how every call works ----------------------------------------------------------------------------------------

  /**
   * Takes a position, enters the lineage, then replays or runs `live`. All of it up to the first promise is synchronous:
   * that is what makes the order of calls the address of their results.
   */
  call<T>({ kind, name, args = [], positions = 1 }: Call, live: (call: Taken) => Promise<T>): Promise<T> {
    const inside = place();
    if (inside?.attempt === this && inside.position !== null)
      return Promise.reject(
        new Error(
          `${kind} was called inside a step (position ${inside.position} of ${this.workflow}): durable calls belong in the workflow's body`,
        ),
      );
    const position = this.#next;
    this.#next += positions;
    const at = enter(this.executor, this);
    if (this.executor.state === 'dead') return new Promise(() => undefined);
    const call: Taken = { kind, name, position, at, seat: this.seat(name, position) };
    this.lastCall = call.seat.name;
    this.#unsettled.set(position, kind);
    return this.#settle(call, this.#answer(call, args, live));
  }

  #answer<T>(call: Taken, args: readonly unknown[], live: (call: Taken) => Promise<T>): Promise<T> {
    const { kind, name, position, at, seat } = call;
    const { workflow, number: attempt, row } = this;
    const replayed = row.entries.has(position);
    this.host.note({
      type: 'call.entered',
      workflow,
      attempt,
      position,
      kind,
      name,
      args: args.length === 0 ? null : encodeArgs(args),
      branch: at.branch,
      replayed,
      call: seat.name,
      ...siteOf(),
    });
    if (this.cancelled) return Promise.reject(new CancelledError(workflow));
    return replayed ? this.host.scheduler.answer(seat, 'replay', () => this.replay(call) as T) : live(call);
  }

  /** What is recorded for a call. Throws if it is recorded for a call of another name, or the workflow is cancelled. */
  replay({ name, position }: Taken): unknown {
    const { workflow, number: attempt } = this;
    const entry = this.host.journal.lookup(workflow, position)!;
    if (entry.name === name) return reveal(entry.outcome);
    this.host.note({ type: 'replay.diverged', workflow, attempt, position, recorded: entry.name, called: name });
    throw new UnexpectedStepError(workflow, position, entry.name, name);
  }

  async #settle<T>({ position }: Taken, answer: Promise<T>): Promise<T> {
    const { workflow, number: attempt } = this;
    let ok = false;
    try {
      const value = await answer;
      ok = true;
      return value;
    } catch (error) {
      throw this.#derail(error);
    } finally {
      this.#unsettled.delete(position);
      this.host.note({ type: 'call.settled', workflow, attempt, position, ok });
    }
  }

  /** From the first error of the engine on, an execution no longer tells anything about the program. Returns the error. */
  #derail(error: unknown): unknown {
    if (error instanceof ControlError && !this.#derailed) {
      this.#derailed = true;
      this.host.note({ type: 'attempt.derailed', workflow: this.workflow, attempt: this.number, error: error.message });
    }
    return error;
  }

  // ---- records -----------------------------------------------------------------------------------------------------

  seat(name: string, position: number | null): Seat {
    const { executor, workflow, number: attempt } = this;
    return { executor, name: executor.name(name), origin: { workflow, attempt, position } };
  }

  /** The record itself; to be called from a landing. */
  write({ position, kind, name }: Taken, outcome: Outcome): void {
    this.host.journal.record(this.workflow, this.owner, { position, kind, name, outcome });
  }

  record(call: Taken, outcome: Outcome): Promise<void> {
    return this.host.scheduler.call(call.seat, 'journal', () => this.write(call, outcome));
  }

  /** Records `value` and returns the copy that every later attempt will see. */
  async value<T>(call: Taken, value: T): Promise<T> {
    const text = this.encode(value, call.position, call.name);
    await this.record(call, { ok: true, text });
    return decode(text) as T;
  }

  encode(value: unknown, position: number | null, name: string): string {
    try {
      return encode(value);
    } catch (error) {
      const because = error instanceof Error ? error.message : String(error);
      this.host.note({ type: 'value.refused', workflow: this.workflow, position, name, because });
      throw error;
    }
  }

  get cancelled(): boolean {
    return this.row.status === 'CANCELLED';
  }

  throwIfCancelled(): void {
    if (this.cancelled) throw this.#derail(new CancelledError(this.workflow));
  }
}

/** Calls that nobody misses when a workflow ends before they are answered: they only bring something in. */
const WAITS: ReadonlySet<CallKind> = new Set<CallKind>(['recv', 'getEvent', 'result', 'now', 'random', 'uuid']);

/** Arguments are evidence, never data: those that cannot be stored are named instead. */
function encodeArgs(args: readonly unknown[]): string {
  try {
    return encode(args);
  } catch {
    return encode(args.map(storable));
  }
}

/** Returns or throws what was recorded. */
export function reveal(outcome: Outcome): unknown {
  if (!outcome.ok) throw decodeError(outcome.text);
  return decode(outcome.text);
}
