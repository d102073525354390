/**
 * Calls of the client on their way to the database. The client never crashes, so only the arrival of a call matters, and
 * each call is one move.
 */
import type { Move, Offer } from '../offer.ts';
import { Queue } from '../queue.ts';

/** The client's calls that have not arrived yet. */
export class Arrivals {
  readonly #moves = new Queue<Move>();
  readonly #counts = new Map<string, number>();

  /** Calls that may arrive now, oldest first. */
  offer(into: Offer): void {
    for (const chunk of this.#moves.chunks) into.addAll(chunk);
  }

  /** A call: `land` happens when it arrives, and the client hears of it at once. */
  call<T>(what: string, land: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const apply = (): boolean => {
        this.#moves.delete(move);
        try {
          resolve(land());
        } catch (error) {
          reject(error);
        }
        return true;
      };
      const count = (this.#counts.get(what) ?? 0) + 1;
      this.#counts.set(what, count);
      const move: Move = { kind: 'client', label: count === 1 ? what : `${what}#${count}`, apply };
      this.#moves.add(move);
    });
  }
}
