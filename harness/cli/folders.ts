/**
 * The files of a project, wherever they lie in it.
 */
import { type Dirent, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Absolute paths of the files below the absolute `folder`, in the order of their names; of none in folders that are called
 * like `foreign`. Folders that cannot be read (those of a database, say) hold nothing of the user's.
 */
export function filesBelow(folder: string, foreign: RegExp): string[] {
  return entriesOf(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return foreign.test(entry.name) ? [] : filesBelow(path, foreign);
    return entry.isFile() || isLinkToFile(entry, path) ? [path] : [];
  });
}

const isLinkToFile = (entry: Dirent, path: string): boolean =>
  entry.isSymbolicLink() && statSync(path, { throwIfNoEntry: false })?.isFile() === true;

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).toSorted(
      (a, b) => Number(a.name > b.name) - Number(a.name < b.name),
    );
  } catch (error) {
    if (['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code!)) return [];
    throw error;
  }
}
