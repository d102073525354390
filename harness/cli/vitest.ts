/**
 * Runs the user's own vitest with an order, and hears the notes of its simulated tests while it runs.
 *
 * Knows nothing of what the orders are for. What vitest itself prints is kept for whoever needs it: when it could not
 * even begin, that is the only explanation there is.
 */
import { closeSync, mkdtempSync, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { native } from '../globals.ts';
import { type Note, ORDER, type Order } from '../vitest/command.ts';
import { type Ended, runChild } from './child.ts';
import type { Vitest } from './project.ts';
import type { Surroundings } from './usage.ts';

type Unsent<O> = O extends unknown ? Omit<O, 'notes'> : never;

/** An order, before it is known where its notes go. */
export type Task = Unsent<Order>;

/** One vitest process. */
export interface Asked {
  readonly vitest: Vitest;
  /** Absolute paths of test files; none: all that the project has. */
  readonly files: readonly string[];
  readonly task: Task;
  /** More words for its command line. Default: none. */
  readonly words?: readonly string[];
  /** Told every note, in the order in which its test wrote them. */
  readonly onNote: (note: Note) => void;
  readonly interrupted?: AbortSignal | undefined;
}

/** What users set for ordinary runs and would be in the way: reporters that write files, coverage limits, second tries. */
const ARGUMENTS = ['--reporter=default', '--coverage.enabled=false', '--retry=0'];

const LISTEN_EVERY_MS = 50;

/** Resolves when vitest has ended and every note is told. Rejects where no process can be started. */
export async function runVitest(asked: Asked, surroundings: Surroundings): Promise<Ended> {
  const notes = mkdtempSync(join(tmpdir(), 'reprise-notes-'));
  const remove = (): void => rmSync(notes, { recursive: true, force: true, maxRetries: 3 });
  // Also where the process is told to leave at once.
  process.once('exit', remove);
  const listen = listener(notes, asked.onNote);
  const ears = repeatedly(listen);
  try {
    const { vitest, files, task, words = [], interrupted } = asked;
    const env = { [ORDER]: JSON.stringify({ ...task, notes }) };
    const all = ['run', ...files, ...ARGUMENTS, ...words];
    const ended = await runChild({ vitest, words: all, env, interrupted }, surroundings);
    listen();
    return ended;
  } finally {
    ears.stop();
    process.removeListener('exit', remove);
    remove();
  }
}

function repeatedly(work: () => void): { readonly stop: () => void } {
  let timer = native.setTimeout(function again() {
    work();
    timer = native.setTimeout(again, LISTEN_EVERY_MS);
  }, LISTEN_EVERY_MS);
  return { stop: () => native.clearTimeout(timer) };
}

/** Reads what has been appended to the files of `folder` since it was last called. A line that has no end yet has to wait. */
function listener(folder: string, onNote: (note: Note) => void): () => void {
  const read = new Map<string, { at: number; rest: Buffer }>();
  return () => {
    for (const file of readdirSync(folder).toSorted()) {
      const state = read.get(file) ?? { at: 0, rest: Buffer.alloc(0) };
      const news = readFrom(join(folder, file), state.at);
      const text = Buffer.concat([state.rest, news]);
      const end = text.lastIndexOf('\n') + 1;
      read.set(file, { at: state.at + news.length, rest: text.subarray(end) });
      for (const line of text.subarray(0, end).toString().split('\n'))
        if (line.trim() !== '') onNote(JSON.parse(line) as Note);
    }
  };
}

function readFrom(path: string, at: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const parts: Buffer[] = [];
    for (let from = at; ;) {
      const part = Buffer.alloc(65_536);
      const length = readSync(file, part, 0, part.length, from);
      if (length === 0) return Buffer.concat(parts);
      parts.push(part.subarray(0, length));
      from += length;
    }
  } finally {
    closeSync(file);
  }
}
