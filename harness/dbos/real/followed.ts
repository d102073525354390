/**
 * One call of a member of the SDK's own system database, on its way to the real one. The simulation goes first: the call
 * may send a transaction when its simulated twin has landed, and anything it likes once that one has its answer. A call of
 * a process that has crashed is never told to go on, and waits for ever.
 *
 * It has a clock of its own, so that no wait of the SDK takes real time: whenever the call waits for nothing but time, time
 * passes. Must not know: which member it is.
 */
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { Clock } from '../../clock.ts';
import { Executor } from '../../executor.ts';
import { inAttempt, nowhere } from '../../lineage.ts';
import type { Random } from '../../random.ts';
import { native } from '../../globals.ts';
import { turn } from './line.ts';

/** The database does not come to where the simulation is: a run on it cannot follow. */
export class CannotFollowError extends Error {
  override readonly name = 'CannotFollowError';
}

/** Timers of one call that may ring before it is given up: the SDK's own loops need one or two. */
const RINGS_MAX = 100;

/** Real time that a statement may take: there is nobody it could wait for. */
const SILENCE_MS_MAX = 30_000;

/** What the call came to. */
export type Answer = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown };

const current = new AsyncLocalStorage<Followed>();

/** The call whose code is running; null: none. */
export const following = (): Followed | null => current.getStore() ?? null;

/** A call of the SDK to its database that lags behind its simulated twin. */
export class Followed {
  /** What it came to; null: nothing yet. */
  answer: Answer | null = null;
  readonly what: string;
  readonly #process: Executor;
  /** Stands in for the process while the call runs: the same time, but a clock and randomness of its own. */
  readonly #errand: Executor;
  readonly #scope = new AsyncResource('reprise.followed');
  readonly #body: () => Promise<unknown>;
  #started = false;
  /** Transactions it may still send. */
  #allowance = 0;
  #inFlight = 0;
  #quiet: () => void = () => undefined;
  #held: (() => void)[] = [];

  /** `what` names the call in messages. */
  constructor(what: string, process: Executor, random: Random, body: () => Promise<unknown>) {
    this.what = what;
    this.#process = process;
    const { id, incarnation, clock } = process;
    this.#errand = new Executor(id, incarnation, new Clock(clock.nowMs), random, () => undefined);
    this.#body = body;
  }

  /** What time it is in its process: moves on while a job waits on the line. */
  get nowMs(): number {
    return this.#process.clock.nowMs;
  }

  /** Goes on at `nowMs`, with so many more transactions, until it has its answer or needs another. A job for the line. */
  async goOn(transactions: number, nowMs = this.nowMs): Promise<void> {
    this.#allowance += transactions;
    const { clock } = this.#errand;
    clock.advanceTo(nowMs);
    if (this.#started) for (const release of this.#held.splice(0)) release();
    else this.#start();
    for (let rings = 0; ;) {
      await turn();
      if (this.answer !== null || this.#held.length > 0) return;
      if (this.#inFlight > 0) {
        await this.#statements();
        continue;
      }
      const [alarm] = clock.next();
      if (alarm === undefined || ++rings > RINGS_MAX)
        throw new CannotFollowError(
          `${this.what} has its answer in the simulation, but waits for ever on the real database`,
        );
      clock.ring(alarm);
      // As everywhere: what waits for a moment to be over would otherwise wait for ever.
      clock.advanceTo(clock.nowMs + 1);
    }
  }

  /** Waits for the database to answer. */
  #statements(): Promise<void> {
    return new Promise((resolve, reject) => {
      const silent = `${this.what}: the database has not answered for ${SILENCE_MS_MAX / 1000} seconds`;
      const alarm = native.setTimeout(() => reject(new CannotFollowError(silent)), SILENCE_MS_MAX);
      this.#quiet = (): void => {
        native.clearTimeout(alarm);
        resolve();
      };
    });
  }

  #start(): void {
    this.#started = true;
    const done = (answer: Answer): void => void (this.answer = answer);
    const body = (): Promise<void> =>
      this.#body().then(
        (value) => done({ ok: true, value }),
        (error: unknown) => done({ ok: false, error }),
      );
    void this.#scope.runInAsyncScope(() => current.run(this, () => inAttempt(this.#errand, null, body)));
  }

  /** Sends a statement. One that opens a transaction, or is one, is held until the call may send it. */
  async send<T>(opens: boolean, statement: () => Promise<T>): Promise<T> {
    if (opens && this.#allowance <= 0) await new Promise<void>((release) => this.#held.push(release));
    this.#inFlight++;
    try {
      return await nowhere(statement);
    } finally {
      if (--this.#inFlight === 0) this.#quiet();
    }
  }

  /** A transaction has ended. */
  ended(): void {
    this.#allowance--;
  }
}
