/**
 * Runs the user's own vitest with an order, and hears the notes of its simulated tests while it runs.
 *
 * Knows nothing of what the orders are for. What vitest itself prints is kept for whoever needs it: when it could not
 * even begin, that is the only explanation there is.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { native } from '../globals.ts';
import { type Note, ORDER, type Order } from '../vitest/command.ts';
import type { Vitest } from './project.ts';
import { environmentOf, type Surroundings } from './usage.ts';

type Unsent<O> = O extends unknown ? Omit<O, 'notes'> : never;

/** An order, before it is known where its notes go. */
export type Task = Unsent<Order>;

/** How a vitest process ended. */
export interface Ended {
  /** Null: it was stopped, because of `interrupted`. */
  readonly exit: number | null;
  /** Everything it printed. */
  readonly output: string;
}

/** One vitest process. */
export interface Asked {
  readonly vitest: Vitest;
  /** Absolute paths of test files; none: all that the project has. */
  readonly files: readonly string[];
  readonly task: Task;
  /** Told every note, in the order in which its test wrote them. */
  readonly onNote: (note: Note) => void;
  readonly interrupted?: AbortSignal | undefined;
}

/** What users set for ordinary runs and would be in the way: reporters that write files, coverage limits, second tries. */
const ARGUMENTS = ['--reporter=default', '--coverage.enabled=false', '--retry=0'];

const LISTEN_EVERY_MS = 50;

/** How long vitest may take to tidy up (what its global set-up started, say) when it is told to end. */
const GRACE_MS = 3_000;

/** Resolves when vitest has ended and every note is told. Rejects where no process can be started. */
export async function runVitest(asked: Asked, surroundings: Surroundings): Promise<Ended> {
  const notes = mkdtempSync(join(tmpdir(), 'reprise-notes-'));
  const remove = (): void => rmSync(notes, { recursive: true, force: true, maxRetries: 3 });
  // Also where the process is told to leave at once.
  process.once('exit', remove);
  const listen = listener(notes, asked.onNote);
  const ears = repeatedly(listen);
  try {
    const ended = await childOf(asked, notes, surroundings);
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

function childOf({ vitest, files, task, interrupted }: Asked, notes: string, around: Surroundings): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [vitest.bin, 'run', ...files, ...ARGUMENTS], {
      cwd: vitest.root,
      env: { ...environmentOf(around), [ORDER]: JSON.stringify({ ...task, notes }) },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: Ctrl-C reaches us alone, and we stop vitest together with its workers.
      detached: process.platform !== 'win32',
    });
    let output = '';
    const hear = (text: string): void => void (output += text);
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    let late: NodeJS.Timeout | undefined;
    const end = (): void => signalGroup(child, 'SIGKILL');
    const stop = (): void => {
      signalGroup(child, 'SIGINT');
      late = native.setTimeout(end, GRACE_MS);
    };
    process.once('exit', end);
    const done = (): void => {
      native.clearTimeout(late);
      process.removeListener('exit', end);
      interrupted?.removeEventListener('abort', stop);
    };
    child.once('error', (error) => {
      done();
      reject(error);
    });
    child.once('close', (code) => {
      done();
      resolve({ exit: interrupted?.aborted === true ? null : (code ?? 1), output });
    });
    interrupted?.addEventListener('abort', stop);
    if (interrupted?.aborted === true) stop();
  });
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid === undefined || process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
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
