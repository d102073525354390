/**
 * How a saved script is named where it is printed: by its file and id, or by a command that holds the script itself. Tests
 * and commands print the same.
 */
import { relative, sep } from 'node:path';
import type { SavedScript } from './entry.ts';
import { tokenOf } from './token.ts';

/** `path` as it is typed in `cwd`, with slashes. */
export const fromFolder = (cwd: string, path: string): string => relative(cwd, path).split(sep).join('/');

/** What of a saved script makes its run again. */
type Replayable = Pick<SavedScript, 'scenario' | 'check' | 'script'>;

/** The command that replays a script of the test file at `file` in `cwd`, wherever it was saved: it holds the script itself. */
export const portableLine = ({ scenario, check, script }: Replayable, file: string, cwd: string): string =>
  `npx reprise replay ${tokenOf({ file: fromFolder(cwd, file), name: scenario, check, script })}`;

/** The command that replays `target`, which is written without any shell's syntax; null where that cannot be. */
export const replayLine = (target: string): string | null =>
  /^[\w./][\w./#@+-]*$/.test(target) ? `npx reprise replay ${target}` : null;
