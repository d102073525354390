/**
 * A process of the operating system that knows nothing of simulation, killed in the middle and started again: where its
 * database is, is for others to say.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { resolve } from 'node:path';

export interface Said {
  readonly began?: string;
  readonly recorded?: readonly unknown[];
  readonly ended?: { readonly status: string; readonly value?: unknown; readonly error?: string };
}

/** In the sources: it is started as it is. */
const WORKER = 'properties/conformance/confirm/fixtures/worker.mjs';

/** A worker, and what it says. */
class Worker {
  readonly #process: ChildProcess;
  readonly #said: Said[] = [];
  #heard: () => void = () => undefined;

  constructor(database: string, held: boolean) {
    // The SDK's driver warns of its own future.
    const env = { ...process.env, DATABASE: database, HELD: held ? 'yes' : 'no', NODE_NO_WARNINGS: '1' };
    this.#process = fork(resolve(WORKER), { env, execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
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
      await new Promise<void>((heard) => (this.#heard = heard));
    }
  }

  /** Lets the body of a step end, once it has begun, and waits until its result is in the database. */
  async release(name: string): Promise<void> {
    await this.says(({ began }) => began === name);
    this.#process.send(name);
    await this.says(({ recorded }) => recorded?.includes(name));
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const gone = new Promise((heard) => this.#process.once('exit', heard));
    this.#process.kill('SIGKILL');
    await gone;
  }
}

/**
 * What a workflow of two sequences comes to: B is ahead of A when the process is killed; in the next one, A is ahead of B.
 * `database`: a URL of PostgreSQL, or a folder of PGlite.
 */
export async function killedAndStartedAgain(database: string): Promise<NonNullable<Said['ended']>> {
  const first = new Worker(database, true);
  try {
    await first.release('B1');
    await first.says(({ began }) => began === 'B2');
    await first.release('A1');
    await first.release('B2');
  } finally {
    await first.kill();
  }
  const second = new Worker(database, false);
  try {
    return await second.says(({ ended }) => ended);
  } finally {
    await second.kill();
  }
}

/** Whether one sequence was given the result of the other, and nobody objected. */
export const isWrong = ({ status, value }: NonNullable<Said['ended']>): boolean =>
  status === 'SUCCESS' && JSON.stringify(value).startsWith('[["A1","B2","A3"]');
