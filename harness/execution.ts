/**
 * One execution of one workflow: positions, replay, records, and its end. The heart of the model engine.
 *
 * Every durable call takes the next position synchronously, when it is called. If the journal holds an outcome there, the
 * call returns it, comparing nothing but the name (as the real engine does); otherwise it runs and records.
 * Source: DBOS SDK 5.3.0, `dbos-executor.js` 224-799 and `context.js` 92-107.
 */
import { CancelledError, ConflictError, ControlError, refusalOf, UnexpectedStepError } from './errors.ts';
import { type Call, type Slot, Taken, WAITS } from './call.ts';
import type { Executor } from './executor.ts';
import { type Note, LATER } from './history.ts';
import type { Journal } from './journal.ts';
import { type Attempt, enter, inAttempt, place } from './lineage.ts';
import type { WorkflowRow } from './rows.ts';
import { type Scheduler, type Seat, unrefused } from './scheduler.ts';
import { withSite } from './site.ts';
import { classOf, copyOf, decode, encode, encodeArgs, encodeError, type Outcome, reveal } from './values.ts';

/** What an execution needs around it. */
export interface Host {
  readonly journal: Journal;
  readonly scheduler: Scheduler;
  readonly note: Note;
  /** Starts the first execution of a child in the process of its parent. */
  launch(executor: Executor, workflow: string, owner: string): Execution;
}

/** Takes positions, answers them from the journal or by running, and writes the end. Dead executors hear nothing. */
export class Execution implements Attempt {
  readonly host: Host;
  readonly executor: Executor;
  readonly workflow: string;
  readonly row: WorkflowRow;
  /** Token that the journal's fence asks for. */
  readonly owner: string;
  /** 1 for the first execution of the workflow. */
  readonly number: number;
  /** Label of the last durable call: what a report names when nothing comes after it. */
  lastCall: string | null = null;
  ended = false;
  /** What the body threw, if that became the outcome of the workflow: its living parent gets the original object. */
  threw: { readonly error: unknown } | null = null;
  readonly #unsettled: Taken<never>[] = [];
  #next = 0;
  #derailed = false;

  constructor(host: Host, executor: Executor, workflow: string, owner: string, number: number) {
    this.host = host;
    this.executor = executor;
    this.workflow = workflow;
    this.row = host.journal.row(workflow);
    this.owner = owner;
    this.number = number;
  }

  // ---- from the top to the outcome ---------------------------------------------------------------------------------

  /** Runs `body` and writes its outcome, unless another execution owns the workflow by then. */
  run(body: (input: never) => unknown): void {
    const { workflow, number: attempt, executor, row } = this;
    this.host.note({ type: 'attempt.started', workflow, attempt, executor: executor.id, recorded: row.recorded });
    inAttempt(executor, this, () => this.#run(body, decode(row.input) as never));
  }

  #run(body: (input: never) => unknown, input: never): void {
    const threw = (error: unknown): void => this.#threw(error);
    try {
      Promise.resolve(body(input)).then((value) => this.#returned(value), threw);
    } catch (error) {
      threw(error);
    }
  }

  #returned(value: unknown): void {
    let text: string;
    try {
      text = this.encode(value, null, 'the workflow');
    } catch (error) {
      return this.#threw(error);
    }
    this.#conclude({ ok: true, text });
  }

  #threw(error: unknown): void {
    // This execution has lost the workflow, and whoever has it decides.
    if (error instanceof ConflictError || (error instanceof CancelledError && error.workflow === this.workflow))
      return this.#end('parked', []);
    this.threw = { error };
    this.#conclude({ ok: false, text: encodeError(error) });
  }

  #conclude(outcome: Outcome): void {
    const lost = this.#unrecorded();
    this.host.note({ type: 'body.ended', workflow: this.workflow, attempt: this.number, outcome });
    const land = (): void => {
      const owned = this.host.journal.finish(this.workflow, this.owner, outcome);
      const how = outcome.ok ? 'returned' : 'threw';
      if (!owned) this.threw = null;
      this.#end(owned ? how : 'parked', lost);
    };
    this.host.scheduler.send(this.seat(`finish ${this.workflow}`, null), 'journal', land, NOBODY);
  }

  #end(how: 'returned' | 'threw' | 'parked', inFlight: readonly number[]): void {
    this.ended = true;
    this.host.note({ type: 'attempt.ended', workflow: this.workflow, attempt: this.number, how, inFlight });
  }

  /** Positions whose effect may be lost because the body ends before they are recorded. Waits have none to lose. */
  #unrecorded(): number[] {
    const { entries } = this.row;
    return this.#unsettled
      .filter(({ position, kind }) => !WAITS.has(kind) && entries[position] === undefined)
      .map(({ position }) => position);
  }

  // ---- how every call works ----------------------------------------------------------------------------------------

  /**
   * Takes a position, enters the lineage, then replays or runs `live`, which sees to it that the call hears its outcome, or
   * returns a promise of it. All of it up to there is synchronous: that makes the order of calls the address of their
   * results.
   */
  call<T>(what: Call, live: (call: Taken<T>) => void | Promise<T>): Promise<T> {
    const inside = place();
    if (inside?.attempt === this && inside.position !== null)
      return Promise.reject(
        new Error(
          `${what.kind} was called inside a step (position ${inside.position} of ${this.workflow}): durable calls belong in the workflow's body`,
        ),
      );
    const position = this.#next;
    this.#next += what.positions ?? 1;
    const at = enter(this.executor, this);
    return new Promise((resolve, reject) => {
      if (this.executor.state !== 'dead') this.#enter(what, new Taken(what, position, at, this, resolve, reject), live);
    });
  }

  #enter<T>({ args }: Call, call: Taken<T>, live: (call: Taken<T>) => void | Promise<T>): void {
    const { kind, name, position, at, seat } = call;
    const { workflow, number: attempt, row } = this;
    const replayed = row.entries[position] !== undefined;
    this.lastCall = seat.name;
    this.#unsettled.push(call);
    this.host.note(
      withSite({
        type: 'call.entered',
        workflow,
        attempt,
        position,
        kind,
        name,
        args: args === undefined || args.length === 0 ? null : encodeArgs(args),
        branch: at.branch,
        replayed,
        call: seat.name,
        seq: LATER,
        atMs: LATER,
      }),
    );
    if (this.cancelled) return call.fail(new CancelledError(workflow));
    if (replayed) return this.host.scheduler.answer(seat, 'replay', () => this.replay(call) as T, call);
    void live(call)?.then(
      (value) => call.succeed(value),
      (error: unknown) => call.fail(error),
    );
  }

  /** What is recorded at `slot`, for calls that have more to do. */
  read<T>(slot: Slot): Promise<T> {
    return new Promise((succeed, fail) =>
      this.host.scheduler.answer(slot.seat, 'replay', () => this.replay(slot) as T, { succeed, fail }),
    );
  }

  /** What is recorded for a call. Throws if it is recorded for a call of another name, or the workflow is cancelled. */
  replay({ name, position }: Slot): unknown {
    const { workflow, number: attempt } = this;
    const entry = this.host.journal.lookup(workflow, position)!;
    if (entry.name === name) return reveal(entry.outcome);
    this.host.note({ type: 'replay.diverged', workflow, attempt, position, recorded: entry.name, called: name });
    throw new UnexpectedStepError(workflow, position, entry.name, name);
  }

  /** The program hears of a call. */
  settled(call: Taken<never>, threw?: { readonly error: unknown }): void {
    const [{ position }, { workflow, number: attempt }] = [call, this];
    this.#unsettled.splice(this.#unsettled.indexOf(call), 1);
    if (threw === undefined)
      this.host.note({ type: 'call.settled', workflow, attempt, position, ok: true, seq: LATER, atMs: LATER });
    else this.host.note({ type: 'call.settled', workflow, attempt, position, ok: false, threw: classOf(threw.error) });
  }

  /** From the first error of the engine on, an execution no longer tells anything about the program. Returns the error. */
  derail(error: unknown, position: number | null = null): unknown {
    if (error instanceof ControlError && !this.#derailed) {
      this.#derailed = true;
      const { host, workflow, number: attempt } = this;
      const stopped = { error: error.message, refusal: refusalOf(error), position };
      host.note({ type: 'attempt.derailed', workflow, attempt, ...stopped });
    }
    return error;
  }

  // ---- records -----------------------------------------------------------------------------------------------------

  seat(name: string, position: number | null): Seat {
    const { executor, workflow, number: attempt } = this;
    return { executor, name: executor.name(name), origin: { workflow, attempt, position } };
  }

  /** The record itself; to be called from a landing. */
  write({ position, kind, name }: Slot, outcome: Outcome): void {
    this.host.journal.record(this.workflow, this.owner, { position, kind, name, outcome });
  }

  /** Records `outcome`; then the call hears what `answer` returns or throws. */
  conclude<T>(call: Taken<T>, outcome: Outcome, answer: () => T): void {
    const land = (): T => {
      this.write(call, outcome);
      return answer();
    };
    this.host.scheduler.send(call.seat, 'journal', land, call);
  }

  /** Records an outcome at `slot`, for calls that have more to do. */
  record(slot: Slot, outcome: Outcome): Promise<void> {
    return this.host.scheduler.call(slot.seat, 'journal', () => this.write(slot, outcome));
  }

  /** Records `value` and returns the copy that every later attempt will see. */
  async value<T>(slot: Slot, value: T): Promise<T> {
    const text = this.encode(value, slot.position, slot.name);
    await this.record(slot, { ok: true, text });
    return copyOf(value, text);
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
    if (this.cancelled) throw this.derail(new CancelledError(this.workflow));
  }
}

/** The end of a workflow, once written, is heard by nobody. */
const NOBODY = unrefused(() => undefined);
