/**
 * What every command of `npx reprise` shares: where it runs, how it is used wrongly, what it exits with.
 */
import type { Paint } from '../reports/layout.ts';

/** Where a command runs. */
export interface Surroundings {
  /** One piece of text for people: standard output. A newline is added. */
  readonly print: (text: string) => void;
  /** What goes wrong: standard error. */
  readonly warn: (text: string) => void;
  readonly paint: Paint;
  /** Columns of the terminal. */
  readonly width: number;
}

/** A command was used wrongly; the message says how, and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What commands exit with. */
export const EXIT = { well: 0, not: 1, usage: 2, stale: 3, notDeterministic: 4, noDatabase: 5 } as const;
