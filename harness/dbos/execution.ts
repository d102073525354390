/**
 * One execution of one workflow by the SDK, as the history tells it: which call took which position, from which branch, and
 * what became of it. Changes nothing of what the SDK does.
 */
import type { Machine } from '../engine.ts';
import { WAITS } from '../call.ts';
import type { Executor } from '../executor.ts';
import { type CallKind, type Note, LATER } from '../history.ts';
import type { Refusal } from '../idiom.ts';
import { type Attempt, enter, enterEngine, inAttempt, type Place, place } from '../lineage.ts';
import type { Seat } from '../scheduler.ts';
import { withSite } from '../site.ts';
import { classOf, encodeArgs, hashOf, type Outcome } from '../values.ts';
import type { WorkflowRow } from './tables/rows.ts';
import type { Tables } from './tables/tables.ts';

/** What a call says of itself. */
export interface Saying {
  readonly kind: CallKind;
  readonly name: string;
  readonly args: readonly unknown[];
  /** What runs, if a function of the program does. */
  readonly body?: (...args: never[]) => unknown;
}

/** A durable call: a position, taken by a branch. `said` is null until it first comes to the executor or the database. */
export interface DurableCall {
  readonly position: number;
  readonly at: Place;
  readonly site: { readonly site?: readonly string[] };
  said: { readonly kind: CallKind; readonly name: string; readonly seat: Seat } | null;
  /** Whether a request went out under its label. */
  sent: boolean;
  settled: boolean;
}

/** Follows an execution from its first call to its end. */
export class Execution implements Attempt {
  readonly executor: Executor;
  readonly workflow: string;
  readonly number: number;
  readonly calls: Map<number, DurableCall> = new Map();
  /** Label of the last durable call: what a report names when nothing comes after it. */
  lastCall: string | null = null;
  /** What the next position is for, when that is known before it is taken. */
  saying: Saying | null = null;
  latest: DurableCall | null = null;
  ended = false;
  readonly #row: WorkflowRow;
  readonly #errors: Tables['errors'];
  readonly #note: Note;
  #derailed = false;

  constructor(tables: Tables, note: Note, executor: Executor, row: WorkflowRow, token: string) {
    this.executor = executor;
    this.workflow = row.status.workflowUUID;
    this.number = row.tokens.indexOf(token) + 1;
    this.#row = row;
    this.#errors = tables.errors;
    this.#note = note;
  }

  /** Runs the body, at the root of the lineage of this attempt. */
  async run<T>(body: () => T | Promise<T>): Promise<T> {
    const { workflow, number: attempt, executor } = this;
    this.#note({ type: 'attempt.started', workflow, attempt, executor: executor.id, recorded: this.#row.recorded });
    try {
      return await inAttempt(executor, this, body);
    } catch (error) {
      // This execution has lost the workflow, and whoever has it decides.
      if (this.#isLost(error)) this.end('parked', []);
      throw error;
    }
  }

  /** A call takes its position: synchronously, at the place of its caller, who stands on a branch of its own from now on. */
  take(position: number, here: Place | undefined): void {
    // A patch looks at its position first, and takes it when it has been answered.
    if (this.calls.get(position)?.said?.name.startsWith(PATCH) === true) return;
    const at = here?.engine === true ? here : enter(this.executor, this);
    const call: DurableCall = { position, at, site: withSite({}), said: null, sent: false, settled: false };
    this.calls.set(position, call);
    this.latest = call;
    if (this.saying !== null) this.say(position, this.saying);
    this.saying = null;
  }

  /** A call says what it is: known to the history from now on. Said once; repeats are ignored. */
  say(position: number, saying: Saying): DurableCall | null {
    const call = this.calls.get(position);
    if (call === undefined) return null;
    this.sayOf(call, saying);
    return call;
  }

  /** The same, for a call that may have lost its position to another: a patch takes its own late. */
  sayOf(call: DurableCall, { kind, name, args, body }: Saying): void {
    if (call.said !== null) return;
    const { position } = call;
    const { workflow, number: attempt, executor } = this;
    const origin = { workflow, attempt, position };
    const seat = { executor, name: executor.name(labelOf(name)), origin };
    call.said = { kind, name, seat };
    this.lastCall = seat.name;
    this.#note({
      type: 'call.entered',
      workflow,
      attempt,
      position,
      kind,
      name,
      args: args.length === 0 ? null : encodeArgs(args),
      branch: call.at.branch,
      replayed: this.#row.operations[position] !== undefined,
      // Bodies call the user's own fakes.
      unseen: true,
      call: seat.name,
      ...(body === undefined ? {} : { body: hashOf(Function.prototype.toString.call(body)) }),
      ...call.site,
      seq: LATER,
      atMs: LATER,
    });
  }

  /** Runs a step of the SDK, which takes its position at once and calls back into the program. */
  step<T>(saying: Saying, body: () => Promise<T>): Promise<T> {
    this.latest = null;
    this.saying = saying;
    const promise = enterEngine(this.executor, this, body);
    this.saying = null;
    const call = this.latest as DurableCall | null;
    return call === null ? promise : this.follow(call, promise);
  }

  /** The body of a step begins. */
  ran(position: number, tryNumber: number): void {
    const { workflow, number: attempt } = this;
    const name = this.calls.get(position)?.said?.name ?? '';
    this.#note({ type: 'step.ran', workflow, attempt, position, name, tryNumber, seq: LATER, atMs: LATER });
  }

  /** A call that the body of a step has made takes effect, and throws. */
  denied(position: number, name: string): void {
    this.#note({ type: 'call.denied', workflow: this.workflow, attempt: this.number, position, name });
  }

  /** Notes when the program hears of a call. */
  follow<T>(call: DurableCall, promise: Promise<T>): Promise<T> {
    return promise.then(
      (value) => {
        this.#settled(call);
        return value;
      },
      (error: unknown) => {
        this.#derail(call, error);
        this.#settled(call, { error });
        throw error;
      },
    );
  }

  #settled(call: DurableCall, threw?: { readonly error: unknown }): void {
    if (call.settled) return;
    call.settled = true;
    const { workflow, number: attempt } = this;
    const { position } = call;
    if (threw === undefined)
      this.#note({ type: 'call.settled', workflow, attempt, position, ok: true, seq: LATER, atMs: LATER });
    else this.#note({ type: 'call.settled', workflow, attempt, position, ok: false, threw: classOf(threw.error) });
  }

  /** From the first error of the engine on, an execution no longer tells anything about the program. */
  #derail({ position, said }: DurableCall, error: unknown): void {
    const refusal = this.#refusal(error);
    if (this.#derailed || refusal === null) return;
    this.#derailed = true;
    const { workflow, number: attempt } = this;
    const recorded = this.#row.operations[position]?.functionName;
    if (refusal === 'mismatched' && recorded !== undefined)
      this.#note({ type: 'replay.diverged', workflow, attempt, position, recorded, called: said?.name ?? '' });
    const { message } = error as Error;
    this.#note({ type: 'attempt.derailed', workflow, attempt, error: message, refusal, position });
  }

  /** Why the engine stops this execution with an error; null: it does not. */
  #refusal(error: unknown): Refusal | null {
    const errors = this.#errors;
    if (error instanceof errors.DBOSWorkflowConflictError) return 'fenced';
    if (error instanceof errors.DBOSWorkflowCancelledError)
      return error.workflowID === this.workflow ? 'cancelled' : null;
    if (error instanceof errors.DBOSUnexpectedStepError) return 'mismatched';
    return error instanceof errors.DBOSStepNondeterminismError ? 'taken' : null;
  }

  #isLost(error: unknown): boolean {
    const refusal = this.#refusal(error);
    return refusal === 'fenced' || refusal === 'cancelled';
  }

  /** The body has come to its end. Returns the positions whose effect may be lost because they are not recorded by then. */
  conclude(outcome: Outcome): number[] {
    this.#note({ type: 'body.ended', workflow: this.workflow, attempt: this.number, outcome });
    return this.#unrecorded();
  }

  /** Waits have nothing to lose. */
  #unrecorded(): number[] {
    return [...this.calls.values()]
      .filter(
        ({ settled, said, position }) =>
          !settled && said !== null && !WAITS.has(said.kind) && this.#row.operations[position] === undefined,
      )
      .map(({ position }) => position);
  }

  /** The end of the execution. */
  end(how: 'returned' | 'threw' | 'parked', inFlight: readonly number[]): void {
    this.ended = true;
    this.#note({ type: 'attempt.ended', workflow: this.workflow, attempt: this.number, how, inFlight });
  }
}

/** The executions of one run, by the token they write with. */
export class Executions {
  readonly #byToken = new Map<string, Execution>();
  readonly #latest = new Map<string, Execution>();

  /** The execution of `workflow` that writes with `token`. */
  of(workflow: string, token: string | undefined): Execution | undefined {
    return this.#byToken.get(`${workflow} ${token}`);
  }

  /** The execution of a workflow that began last. */
  latest(workflow: string): Execution | undefined {
    return this.#latest.get(workflow);
  }

  /** A step is called by code of no workflow: noted if a workflow runs in the process whose turn it is. */
  strayed({ scheduler: { turn }, cluster: { client }, note }: Machine): void {
    // The client may call steps as plain functions.
    if (turn === null || place()?.executor === client) return;
    const beside = [...this.#byToken.values()].find(({ executor, ended }) => executor === turn && !ended)?.workflow;
    if (beside !== undefined) note(withSite({ type: 'call.strayed', executor: turn.id, beside }));
  }

  add(execution: Execution, token: string): void {
    this.#byToken.set(`${execution.workflow} ${token}`, execution);
    this.#latest.set(execution.workflow, execution);
  }
}

/** What a call is called on labels: its name, without whose it is. */
export const labelOf = (name: string): string => name.replace(/^DBOS\./, '');

/** How the names of patches begin. */
export const PATCH = 'DBOS.patch-';
