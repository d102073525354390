/**
 * How calls of the SDK to its database travel: under which label, in how many moves. Says nothing of what they do there.
 *
 * A *door* is two moves (land, reply), for the client one. A record that exists is read by a move (its order is the replay
 * order); looking and finding nothing is none. A *wait* is no move until what is awaited is there. Whoever writes for a
 * workflow shows the token of its execution, read when the call is made: it travels in the async context.
 */
import type { Machine } from '../engine.ts';
import type { Executor } from '../executor.ts';
import type { CallKind } from '../history.ts';
import { place } from '../lineage.ts';
import type { Seat } from '../scheduler.ts';
import { ringAt } from '../retry.ts';
import type { Arrivals } from '../arrivals.ts';
import { type DurableCall, Execution, type Executions } from './execution.ts';
import type { Sdk } from './sdk.ts';
import type { Tables, Writer } from './tables/tables.ts';

/** What the doors of one process need to know of the run. */
export interface Surroundings {
  readonly sdk: Sdk;
  readonly tables: Tables;
  readonly machine: Machine;
  readonly arrivals: Arrivals;
  readonly executions: Executions;
  /** Gives a workflow that a client started to an executor that is up; null: there is none. */
  readonly assign: (creator: string) => { readonly executor: Executor; readonly begin: (id: string) => void } | null;
}

/** The doors of one process. */
export class Boundary {
  readonly sdk: Sdk;
  readonly tables: Tables;
  readonly executor: Executor;
  readonly executions: Executions;
  readonly assign: Surroundings['assign'];
  readonly isClient: boolean;
  readonly #machine: Machine;
  readonly #arrivals: Arrivals;

  constructor({ sdk, tables, machine, arrivals, executions, assign }: Surroundings, executor: Executor) {
    this.sdk = sdk;
    this.tables = tables;
    this.executor = executor;
    this.executions = executions;
    this.assign = assign;
    this.isClient = executor === machine.cluster.client;
    this.#machine = machine;
    this.#arrivals = arrivals;
  }

  /** This process's time, in milliseconds since 1970. */
  get nowMs(): number {
    return this.executor.clock.nowMs;
  }

  /** The execution whose code is running, if it is one of `workflow`. */
  execution(workflow: string): Execution | null {
    const attempt = place()?.attempt;
    return attempt instanceof Execution && attempt.workflow === workflow ? attempt : null;
  }

  /** The token that the running code may write with. To be read when a call is made, never when it lands. */
  token(workflow: string): string | undefined {
    return this.sdk.context.currentOwnerXid(workflow);
  }

  /** Who writes, for the history; `kind` if the call at the position did not say. */
  writer(workflow: string, position: number, kind: CallKind): Writer {
    const said = this.execution(workflow)?.calls.get(position)?.said;
    return { executor: this.executor.id, kind: said?.kind ?? kind };
  }

  /** A call that takes a position comes to the database under its name. Followed until the program hears of it. */
  durable<T>(
    workflow: string,
    position: number,
    kind: CallKind,
    name: string,
    args: readonly unknown[],
    body: () => Promise<T>,
  ): Promise<T> {
    const execution = this.execution(workflow);
    const call = execution?.say(position, { kind, name, args }) ?? null;
    return execution === null || call === null ? body() : execution.follow(call, body());
  }

  /** Two moves: `land` takes effect over there, then its answer comes back. `what` names the call unless its position does. */
  door<T>(what: string, land: () => T, workflow: string | null = null, position: number | null = null): Promise<T> {
    if (this.isClient) return this.#arrivals.call(what, land);
    return this.#machine.scheduler.call(this.#seat(what, workflow, position), 'journal', land);
  }

  /** One move, for an answer that is already there. */
  answer<T>(
    door: 'replay' | 'journal',
    what: string,
    read: () => T,
    workflow: string | null = null,
    position: number | null = null,
  ): Promise<T> {
    if (this.isClient) return this.#arrivals.call(what, read);
    return new Promise((succeed, fail) =>
      this.#machine.scheduler.answer(this.#seat(what, workflow, position), door, read, { succeed, fail }),
    );
  }

  /** A door, or, in a transaction of the SDK's that has landed already, part of it. */
  within<T>(transaction: object | undefined, what: string, land: () => T): Promise<T> {
    return transaction === undefined ? this.door(what, land) : this.now(land);
  }

  /** As `within`, for what only looks. */
  look<T>(transaction: object | undefined, what: string, read: () => T): Promise<T> {
    return transaction === undefined ? this.answer('journal', what, read) : this.now(read);
  }

  /** No move; `read` throws to refuse. Mostly there is nothing to tell, and one promise will do for that. */
  now<T>(read: () => T): Promise<T> {
    try {
      const value = read();
      return value === undefined ? (NOTHING as Promise<T>) : Promise.resolve(value);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** No move until `ready()`, or until the clock of this process reaches `dueMs`; then one. */
  async wait(
    what: string,
    ready: () => boolean,
    dueMs = Infinity,
    workflow: string | null = null,
    position: number | null = null,
  ): Promise<void> {
    const seat = this.#seat(what, workflow, position);
    let due = false;
    const callOff = ringAt(this.executor.clock, dueMs, `deadline ${seat.name}`, () => (due = true));
    await this.#machine.scheduler.wait(seat, () => due || ready());
    callOff();
  }

  /** The first request of a durable call travels under its label; further ones get their own. */
  #seat(what: string, workflow: string | null, position: number | null): Seat {
    const execution = workflow === null ? null : this.execution(workflow);
    const call: DurableCall | undefined = position === null ? undefined : execution?.calls.get(position);
    if (call?.said != null && !call.sent) {
      call.sent = true;
      return call.said.seat;
    }
    const origin = { workflow, attempt: execution?.number ?? null, position };
    return { executor: this.executor, name: this.executor.name(what), origin };
  }
}

const NOTHING: Promise<unknown> = Promise.resolve();
