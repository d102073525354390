/**
 * The saved scripts of one test: which are tried first, how commands name them, and what becomes of a new finding. In CI
 * nothing is written.
 *
 * Beside the committed file there is a cache of the last local failure, which is tried even if it could not be saved.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fromFolder, portableLine, replayLine } from '../seeds/naming.ts';
import type { Finding } from '../findings.ts';
import {
  ENTRIES_MAX,
  formatEntry,
  idOf,
  keep,
  readSeeds,
  remove,
  replaceEntry,
  type SavedScript,
  savedScript,
  ScriptFileError,
  seedFileOf,
  writeScript,
} from '../seeds/file.ts';
import type { TestName } from './command.ts';
import { isCi } from './settings.ts';

/** What a report says of the script of a finding. */
export interface Saved {
  readonly replayCommand: string;
  readonly savedTo?: string;
  /** Why the command holds the script itself, however long that is. */
  readonly because?: string;
}

const hereOf = (path: string): string => fromFolder(process.cwd(), path);

/** The scripts of one test. */
export class Kept {
  readonly #test: TestName;
  readonly #path: string;
  readonly #lastPath: string;
  /** Ids of those that were tried and do not fail. */
  readonly #outdated: string[] = [];

  /** `root` is the folder of the vitest project. */
  constructor(test: TestName, root: string) {
    this.#test = test;
    this.#path = seedFileOf(test.file);
    const key = createHash('sha256')
      .update(JSON.stringify([test.file, test.name]))
      .digest('hex')
      .slice(0, 16);
    this.#lastPath = join(root, 'node_modules', '.cache', 'reprise', `${key}.json`);
  }

  /** Those to try: the last to fail first, if it is among those that were saved, and last otherwise. Throws `ScriptFileError`. */
  entries(): readonly SavedScript[] {
    const saved = readSeeds(this.#path).filter(({ scenario }) => scenario === this.#test.name);
    const last = this.#last();
    if (last === null) return saved;
    const others = saved.filter((entry) => idOf(entry) !== idOf(last));
    return others.length < saved.length ? [last, ...others] : [...saved, last];
  }

  /** An entry was tried, and fails. One that was only in the cache is saved, if it can be now. */
  failed(entry: SavedScript): Saved {
    return this.holds(entry) ? this.#saved(entry) : this.#keep(entry);
  }

  /** Whether `entry` is in the file, rather than only in the cache. */
  holds(entry: SavedScript): boolean {
    return readSeeds(this.#path).some((other) => idOf(other) === idOf(entry));
  }

  /** How commands name an entry of the file. */
  target(entry: SavedScript): string {
    return `${hereOf(this.#path)}#${idOf(entry)}`;
  }

  /** An entry was tried and does not fail: it is the last failure no longer. */
  outdated(entry: SavedScript): void {
    this.#outdated.push(idOf(entry));
    if (!isCi()) quietly(() => remove(this.#lastPath, [idOf(entry)]));
  }

  /** Saves a finding, in place of the stale entry `instead` if it was found near one. */
  keep(finding: Finding, seed: string, instead: SavedScript | null = null): Saved {
    return this.#keep(savedScript(finding, { seed }), instead);
  }

  #keep(entry: SavedScript, instead: SavedScript | null = null): Saved {
    const here = hereOf(this.#path);
    if (isCi())
      return this.#portable(
        entry,
        `Nothing is saved in CI. To keep this, add to "entries" of ${here}:\n${formatEntry(entry)}`,
      );
    quietly(() => writeScript(this.#lastPath, entry));
    try {
      if (instead !== null && replaceEntry(this.#path, idOf(instead), entry)) return this.#saved(entry);
      if (keep(this.#path, entry, this.#outdated) === 'full')
        return this.#portable(entry, `Not saved: ${ENTRIES_MAX} other failures of this test are, in ${here}`);
      return this.#saved(entry);
    } catch (error) {
      if (!(error instanceof ScriptFileError)) throw error;
      return this.#portable(entry, `Not saved: ${error.message}`);
    }
  }

  #saved(entry: SavedScript): Saved {
    const savedTo = hereOf(this.#path);
    const replayCommand = this.holds(entry) ? replayLine(this.target(entry)) : null;
    // It goes by another name if another script of the same failure is there, or a shell would take its path apart.
    return replayCommand === null ? this.#portable(entry, `Saved to ${savedTo}`) : { replayCommand, savedTo };
  }

  #portable(entry: SavedScript, because: string): Saved {
    return { replayCommand: portableLine(entry, this.#test.file, process.cwd()), because };
  }

  #last(): SavedScript | null {
    return isCi() ? null : (quietly(() => readSeeds(this.#lastPath))?.[0] ?? null);
  }
}

/** What `body` gives; null if the cache cannot be used: then there is none. */
function quietly<T>(body: () => T): T | null {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof ScriptFileError)) throw error;
    return null;
  }
}
