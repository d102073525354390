/**
 * What is in flight: calls and timers. Says what *can* happen next, calmest first; never what *does*.
 *
 * A call goes through its door in two phases: it *lands* (takes effect over there), then its *reply* comes back. A crash
 * forgets an executor's calls and timers; what has landed stays. Every crash window follows from that.
 */
import type { Option } from './decision.ts';
import type { Executor } from './executor.ts';
import type { LostCall, Origin } from './history.ts';

/** Something that can happen now. `apply` makes it happen and says whether promises may run because of it. */
export interface Move extends Option {
  readonly apply: () => boolean;
}

/** Who calls, under which name (unique in the run), and what for. */
export interface Seat {
  readonly executor: Executor;
  readonly name: string;
  readonly origin: Origin;
}

/** A call in flight. Its next move is made once and offered until it is taken. */
interface Call {
  readonly seat: Seat;
  readonly door: LostCall['door'];
  /** Takes effect over there, synchronously; returns the answer or throws the refusal. */
  readonly land: () => unknown;
  /** For waits: whether what is awaited is there. */
  readonly ready: (() => boolean) | null;
  /** What the caller gets when the call is made to fail; null: it cannot. */
  readonly failure: (() => Error) | null;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
  answer: { readonly ok: boolean; readonly value: unknown } | null;
  move: Move;
}

/** Calls in flight, in the order in which they may go on. */
export class Scheduler {
  /** Whose turn it is: the executor of the move being applied. */
  turn: Executor | null = null;
  /** In order of calling. */
  readonly #sent = new Set<Call>();
  /** In order of landing. */
  readonly #landed = new Set<Call>();
  readonly #waits = new Set<Call>();
  readonly #queues: readonly Set<Call>[] = [this.#landed, this.#waits, this.#sent];
  readonly #alarmNames = new WeakMap<object, string>();

  /** A call through a door: `land`, then `reply`. With `failure`, it may also be made to fail (see `failures`). */
  call<T>(seat: Seat, door: 'journal' | 'world', land: () => T, failure: (() => Error) | null = null): Promise<T> {
    return this.#open(this.#sent, seat, door, land, null, failure);
  }

  /** An answer that is already there (a replayed outcome, a claim that has landed): only its reply is a move. */
  answer<T>(seat: Seat, door: 'replay' | 'journal', read: () => T): Promise<T> {
    return this.#open(this.#landed, seat, door, read, null, null);
  }

  /** No move until `ready()`; then its reply is one. Replaces every polling loop. */
  wait(seat: Seat, ready: () => boolean): Promise<void> {
    return this.#open(this.#waits, seat, 'wait', () => undefined, ready, null);
  }

  #open<T>(
    queue: Set<Call>,
    seat: Seat,
    door: Call['door'],
    land: () => T,
    ready: Call['ready'],
    failure: Call['failure'],
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      // The process is gone: its code may still run (it shares memory with the living), but nobody hears it.
      if (seat.executor.state === 'dead') return;
      const call: Call = { seat, door, land, ready, failure, resolve, reject, answer: null, move: NOTHING };
      call.move = queue === this.#sent ? this.#landing(call) : this.#reply(call, queue);
      queue.add(call);
    });
  }

  /** Replies, oldest first, then landings, oldest first. A suspended executor hears nothing; what it sent still lands. */
  progress(into: Move[]): void {
    for (const { seat, move } of this.#landed) if (seat.executor.state === 'up') into.push(move);
    for (const { seat, ready, move } of this.#waits) if (seat.executor.state === 'up' && ready!()) into.push(move);
    for (const { move } of this.#sent) into.push(move);
  }

  #landing(call: Call): Move {
    const apply = (): boolean => {
      this.turn = call.seat.executor;
      arrive(call);
      this.#sent.delete(call);
      this.#landed.add(call);
      call.move = this.#reply(call, this.#landed);
      return false;
    };
    return { kind: 'land', label: `land ${call.seat.name}`, apply };
  }

  #reply(call: Call, queue: Set<Call>): Move {
    const apply = (): boolean => {
      queue.delete(call);
      this.turn = call.seat.executor;
      const { ok, value } = call.answer ?? arrive(call);
      if (ok) call.resolve(value as never);
      else call.reject(value);
      return true;
    };
    return { kind: 'reply', label: `reply ${call.seat.name}`, apply };
  }

  /** Timers that may fire now, earliest due first: late is always possible, out of order on one clock never is. */
  timers(executors: readonly Executor[], advance: (executor: Executor, dueMs: number) => void, into: Move[]): void {
    const first = into.length;
    const due: number[] = [];
    for (const executor of executors) {
      if (executor.state !== 'up') continue;
      const alarms = executor.clock.next();
      for (const alarm of alarms) {
        // Those due later wait for it, even when time has passed over them all.
        if (alarm.dueMs > alarms[0]!.dueMs) break;
        const apply = (): boolean => {
          this.turn = executor;
          this.#alarmNames.delete(alarm);
          advance(executor, alarm.dueMs);
          executor.clock.ring(alarm);
          return true;
        };
        let at = into.length;
        while (at > first && due[at - first - 1]! > alarm.dueMs) at--;
        due.splice(at - first, 0, alarm.dueMs);
        into.splice(at, 0, { kind: 'timer', label: `fire ${this.#alarmName(executor, alarm)}`, apply });
      }
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
  failures(failed: (call: string, landed: boolean, from: Origin) => void, into: Move[]): void {
    for (const queue of [this.#sent, this.#landed])
      for (const call of queue) {
        const { failure, seat, answer } = call;
        if (failure === null || seat.executor.state !== 'up' || answer?.ok === false) continue;
        const apply = (): boolean => {
          queue.delete(call);
          this.turn = seat.executor;
          failed(seat.name, queue === this.#landed, seat.origin);
          call.reject(failure());
          return true;
        };
        into.push({ kind: 'fail', label: `fail ${seat.name}`, apply });
      }
  }

  /** Whether a crash of `executor` would lose anything. */
  busy(executor: Executor): boolean {
    if (executor.clock.pending > 0) return true;
    for (const queue of this.#queues) for (const { seat } of queue) if (seat.executor === executor) return true;
    return false;
  }

  /** Forgets all that `executor` was waiting for, and says what that was. */
  drop(executor: Executor): LostCall[] {
    const lost: LostCall[] = [];
    for (const queue of this.#queues) {
      for (const call of queue) {
        const { seat, door } = call;
        if (seat.executor !== executor) continue;
        queue.delete(call);
        const { workflow, position } = seat.origin;
        lost.push({ label: seat.name, door, landed: queue === this.#landed, workflow, position });
      }
    }
    return lost;
  }

  /** Names of the calls in flight for one workflow (null: the client): what it waits for. */
  inFlight(workflow: string | null): string[] {
    return this.#queues.flatMap((queue) =>
      [...queue].filter(({ seat }) => seat.origin.workflow === workflow).map(({ seat }) => seat.name),
    );
  }
}

function arrive(call: Call): { readonly ok: boolean; readonly value: unknown } {
  try {
    return (call.answer = { ok: true, value: call.land() });
  } catch (error) {
    return (call.answer = { ok: false, value: error });
  }
}

/** Stands in until a call has its first move. */
const NOTHING: Move = { kind: 'land', label: '', apply: () => false };
