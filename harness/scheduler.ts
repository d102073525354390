/**
 * What is in flight: calls and timers. Says what *can* happen next, calmest first; never what *does*.
 *
 * A call goes through its door in two phases: it *lands* (takes effect over there), then its *reply* comes back. A crash
 * forgets an executor's calls and timers; what has landed stays. Every crash window follows from that.
 */
import type { Alarm } from './clock.ts';
import type { Executor } from './executor.ts';
import type { LostCall, Origin } from './history.ts';
import type { Move, Offer } from './offer.ts';
import { type Chunk, Queue } from './queue.ts';

/** Who calls, under which name (unique in the run), and what for. */
export interface Seat {
  readonly executor: Executor;
  readonly name: string;
  readonly origin: Origin;
}

/** Who hears what a call came to: one of the two, once, unless the process dies first. */
export interface Listener<T> {
  succeed(value: T): void;
  fail(error: unknown): void;
}

/** For calls that are never refused: an error of theirs is nobody's to handle. */
export function unrefused<T>(succeed: (value: T) => void): Listener<T> {
  const fail = (error: unknown): never => {
    throw error;
  };
  return { succeed, fail };
}

/** A call in flight. */
interface Call {
  readonly seat: Seat;
  readonly door: LostCall['door'];
  /** Takes effect over there, synchronously; returns the answer or throws the refusal. */
  readonly land: () => unknown;
  /** For waits: whether what is awaited is there. */
  readonly ready: (() => boolean) | null;
  /** What the caller gets when the call is made to fail; null: it cannot. */
  readonly failure: (() => Error) | null;
  readonly listener: Listener<never>;
  answer: { readonly ok: boolean; readonly value: unknown } | null;
}

/** Ready to use: a template would make each of them anew. */
const PREFIX = { land: 'land ', reply: 'reply ' } as const;

/** The next move of a call: made once, and offered until it is taken. */
class CallMove implements Move {
  readonly kind: 'land' | 'reply';
  readonly label: string;
  readonly #scheduler: Scheduler;
  #call: Call | null;

  constructor(kind: 'land' | 'reply', call: Call, scheduler: Scheduler) {
    this.kind = kind;
    this.label = PREFIX[kind] + call.seat.name;
    this.#call = call;
    this.#scheduler = scheduler;
  }

  /** The call, for as long as the move can be made. */
  get call(): Call {
    return this.#call!;
  }

  apply(): boolean {
    return this.kind === 'land' ? this.#scheduler.land(this) : this.#scheduler.reply(this);
  }

  /** Lets go of the call. The record of a choice keeps the moves that were on offer, and nothing of what they would do. */
  retire(): Call {
    const { call } = this;
    this.#call = null;
    return call;
  }
}

/** Calls in flight, in the order in which they may go on. */
export class Scheduler {
  /** Whose turn it is: the executor of the move being applied. */
  turn: Executor | null = null;
  /** In order of calling. */
  readonly #sent = new Queue<CallMove>();
  /** In order of landing. */
  readonly #landed = new Queue<CallMove>();
  readonly #waits = new Queue<CallMove>();
  readonly #queues: readonly Queue<CallMove>[] = [this.#landed, this.#waits, this.#sent];
  readonly #alarmNames = new WeakMap<object, string>();

  /** A call through a door: `land`, then `reply`. With `failure`, it may also be made to fail (see `failures`). */
  send<T>(
    seat: Seat,
    door: 'journal' | 'world',
    land: () => T,
    listener: Listener<T>,
    failure: (() => Error) | null = null,
  ): void {
    this.#open(this.#sent, 'land', { seat, door, land, ready: null, failure, listener, answer: null });
  }

  /** As `send`, for those who await the answer. */
  call<T>(seat: Seat, door: 'journal' | 'world', land: () => T, failure: (() => Error) | null = null): Promise<T> {
    return new Promise((succeed, fail) => this.send(seat, door, land, { succeed, fail }, failure));
  }

  /** An answer that is already there (a replayed outcome, a claim that has landed): only its reply is a move. */
  answer<T>(seat: Seat, door: 'replay' | 'journal', read: () => T, listener: Listener<T>): void {
    this.#open(this.#landed, 'reply', { seat, door, land: read, ready: null, failure: null, listener, answer: null });
  }

  /** No move until `ready()`; then its reply is one. Replaces every polling loop. */
  wait(seat: Seat, ready: () => boolean): Promise<void> {
    return new Promise((succeed, fail) => {
      const land = (): void => undefined;
      const listener = { succeed, fail };
      this.#open(this.#waits, 'reply', { seat, door: 'wait', land, ready, failure: null, listener, answer: null });
    });
  }

  #open(queue: Queue<CallMove>, first: 'land' | 'reply', call: Call): void {
    const { executor } = call.seat;
    // The process is gone: its code may still run (it shares memory with the living), but nobody hears it.
    if (executor.state === 'dead') return;
    executor.inFlight++;
    queue.add(new CallMove(first, call, this));
  }

  /** Makes a call take effect. Its reply is the next move of it. What takes effect in promises does so before that. */
  land(move: CallMove): boolean {
    this.#sent.delete(move);
    const call = move.retire();
    this.turn = call.seat.executor;
    const { value } = arrive(call);
    this.#landed.add(new CallMove('reply', call, this));
    return value instanceof Promise;
  }

  /** Tells the caller what the call came to. */
  reply(move: CallMove): boolean {
    const call = this.#close(move.call.ready === null ? this.#landed : this.#waits, move);
    this.turn = call.seat.executor;
    const { ok, value } = call.answer ?? arrive(call);
    if (ok) call.listener.succeed(value as never);
    else call.listener.fail(value);
    return true;
  }

  #close(queue: Queue<CallMove>, move: CallMove): Call {
    queue.delete(move);
    const call = move.retire();
    call.seat.executor.inFlight--;
    return call;
  }

  /**
   * Replies, oldest first, then landings, oldest first. With `deaf`, some executors are suspended: they hear nothing, but
   * what they sent still lands.
   */
  progress(into: Offer, deaf: boolean): void {
    for (const chunk of this.#landed.chunks) into.addAll(deaf ? only(chunk, isHeard) : chunk);
    for (const chunk of this.#waits.chunks) into.addAll(only(chunk, isReady));
    for (const chunk of this.#sent.chunks) into.addAll(chunk);
  }

  /** Timers that may fire now, earliest due first: late is always possible, out of order on one clock never is. */
  timers(executors: readonly Executor[], advance: (executor: Executor, dueMs: number) => void, into: Offer): void {
    const due: { readonly executor: Executor; readonly alarm: Alarm }[] = [];
    for (const executor of executors) {
      if (executor.clock.pending === 0 || executor.state !== 'up') continue;
      const alarms = executor.clock.next();
      // Those due later wait for the first, even when time has passed over them all.
      for (const alarm of alarms) if (alarm.dueMs === alarms[0]!.dueMs) due.push({ executor, alarm });
    }
    if (due.length === 0) return;
    for (const { executor, alarm } of due.toSorted((a, b) => a.alarm.dueMs - b.alarm.dueMs)) {
      const apply = (): boolean => {
        this.turn = executor;
        this.#alarmNames.delete(alarm);
        advance(executor, alarm.dueMs);
        executor.clock.ring(alarm);
        return true;
      };
      into.add({ kind: 'timer', label: `fire ${this.#alarmName(executor, alarm)}`, apply });
    }
  }

  /** Our own timers are named after their call; the user's are numbered as they come up. */
  #alarmName(executor: Executor, alarm: { readonly name: string }): string {
    if (alarm.name.includes('#')) return alarm.name;
    let name = this.#alarmNames.get(alarm);
    if (name === undefined) this.#alarmNames.set(alarm, (name = executor.name(alarm.name)));
    return name;
  }

  /** Calls to the outside world that may be made to fail: before landing (no effect) or after (the answer is lost). */
  failures(failed: (call: string, landed: boolean, from: Origin) => void, into: Offer): void {
    for (const queue of [this.#sent, this.#landed])
      for (const move of queue.list()) {
        const { failure, seat, answer, listener } = move.call;
        if (failure === null || seat.executor.state !== 'up' || answer?.ok === false) continue;
        const apply = (): boolean => {
          this.turn = seat.executor;
          this.#close(queue, move);
          failed(seat.name, queue === this.#landed, seat.origin);
          listener.fail(failure());
          return true;
        };
        into.add({ kind: 'fail', label: `fail ${seat.name}`, apply });
      }
  }

  /** Forgets all that `executor` was waiting for, and says what that was. */
  drop(executor: Executor): LostCall[] {
    const lost: LostCall[] = [];
    for (const queue of this.#queues) {
      for (const move of queue.list()) {
        const { seat, door } = move.call;
        if (seat.executor !== executor) continue;
        this.#close(queue, move);
        const { workflow, position } = seat.origin;
        lost.push({ label: seat.name, door, landed: queue === this.#landed, workflow, position });
      }
    }
    return lost;
  }

  /** Names of the calls in flight for one workflow (null: the client): what it waits for. */
  inFlight(workflow: string | null): string[] {
    return this.#queues.flatMap((queue) =>
      queue
        .list()
        .filter(({ call }) => call.seat.origin.workflow === workflow)
        .map(({ call }) => call.seat.name),
    );
  }
}

const isHeard = ({ call }: CallMove): boolean => call.seat.executor.state === 'up';
const isReady = (move: CallMove): boolean => isHeard(move) && move.call.ready!();

const only = ({ entries }: Chunk<CallMove>, allowed: (move: CallMove) => boolean): Chunk<CallMove> => ({
  entries: entries.filter(allowed),
  shared: true,
});

function arrive(call: Call): { readonly ok: boolean; readonly value: unknown } {
  try {
    return (call.answer = { ok: true, value: call.land() });
  } catch (error) {
    return (call.answer = { ok: false, value: error });
  }
}
