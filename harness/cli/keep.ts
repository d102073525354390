/**
 * What becomes of a finding: saved beside its test, or, where `CI` is set, printed so that somebody else can save it.
 */
import { formatEntry, idOf, keep, ScriptFileError, seedFileOf } from '../seeds/file.ts';
import { fromFolder, portableLine, replayLine } from '../seeds/naming.ts';
import type { Found } from './tally.ts';
import { folderOf, isCi, type Surroundings } from './usage.ts';

/** Where a finding is now. */
export interface Kept {
  /** The command that shows it again. */
  readonly replay: string;
  /** The same, wherever it was saved: for those who do not have the file. */
  readonly portable: string;
  /** What to say of where it was saved, or why not. */
  readonly saved: string;
}

/** Saves `found`, or says how to. */
export function keepFound({ entry, test }: Found, surroundings: Surroundings): Kept {
  const cwd = folderOf(surroundings);
  const path = seedFileOf(test.file);
  const shown = fromFolder(cwd, path);
  const portable = portableLine(entry, test.file, cwd);
  const unsaved = (because: string): Kept => ({
    ...{ replay: portable, portable },
    saved: `${because}; to keep it, add to the entries of ${shown}:\n${formatEntry(entry)}`,
  });
  if (isCi(surroundings)) return unsaved('nothing is saved in CI');
  try {
    const what = keep(path, entry);
    if (what === 'full') return unsaved('not saved: the test has as many failures as are kept');
    if (what === 'known') return { replay: portable, portable, saved: `${shown} has this failure already` };
    return { replay: replayLine(`${shown}#${idOf(entry)}`) ?? portable, portable, saved: shown };
  } catch (error) {
    if (!(error instanceof ScriptFileError)) throw error;
    return unsaved(`not saved: ${error.message}`);
  }
}
