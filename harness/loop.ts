/**
 * Loops that ask their driver to let promises settle: generators, so that one text can be driven synchronously or by turns
 * of the event loop. Must not know how settling is done, nor what is being run.
 */

/**
 * What a driven loop asks for. `settle`: let promises run dry now. `breathe`: a run has ended, the event loop may go on. A
 * promise: something real, to be awaited while nothing is simulated; the `yield` throws what it rejects with.
 */
export type Pause = 'settle' | 'breathe' | Promise<unknown>;

/**
 * What `drive` drives. Yielding another loop drives that to its end first; the `yield` then comes to what it returned, or
 * throws what it threw. (`yield*` would do the same, but would pass every pause of the inner loop through the outer ones.)
 */
export type Loop<T> = Generator<Pause | Loop<unknown>, T, unknown>;

/** A loop that is driven, and the loops it waits for. */
export class Driven {
  readonly #stack: Loop<unknown>[];
  /** What the last loop to end returned. */
  result: unknown = undefined;
  #failure: { readonly error: unknown } | null = null;

  constructor(loop: Loop<unknown>) {
    this.#stack = [loop];
  }

  /** The pause that was asked for last has failed: `next` throws it into the loop that asked. */
  fail(error: unknown): void {
    this.#failure = { error };
  }

  /** Goes on to the next pause; null: the outermost loop has ended. Throws what that throws. */
  next(): Pause | null {
    let value: unknown;
    let failure = this.#failure;
    this.#failure = null;
    for (;;) {
      const loop = this.#stack.at(-1)!;
      let step: IteratorResult<Pause | Loop<unknown>>;
      try {
        step = failure === null ? loop.next(value) : loop.throw(failure.error);
      } catch (error) {
        // Thrown into the loop that waits for this one.
        this.#stack.pop();
        if (this.#stack.length === 0) throw error;
        failure = { error };
        continue;
      }
      failure = null;
      if (step.done === true) {
        this.#stack.pop();
        this.result = value = step.value;
        if (this.#stack.length === 0) return null;
      } else if (isLoop(step.value)) {
        this.#stack.push(step.value);
        value = undefined;
      } else return step.value;
    }
  }
}

const isLoop = (value: Pause | Loop<unknown>): value is Loop<unknown> =>
  typeof value === 'object' && !(value instanceof Promise);
