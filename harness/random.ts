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
export function random(seed: string, name: string): Random {
  // The length keeps ('a', 'b/c') and ('a/b', 'c') apart.
  const key = `${seed.length}:${seed}/${name}`;
  // Seeding costs more than hundreds of draws, and most streams of most runs are never drawn from.
  let stream: (() => number) | null = null;
  const draw = (): number => (stream ??= seedrandom.alea(key))();
  return { unit: draw, below: (bound) => Math.floor(draw() * bound) };
}
