/**
 * The saved scripts of one test: where they are, how commands name them, and what becomes of a new one.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { Finding } from '../findings.ts';
import { idOf, readScripts, type SavedScript, savedScript, ScriptFileError } from '../seeds/file.ts';
import type { TestName } from './command.ts';
import { isCi } from './settings.ts';

/** What a report says of the script of a new finding. */
export interface Saved {
  readonly replayCommand?: string;
  readonly savedTo?: string;
  /** What is said instead, where nothing could be written. */
  readonly unsaved?: string;
}

/** The scripts of one test. */
export class Kept {
  readonly #test: TestName;
  readonly #path: string;
  /** As commands name it: from where the user types them, with slashes everywhere. */
  readonly #shown: string;

  constructor(test: TestName) {
    this.#test = test;
    this.#path = join(dirname(test.file), '__seeds__', `${basename(test.file)}.json`);
    this.#shown = relative(process.cwd(), this.#path).split(sep).join('/');
  }

  /** Those that were saved, in the order of the file. Throws `ScriptFileError`. */
  entries(): SavedScript[] {
    return this.#all().filter(({ scenario }) => scenario === this.#test.name);
  }

  /** How commands name an entry. */
  target(entry: SavedScript): string {
    return `${this.#shown}#${idOf(entry)}`;
  }

  /** What a report says of an entry that is in the file. */
  saved(entry: SavedScript): Saved {
    return { replayCommand: `npx reprise replay ${this.target(entry)}`, savedTo: this.#shown };
  }

  /** Saves a finding; where `CI` is set, prints what would have been saved instead. */
  keep(finding: Finding, seed: string): Saved {
    const entry = savedScript(finding, seed);
    if (isCi())
      return {
        unsaved: `nothing is saved in CI; to keep this, add to ${this.#shown}:\n${JSON.stringify(entry, null, 2)}`,
      };
    try {
      mkdirSync(dirname(this.#path), { recursive: true });
      writeFileSync(this.#path, `${JSON.stringify({ version: 1, entries: [...this.#all(), entry] }, null, 2)}\n`);
    } catch (error) {
      if (!(error instanceof ScriptFileError)) throw error;
      return { unsaved: `not saved: ${error.message}` };
    }
    return this.saved(entry);
  }

  #all(): SavedScript[] {
    return existsSync(this.#path) ? readScripts(this.#path) : [];
  }
}
