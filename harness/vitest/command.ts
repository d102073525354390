/**
 * What `npx reprise` and the simulated tests of a vitest process that it has started say to each other: an order in the
 * environment, and notes that come back, one JSON document a line.
 *
 * Plain data and nothing else: both sides import it. Files, because they reach the command from forks, threads and VM
 * contexts alike, whatever a reporter does with the output of workers.
 */
import type { Script } from '../decision.ts';
import type { SavedScript } from '../seeds/file.ts';
import type { RecordedAgain } from '../seeds/outcome.ts';
import type { Window } from '../windows.ts';

/** The environment variable that holds an `Order` as JSON. Without it a simulated test does what `npm test` asks of it. */
export const ORDER = 'REPRISE_ORDER';

/** A simulated test: its file, as an absolute path, and its name with those of its suites, joined by ` > `. */
export interface TestName {
  readonly file: string;
  readonly name: string;
}

/** What to do instead of an ordinary test. `notes` is a folder: each worker appends to a file of its own in it. */
export type Order =
  /** Make the one run of `script` in the one test named; all others skip themselves. */
  | {
      readonly do: 'replay';
      readonly test: TestName;
      readonly script: Script;
      /** The command that asks for it once more. */
      readonly replayCommand: string;
      readonly notes: string;
    }
  /** Make the run of `script` in the one test named on the SDK's own database: PGlite, or the PostgreSQL server at the URL. */
  | {
      readonly do: 'confirm';
      readonly test: TestName;
      readonly script: Script;
      readonly postgres: string | null;
      readonly notes: string;
    }
  /** Search for new findings, in every test of the files given to vitest. Null: no limit of that kind. */
  | {
      readonly do: 'fuzz';
      readonly seed: string;
      /** Whether to make the runs that have no seed, too: in one part of a search, since all would make the same. */
      readonly systematic: boolean;
      readonly forMs: number | null;
      readonly runsMax: number | null;
      /** The folder in which commands are typed: an absolute path. */
      readonly folder: string;
      readonly notes: string;
    }
  /** Try every saved script of every test of the files; with `update`, look near those that say nothing any more. */
  | { readonly do: 'seeds'; readonly update: boolean; readonly notes: string };

/** What a simulated test has to say. */
export type Note =
  /** Now and then while it searches, and at the end: counts since its beginning. */
  | {
      readonly is: 'progress';
      readonly test: TestName;
      readonly runs: number;
      /** Runs that differ from all earlier ones in the order of their moves. */
      readonly interleavings: number;
      readonly reached: Readonly<Record<Window, number>>;
      readonly ended: boolean;
    }
  /** A broken law: the entry to save, and the finding told in every form there is. */
  | {
      readonly is: 'finding';
      readonly test: TestName;
      readonly entry: SavedScript;
      readonly told: { readonly text: string; readonly html: string; readonly trace: string; readonly mermaid: string };
    }
  /** The script was replayed and breaks no law. */
  | { readonly is: 'passed'; readonly test: TestName; readonly told: { readonly text: string } }
  /** What the real database came to, told as a report and as data. */
  | {
      readonly is: 'confirmed';
      readonly test: TestName;
      readonly confirmed: boolean;
      readonly told: { readonly text: string; readonly json: string };
    }
  /** The script no longer applies; `because` names what is not on offer. */
  | { readonly is: 'stale'; readonly test: TestName; readonly because: string }
  /** The order names another test, so this one skips itself. From these a name that is gone is told from a misspelt one. */
  | { readonly is: 'skipped'; readonly test: TestName }
  /** What became of the saved script called `id`; with `update`, what to save in its place, if it says nothing any more. */
  | {
      readonly is: 'tried';
      readonly test: TestName;
      readonly id: string;
      readonly outcome: 'fails' | 'passes' | 'stale';
      readonly because: string;
      readonly again: RecordedAgain | null;
    }
  /** The same schedule went two ways, or the test could not be tried at all. */
  | { readonly is: 'failed'; readonly test: TestName; readonly error: string; readonly message: string };
