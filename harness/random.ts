/**
 * Seeded randomness: one named stream per concern, so that an extra draw in one never shifts another.
 *
 * The only file that imports seedrandom (Alea, J. Baagøe: a fast generator whose output is the same on every platform).
 */
import seedrandom from 'seedrandom';

/** A stream of draws, fixed by its seed and its name. */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  unit(): number;
  /** Uniform integer in [0, bound); `bound` is a positive integer. */
  below(bound: number): number;
}

/** The stream called `name` of `seed`. Equal arguments give equal draws; different names are independent. */
export const random = (seed: string, name: string): Random => new Stream(seed, name);

/** The same stream, for those who begin it anew in run after run: what was drawn first is remembered. */
export function remembered(seed: string, name: string): Random {
  const key = `${seed.length}:${seed}/${name}`;
  let known = memories.get(key);
  if (known === undefined) memories.set(key, (known = { stream: new Stream(seed, name), draws: [] }));
  return new Remembered(seed, name, known);
}

const REMEMBERED_MAX = 256;
const memories = new Map<string, Memory>();

interface Memory {
  readonly stream: Stream;
  readonly draws: number[];
}

class Stream implements Random {
  readonly #seed: string;
  readonly #name: string;
  #draw: (() => number) | null = null;

  constructor(seed: string, name: string) {
    this.#seed = seed;
    this.#name = name;
  }

  unit(): number {
    // Seeding costs more than hundreds of draws, and most streams of most runs are never drawn from.
    // The length keeps ('a', 'b/c') and ('a/b', 'c') apart.
    this.#draw ??= seedrandom.alea(`${this.#seed.length}:${this.#seed}/${this.#name}`);
    return this.#draw();
  }

  below(bound: number): number {
    return Math.floor(this.unit() * bound);
  }
}

class Remembered extends Stream {
  readonly #memory: Memory;
  #drawn = 0;

  constructor(seed: string, name: string, memory: Memory) {
    super(seed, name);
    this.#memory = memory;
  }

  override unit(): number {
    const { stream, draws } = this.#memory;
    const index = this.#drawn++;
    if (index < REMEMBERED_MAX) return (draws[index] ??= stream.unit());
    // From here on with a generator of its own, which has to catch up.
    if (index === REMEMBERED_MAX) for (let skipped = 0; skipped < index; skipped++) super.unit();
    return super.unit();
  }
}
