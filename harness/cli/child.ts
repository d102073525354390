/**
 * A process of the user's vitest: started, ended together with its workers, and what it printed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { native } from '../globals.ts';
import type { Vitest } from './project.ts';
import { environmentOf, type Surroundings } from './usage.ts';

/** What to start, and when to stop it. */
export interface Child {
  readonly vitest: Vitest;
  readonly words: readonly string[];
  /** Beside what the command itself has in its environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly interrupted?: AbortSignal | undefined;
}

/** How a process ended. */
export interface Ended {
  /** Null: it was stopped, because of `interrupted`. */
  readonly exit: number | null;
  /** The last of what it printed. */
  readonly output: string;
}

/** Characters that are kept of what it prints: tests that search for hours may print at every run. */
const OUTPUT_MAX = 2 ** 20;

/** How long vitest may take to tidy up (what its global set-up started, say) when it is told to end. */
const GRACE_MS = 3_000;

/** Resolves when the process has ended. Rejects where none can be started. */
export function runChild({ vitest, words, env, interrupted }: Child, surroundings: Surroundings): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [vitest.bin, ...words], {
      cwd: vitest.root,
      env: { ...asColourful(surroundings), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: Ctrl-C reaches us alone, and we stop vitest together with its workers.
      detached: process.platform !== 'win32',
    });
    let output = '';
    const hear = (text: string): void => {
      output += text;
      if (output.length > 2 * OUTPUT_MAX) output = output.slice(-OUTPUT_MAX);
    };
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
      // Workers may outlive the vitest that has started them.
      if (interrupted?.aborted === true) end();
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

/** What vitest prints may be shown: in colours if ours is. */
function asColourful(surroundings: Surroundings): NodeJS.ProcessEnv {
  const { FORCE_COLOR, ...env } = environmentOf(surroundings);
  const hasColours = surroundings.paint('bad', 'x') !== 'x';
  return hasColours ? { ...env, FORCE_COLOR: FORCE_COLOR ?? '1' } : { ...env, NO_COLOR: '1' };
}
