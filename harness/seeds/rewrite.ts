/**
 * Replaces a file by its next version: whole or not at all, whoever else is at it, and whatever happens meanwhile.
 *
 * As git does it: the next version is written to a lock file beside the file, which only one process can create; it is
 * put on the disk, and then takes the file's place. A lock that nobody has touched for as long as a writer waits is of a
 * process that has died; should that one wake up after all, it finds its lock gone and begins again.
 */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { ScriptFileError } from './entry.ts';

const NAP_MS = 10;
/** A lock is held for milliseconds: it is of a dead process if it has not changed for so many naps. */
const DEAD_NAPS = 150;
const NAPS_MAX = 1_000;

/** What becomes of a file whose text is `text` (null: there is none): its next text, or null if it is to go. */
export type Next = (text: string | null) => string | null;

/** Makes `next` of the file at `path`, alone. Makes its folder. Throws `ScriptFileError`, or whatever `next` throws. */
export function rewrite(path: string, next: Next): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = targetOf(path);
    while (!attempt(file, path, next)) continue;
  } catch (error) {
    const code = codeOf(error);
    if (code === null) throw error;
    throw new ScriptFileError(path, `cannot be written: ${problem(code, error)}. Nothing was changed`, {
      cause: error,
    });
  }
}

/** One try; false if somebody took the lock for a dead one. */
function attempt(file: string, path: string, next: Next): boolean {
  const lock = `${file}.lock`;
  const held = hold(lock, path);
  try {
    const text = textOf(file);
    const becomes = next(text);
    if (becomes === text) return true;
    refuseIfReadOnly(file, path);
    writeFileSync(held, becomes ?? '');
    fsyncSync(held);
    if (!isOurs(held, lock)) return false;
    if (becomes === null) rmSync(file);
    else renameSync(lock, file);
    return true;
  } finally {
    if (isOurs(held, lock)) rmSync(lock);
    closeSync(held);
  }
}

/** The file itself where `path` is a link to it: a link stays a link. */
function targetOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function hold(lock: string, path: string): number {
  let seen = '';
  for (let naps = 0, same = 0; naps < NAPS_MAX; naps++, same++) {
    try {
      return openSync(lock, 'wx');
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    const now = stateOf(lock);
    if (now !== seen) same = 0;
    seen = now;
    if (same >= DEAD_NAPS) rmSync(lock, { force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, NAP_MS);
  }
  throw new ScriptFileError(
    path,
    `others are writing it all the time (${basename(lock)} comes and goes). Nothing was changed: try again`,
  );
}

function stateOf(lock: string): string {
  const stat = statSync(lock, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.ino} ${stat.mtimeNs}`;
}

function isOurs(held: number, lock: string): boolean {
  const there = statSync(lock, { bigint: true, throwIfNoEntry: false });
  return there?.ino === fstatSync(held, { bigint: true }).ino;
}

/** The text of a file; null if there is none. Throws `ScriptFileError` for one that is not text. */
export function textOf(path: string): string | null {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return null;
    const because = code === 'EISDIR' ? 'is a folder; name the file in it' : `cannot be read (${messageOf(error)})`;
    throw new ScriptFileError(path, because, { cause: error });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new ScriptFileError(path, 'the file is not UTF-8 text. Restore it, or save it in that encoding', {
      cause: error,
    });
  }
}

/** A rename would replace it all the same. */
function refuseIfReadOnly(file: string, path: string): void {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat !== undefined && (stat.mode & 0o222) === 0)
    throw new ScriptFileError(path, 'cannot be written: the file is read-only. Nothing was changed');
}

function problem(code: string, error: unknown): string {
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return `its folder is read-only (${code})`;
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') return `the disk is full (${code})`;
  // So Node says it of a folder that a read-only disk does not let it make.
  return code === 'ENOENT' ? `its folder cannot be made (${code})` : messageOf(error);
}

const codeOf = (error: unknown): string | null => (error as NodeJS.ErrnoException).code ?? null;
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
