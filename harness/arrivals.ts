/**
 * Calls of the client on their way to the database. The client never crashes, so only the arrival of a call matters, and
 * each call is one move.
 */
import type { Executor } from './executor.ts';
import type { Move, Offer } from './offer.ts';
import { Queue } from './queue.ts';
import type { Scheduler } from './scheduler.ts';

/** The client's calls that have not arrived yet. */
export class Arrivals {
  readonly #process: Executor;
  readonly #scheduler: Scheduler;
  readonly #moves = new Queue<Move>();
  readonly #counts = new Map<string, number>();

  /** `process` is the client's own. */
  constructor(process: Executor, scheduler: Scheduler) {
    this.#process = process;
    this.#scheduler = scheduler;
  }

  /** Calls that may arrive now, oldest first. */
  offer(into: Offer): void {
    for (const chunk of this.#moves.chunks) into.addAll(chunk);
  }

  /** A call: `land` happens when it arrives, and the client hears of it at once. */
  call<T>(what: string, land: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const apply = (): boolean => {
        this.#scheduler.turn = this.#process;
        this.#moves.delete(move);
        try {
          resolve(land());
        } catch (error) {
          reject(error);
        }
        return true;
      };
      const move: Move = { kind: 'client', label: this.#label(what), apply };
      this.#moves.add(move);
    });
  }

  #label(what: string): string {
    const count = (this.#counts.get(what) ?? 0) + 1;
    this.#counts.set(what, count);
    return count === 1 ? what : `${what}#${count}`;
  }
}
