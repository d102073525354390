/**
 * Things in order, kept so that the record of a choice among a thousand costs what has changed since the last one.
 *
 * The entries sit in short chunks. A chunk that somebody keeps (`shared`) is never written to again: the next change makes
 * a copy of that one chunk. So of two choices in a row that are both kept, all but one or two chunks are the same.
 *
 * Must not know: what an entry is.
 */

/** A few entries. Whoever sets `shared` may keep `entries`: they stay as they are. */
export interface Chunk<T> {
  readonly entries: readonly T[];
  shared: boolean;
}

/** Long enough that few are needed, short enough that copying one costs next to nothing. */
const CHUNK_MAX = 32;

interface OwnChunk<T> extends Chunk<T> {
  readonly entries: T[];
}

/** An ordered set. Nothing is added twice. */
export class Queue<T> {
  readonly #chunks: OwnChunk<T>[] = [{ entries: [], shared: false }];

  /** In order. Only the first is ever empty. */
  get chunks(): readonly Chunk<T>[] {
    return this.#chunks;
  }

  /** Adds `entry` at the end. */
  add(entry: T): void {
    const last = this.#chunks.length - 1;
    const chunk = this.#chunks[last]!;
    if (chunk.entries.length >= CHUNK_MAX) this.#chunks.push({ entries: [entry], shared: false });
    // Copied in one piece: what is copied first and then added to takes twice the room.
    else if (chunk.shared) this.#chunks[last] = { entries: [...chunk.entries, entry], shared: false };
    else chunk.entries.push(entry);
  }

  /** Takes `entry` out, if it is there. */
  delete(entry: T): void {
    for (let at = 0; at < this.#chunks.length; at++) {
      const chunk = this.#chunks[at]!;
      const index = chunk.entries.indexOf(entry);
      if (index < 0) continue;
      if (chunk.shared) this.#chunks[at] = { entries: chunk.entries.toSpliced(index, 1), shared: false };
      else remove(chunk.entries, index);
      return this.#tidy(at);
    }
  }

  /** Keeps chunks few: one that has become short goes to the one before it, if both fit. The first one always stays. */
  #tidy(at: number): void {
    if (at === 0) return;
    const { entries } = this.#chunks[at]!;
    const before = this.#chunks[at - 1]!.entries;
    if (before.length + entries.length > CHUNK_MAX) return;
    if (entries.length > 0) this.#chunks[at - 1] = { entries: [...before, ...entries], shared: false };
    remove(this.#chunks, at);
  }

  /** What is in it now, as a list of its own. */
  list(): T[] {
    const list: T[] = [];
    for (const { entries } of this.#chunks) list.push(...entries);
    return list;
  }
}

/** What `splice` does, without making a list of what it took out. */
function remove<T>(list: T[], index: number): void {
  for (let at = index + 1; at < list.length; at++) list[at - 1] = list[at]!;
  list.pop();
}
