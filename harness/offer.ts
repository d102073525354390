/**
 * What can happen now, calmest first, and the choice that is put on record. Laying out a thousand options for each of
 * thousands of choices would cost more than the runs: a long list is kept as the chunks it is made of, which it shares with
 * the choices before and after, and is laid out only for whoever asks.
 *
 * Must not know: what moves do.
 */
import type { Decision, MoveKind, Option } from './decision.ts';
import type { Chunk } from './queue.ts';

/** Something that can happen now. `apply` makes it happen and says whether promises may run because of it. */
export interface Move extends Option {
  apply(): boolean;
}

/** Up to this length, a list is cheaper laid out than shared. */
const LAID_OUT_MAX = 64;

/** The moves of one moment: whole chunks first, then single moves. One object serves every moment of a run. */
export class Offer {
  // Overwritten from the start at every moment, never shortened: emptying an array makes V8 allocate it anew.
  readonly #chunks: Chunk<Move>[] = [];
  readonly #singles: Move[] = [];
  #chunkCount = 0;
  #singleCount = 0;
  #inChunks = 0;

  /** How many moves there are. */
  get size(): number {
    return this.#inChunks + this.#singleCount;
  }

  /** Begins the next moment. */
  clear(): void {
    this.#chunkCount = this.#singleCount = this.#inChunks = 0;
  }

  /** Adds the moves of a chunk. They come before all single ones. */
  addAll(chunk: Chunk<Move>): void {
    this.#chunks[this.#chunkCount++] = chunk;
    this.#inChunks += chunk.entries.length;
  }

  /** Adds a single move. */
  add(move: Move): void {
    this.#singles[this.#singleCount++] = move;
  }

  /** Whether a single move of this kind is on offer. */
  has(kind: MoveKind): boolean {
    for (let index = 0; index < this.#singleCount; index++) if (this.#singles[index]!.kind === kind) return true;
    return false;
  }

  /** Leaves out every single move that is not of this kind. */
  keepOnly(kind: MoveKind): void {
    const kept = this.#singles.slice(0, this.#singleCount).filter((move) => move.kind === kind);
    this.#singleCount = 0;
    for (const move of kept) this.add(move);
  }

  /** The move at `index`. */
  at(index: number): Move {
    if (index >= this.#inChunks) return this.#singles[index - this.#inChunks]!;
    let [chunk, left] = [0, index];
    for (; left >= this.#chunks[chunk]!.entries.length; chunk++) left -= this.#chunks[chunk]!.entries.length;
    return this.#chunks[chunk]!.entries[left]!;
  }

  /** The moves as a choice, which stays as it is whatever becomes of the offer. */
  fork(at: number, after: string): Fork {
    const { size } = this;
    if (size <= LAID_OUT_MAX) return new Fork(at, after, size, this.#laidOut(), null);
    const lists = ofLength<readonly Option[]>(this.#chunkCount + 1);
    for (let index = 0; index < this.#chunkCount; index++) {
      const chunk = this.#chunks[index]!;
      chunk.shared = true;
      lists[index] = chunk.entries;
    }
    lists[this.#chunkCount] = this.#singles.slice(0, this.#singleCount);
    return new Fork(at, after, size, null, lists);
  }

  #laidOut(): readonly Option[] {
    const options = ofLength<Option>(this.size);
    let at = 0;
    for (let index = 0; index < this.#chunkCount; index++)
      for (const move of this.#chunks[index]!.entries) options[at++] = move;
    for (let index = 0; index < this.#singleCount; index++) options[at++] = this.#singles[index]!;
    return options;
  }
}

/** A list that takes no more room than it needs: one that grows by itself takes up to three times as much. */
// oxlint-disable-next-line unicorn/no-new-array -- that is what it is for
const ofLength = <T>(length: number): T[] => new Array<T>(length);

/** One choice: put to a decider as it is, and once it is answered, a decision. Its options are in one list, or in several. */
export class Fork implements Decision {
  readonly at: number;
  readonly after: string;
  readonly size: number;
  chose = 0;
  readonly #options: readonly Option[] | null;
  readonly #lists: readonly (readonly Option[])[] | null;

  constructor(
    at: number,
    after: string,
    size: number,
    options: readonly Option[] | null,
    lists: readonly (readonly Option[])[] | null,
  ) {
    this.at = at;
    this.after = after;
    this.size = size;
    this.#options = options;
    this.#lists = lists;
  }

  option(index: number): Option {
    if (this.#options !== null) return this.#options[index]!;
    const lists = this.#lists!;
    let [list, left] = [0, index];
    for (; left >= lists[list]!.length; list++) left -= lists[list]!.length;
    return lists[list]![left]!;
  }

  get options(): readonly Option[] {
    return this.#options ?? NONE.concat(...this.#lists!);
  }
}

const NONE: readonly Option[] = [];
