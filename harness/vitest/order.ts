/**
 * The worker's side of `command.ts`: reads the order, writes the notes.
 */
import { appendFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { threadId } from 'node:worker_threads';
import { type Note, ORDER, type Order, type TestName } from './command.ts';

/** The order that this process was started with; null: it is an ordinary test run. */
export function orderGiven(env: NodeJS.ProcessEnv = process.env): Order | null {
  const text = env[ORDER];
  return text === undefined ? null : (JSON.parse(text) as Order);
}

/** Tells the command something, at once: the worker may be stopped at any time. */
export function tell({ notes }: Order, note: Note): void {
  appendFileSync(join(notes, `${process.pid}-${threadId}.jsonl`), `${JSON.stringify(note)}\n`);
}

/** What of vitest's tasks is needed: the same in all its versions. */
export interface Task {
  readonly name: string;
  readonly suite?: Task | undefined;
  readonly file: { readonly filepath: string };
}

/** The name of a test, as orders and saved scripts have it. */
export function nameOf(task: Task): TestName {
  const names: string[] = [];
  const { filepath } = task.file;
  // In some versions the file itself is the outermost suite.
  for (let at: Task | undefined = task; at !== undefined && at !== (task.file as object); at = at.suite)
    names.unshift(at.name);
  // On Windows vitest writes slashes, and paths are compared.
  return { file: resolve(filepath), name: names.join(' > ') };
}
