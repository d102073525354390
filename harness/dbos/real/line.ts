/**
 * The line to a real database: simulated processes put their calls on it, and it carries them one after another while the
 * simulation waits. Knows nothing of what is called.
 */
import { native } from '../../globals.ts';

/** One turn of the real event loop. */
export const turn = (): Promise<void> => new Promise((resolve) => void native.setImmediate(() => resolve()));

/** First come, first served; nothing is carried but while the simulation settles. */
export class Line {
  /** Why the run cannot go on; null: it can, so far. */
  failure: Error | null = null;
  readonly #jobs: (() => Promise<void>)[] = [];
  readonly #around: (carry: () => Promise<void>) => Promise<void>;

  /** `around` is given what carries the calls, and calls it. */
  constructor(around: (carry: () => Promise<void>) => Promise<void>) {
    this.#around = around;
  }

  /** Puts a job on the line. */
  add(job: () => Promise<void>): void {
    this.#jobs.push(job);
  }

  /** Lets promises run dry and carries what is on the line, until there is neither; then calls `then`, from a macrotask. */
  readonly settle = (then: () => void): void => {
    native.setImmediate(() => {
      if (this.#jobs.length === 0 || this.failure !== null) return then();
      void this.#around(() => this.#carry()).then(() => this.settle(then));
    });
  };

  /** Throws why the run cannot go on. */
  assertSound(): void {
    if (this.failure !== null) throw this.failure;
  }

  async #carry(): Promise<void> {
    try {
      for (let job = this.#jobs.shift(); job !== undefined; job = this.#jobs.shift()) await job();
    } catch (error) {
      this.failure = error as Error;
    }
  }
}
