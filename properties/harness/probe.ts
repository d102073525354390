/** An ambient for tests: what simulated code reads is known beforehand, and remembered. */
import type { Ambient, AmbientKind } from '../../harness/ambient.ts';
import { Clock } from '../../harness/clock.ts';
import { installGlobals, native } from '../../harness/globals.ts';

/** When every probe's time begins: milliseconds since 1970. */
export const START_MS = Date.UTC(2001, 2, 4, 5, 6, 7, 89);

/** Remembers what was read. `draws` are handed out round and round. */
export class Probe implements Ambient {
  readonly clock = new Clock(START_MS);
  readonly reads: [what: AmbientKind, value: string | number][] = [];
  readonly #draws: readonly number[];
  /** How many timers were set. */
  timers = 0;
  #drawn = 0;

  constructor(draws: readonly number[] = [0.1, 0.7, 0.3, 0.9, 0.5]) {
    this.#draws = draws;
  }

  random(): number {
    return this.#draws[this.#drawn++ % this.#draws.length]!;
  }

  timed(): void {
    this.timers++;
  }

  read(what: AmbientKind, value: string | number): void {
    this.reads.push([what, value]);
  }
}

let current: Ambient | null = null;

/** Installs the shims, over whatever `inside` says is simulated. */
export function install(): void {
  installGlobals(() => current);
}

/** Runs `body` as simulated code, what it does before its first `await`. */
export function inside<T>(ambient: Ambient, body: () => T): T {
  current = ambient;
  try {
    return body();
  } finally {
    current = null;
  }
}

/** Gives promises time to run dry. */
export const settled = (): Promise<void> => new Promise((resolve) => void native.setImmediate(resolve));
