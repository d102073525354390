/**
 * The last word: a process of the operating system that knows nothing of simulation, killed in the middle and started
 * again, comes to what the simulation says it would.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { postgresPrograms, startPostgres } from '../postgres.ts';

interface Said {
  readonly began?: string;
  readonly recorded?: readonly unknown[];
  readonly ended?: { readonly status: string; readonly value?: unknown; readonly error?: string };
}

const workers: ChildProcess[] = [];
afterEach(() => workers.splice(0).forEach((worker) => worker.kill('SIGKILL')));

/** A worker, and what it says. */
class Worker {
  readonly #process: ChildProcess;
  readonly #said: Said[] = [];
  #heard: () => void = () => undefined;

  constructor(database: string, held: boolean) {
    // The SDK's driver warns of its own future.
    const env = { ...process.env, DATABASE: database, HELD: held ? 'yes' : 'no', NODE_NO_WARNINGS: '1' };
    const script = join(import.meta.dirname, 'fixtures/worker.mjs');
    this.#process = fork(script, { env, execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    workers.push(this.#process);
    this.#process.on('message', (said) => {
      this.#said.push(said as Said);
      this.#heard();
    });
  }

  /** Resolves once the worker has said something like it. */
  async says<T>(what: (said: Said) => T | false | undefined): Promise<T> {
    for (;;) {
      for (const said of this.#said) {
        const found = what(said);
        if (found !== false && found !== undefined) return found;
      }
      await new Promise<void>((resolve) => (this.#heard = resolve));
    }
  }

  /** Lets the body of a step end, once it has begun, and waits until its result is in the database. */
  async release(name: string): Promise<void> {
    await this.says(({ began }) => began === name);
    this.#process.send(name);
    await this.says(({ recorded }) => recorded?.includes(name));
  }

  async kill(): Promise<void> {
    const gone = new Promise((resolve) => this.#process.once('exit', (_code, signal) => resolve(signal)));
    this.#process.kill('SIGKILL');
    expect(await gone).toBe('SIGKILL');
  }
}

/** B is ahead of A when the process is killed; in the next one, A is ahead of B. */
async function killedAndStartedAgain(database: string): Promise<unknown> {
  const first = new Worker(database, true);
  await first.release('B1');
  await first.says(({ began }) => began === 'B2');
  await first.release('A1');
  await first.release('B2');
  await first.kill();
  return new Worker(database, false).says(({ ended }) => ended);
}

const WRONG = { status: 'SUCCESS', value: [['A1', 'B2', 'A3'], expect.arrayContaining(['B1'])] };

test.skipIf(postgresPrograms() === null)(
  'on PostgreSQL, a killed process that is started again gives one sequence the result of the other, with status SUCCESS',
  async () => {
    const server = await startPostgres();
    try {
      expect(await killedAndStartedAgain(server.url)).toMatchObject(WRONG);
    } finally {
      await server.stop();
    }
  },
);

test('on PGlite, which keeps its files in a folder, it does the same', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-killed-'));
  try {
    expect(await killedAndStartedAgain(folder)).toMatchObject(WRONG);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  // Two processes make a cluster on the disk, or open one.
}, 300_000);
