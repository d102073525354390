/**
 * A durable call, from its position to what the program hears of it. Knows its execution only as its caller.
 */
import type { CallKind } from './history.ts';
import type { Place } from './lineage.ts';
import type { Listener, Seat } from './scheduler.ts';

/** Whose call it is. */
interface Caller {
  /** A name for the call, unique in the run. */
  seat(name: string, position: number): Seat;
  /** Told when the program hears of the call, with the error if it fails, before it does. */
  derail(error: unknown, position: number): unknown;
  /** `threw`: it failed. */
  settled(call: Taken<never>, threw?: { readonly error: unknown }): void;
}

/** A durable call that has taken its position. Hears its outcome, and hands it to the program. */
export class Taken<T = unknown> implements Listener<T> {
  readonly kind: CallKind;
  readonly name: string;
  readonly position: number;
  readonly seat: Seat;
  readonly at: Place;
  readonly #caller: Caller;
  readonly #resolve: (value: T) => void;
  readonly #reject: (error: unknown) => void;

  constructor(
    { kind, name }: Call,
    position: number,
    at: Place,
    caller: Caller,
    resolve: (value: T) => void,
    reject: (error: unknown) => void,
  ) {
    this.kind = kind;
    this.name = name;
    this.position = position;
    this.at = at;
    this.seat = caller.seat(name, position);
    this.#caller = caller;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  succeed(value: T): void {
    this.#caller.settled(this);
    this.#resolve(value);
  }

  fail(error: unknown): void {
    this.#caller.derail(error, this.position);
    this.#caller.settled(this, { error });
    this.#reject(error);
  }
}

/** Where an outcome is recorded, and under which label the record travels. */
export type Slot = Pick<Taken, 'kind' | 'name' | 'position' | 'seat'>;

/** What a call says of itself; `positions` is 2 for calls that keep a deadline beside them. */
export interface Call {
  readonly kind: CallKind;
  readonly name: string;
  readonly args?: readonly unknown[];
  readonly positions?: 1 | 2;
}

/** Calls that nobody misses when a workflow ends before they are answered: they only bring something in. */
export const WAITS: ReadonlySet<CallKind> = new Set<CallKind>([
  ...(['recv', 'getEvent', 'readStream', 'result', 'now', 'random', 'uuid'] as const),
]);
