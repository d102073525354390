/**
 * What is in flight: calls and timers. Says what *can* happen next, calmest first; never what *does*.
 *
 * A call goes through its door in two phases: it *lands* (takes effect over there), then its *reply* comes back. A crash
 * forgets an executor's calls and timers; what has landed stays. Every crash window follows from that.
 */
import type { MoveKind, Option } from './decision.ts';
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

interface Call extends Seat {
  readonly door: LostCall['door'];
  /** Takes effect over there, synchronously; returns the answer or throws the refusal. */
  readonly land: () => unknown;
  /** For waits: whether what is awaited is there. */
  readonly ready: (() => boolean) | null;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** What to throw instead, when the call is made to fail. */
  readonly failure: (() => Error) | null;
  answer: { readonly ok: boolean; readonly value: unknown } | null;
}

function open<T>(
  queue: Set<Call>,
  call: Omit<Call, 'land' | 'resolve' | 'reject' | 'answer'> & { readonly land: () => T },
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    // The process is gone: its code may still run (it shares memory with the living), but nobody hears it.
    if (call.executor.state !== 'dead')
      queue.add({ ...call, resolve: resolve as Call['resolve'], reject, answer: null });
  });
}

export class Scheduler {
  /** Whose turn it is: the executor of the move being applied. */
  turn: Executor | null = null;
  /** In order of calling. */
  readonly #sent = new Set<Call>();
  /** In order of landing. */
  readonly #landed = new Set<Call>();
  readonly #waits = new Set<Call>();
  readonly #alarmNames = new WeakMap<object, string>();

  /** A call through a door: `land`, then `reply`. With `failure`, it may also be made to fail (see `failures`). */
  call<T>(seat: Seat, door: 'journal' | 'world', land: () => T, failure: (() => Error) | null = null): Promise<T> {
    return open(this.#sent, { ...seat, door, land, failure, ready: null });
  }

  /** An answer that is already there (a replayed outcome, a claim that has landed): only its reply is a move. */
  answer<T>(seat: Seat, door: 'replay' | 'journal', read: () => T): Promise<T> {
    return open(this.#landed, { ...seat, door, land: read, failure: null, ready: null });
  }

  /** No move until `ready()`; then its reply is one. Replaces every polling loop. */
  wait(seat: Seat, ready: () => boolean): Promise<void> {
    return open(this.#waits, { ...seat, door: 'wait', land: () => undefined, failure: null, ready });
  }

  /** Replies, oldest first, then landings, oldest first. A suspended executor hears nothing; what it sent still lands. */
  progress(into: Move[]): void {
    for (const call of this.#landed) if (call.executor.state === 'up') into.push(this.#reply(call, this.#landed));
    for (const call of this.#waits)
      if (call.executor.state === 'up' && call.ready!()) into.push(this.#reply(call, this.#waits));
    for (const call of this.#sent) into.push(this.#land(call));
  }

  #land(call: Call): Move {
    return {
      kind: 'land',
      label: `land ${call.name}`,
      apply: () => {
        this.turn = call.executor;
        this.#arrive(call);
        this.#sent.delete(call);
        this.#landed.add(call);
        return false;
      },
    };
  }

  #arrive(call: Call): void {
    try {
      call.answer = { ok: true, value: call.land() };
    } catch (error) {
      call.answer = { ok: false, value: error };
    }
  }

  #reply(call: Call, queue: Set<Call>): Move {
    return {
      kind: 'reply',
      label: `reply ${call.name}`,
      apply: () => {
        queue.delete(call);
        this.turn = call.executor;
        if (call.answer === null) this.#arrive(call);
        if (call.answer!.ok) call.resolve(call.answer!.value);
        else call.reject(call.answer!.value);
        return true;
      },
    };
  }

  /** Timers that may fire now, earliest due first: late is always possible, out of order on one clock never is. */
  timers(executors: readonly Executor[], advance: (executor: Executor, dueMs: number) => void, into: Move[]): void {
    const first = into.length;
    const due: number[] = [];
    for (const executor of executors) {
      if (executor.state !== 'up') continue;
      for (const alarm of executor.clock.next()) {
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
      for (const call of queue)
        if (call.failure !== null && call.executor.state === 'up' && call.answer?.ok !== false)
          into.push(this.#fail(call, queue, failed));
  }

  #fail(call: Call, queue: Set<Call>, failed: (call: string, landed: boolean, from: Origin) => void): Move {
    const kind: MoveKind = 'fail';
    return {
      kind,
      label: `fail ${call.name}`,
      apply: () => {
        queue.delete(call);
        this.turn = call.executor;
        failed(call.name, queue === this.#landed, call.origin);
        call.reject(call.failure!());
        return true;
      },
    };
  }

  /** Whether a crash of `executor` would lose anything. */
  busy(executor: Executor): boolean {
    if (executor.clock.pending > 0) return true;
    return this.#queues().some((queue) => [...queue].some((call) => call.executor === executor));
  }

  /** Forgets all that `executor` was waiting for, and says what that was. */
  drop(executor: Executor): LostCall[] {
    const lost: LostCall[] = [];
    for (const queue of this.#queues()) {
      for (const call of queue) {
        if (call.executor !== executor) continue;
        queue.delete(call);
        const { workflow, position } = call.origin;
        lost.push({ label: call.name, door: call.door, landed: queue === this.#landed, workflow, position });
      }
    }
    return lost;
  }

  /** Names of the calls in flight for one workflow (null: the client): what it waits for. */
  inFlight(workflow: string | null): string[] {
    return this.#queues().flatMap((queue) =>
      [...queue].filter((call) => call.origin.workflow === workflow).map(({ name }) => name),
    );
  }

  #queues(): Set<Call>[] {
    return [this.#landed, this.#waits, this.#sent];
  }
}
