/**
 * Stack frames in the user's files: what vitest's code frame and the annotations of a CI server point at. While runs are
 * made, V8 writes no stacks; here is who asks for one nevertheless.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Frames that are written down: code of assertion libraries stands between the user's and V8. */
const DEPTH = 30;

const HOME = fileURLToPath(new URL('..', import.meta.url));

/** The frames of `error` that are in the user's files, innermost first, as V8 writes them. */
export function userFrames(error: unknown): string[] {
  const { stack } = Object(error) as { readonly stack?: unknown };
  if (typeof stack !== 'string') return [];
  return stack
    .split('\n')
    .filter((line) => /^\s+at .*[/\\].*:\d+:\d+\)?$/.test(line))
    .filter((line) => !line.includes(HOME) && !/[/\\]node_modules[/\\]|node:/.test(line));
}

/** The frames of whoever called the harness. */
export function callSite(): string[] {
  return userFrames(withStacks(() => new Error('site')));
}

/** A frame for a source line as reports have it, `seqB src/parallel.ts:9:48`; none if there is no such file. */
export function frameAt(site: string): string[] {
  const [, name, file, at] = /^(\S+) (.+?)(:\d+:\d+)(?: in .*)?$/.exec(site) ?? [];
  if (file === undefined || !existsSync(resolve(file))) return [];
  return [`    at ${name} (${resolve(file)}${at})`];
}

/** Gives `error` these frames, and no others. */
export function withFrames<E extends Error>(error: E, frames: readonly string[]): E {
  error.stack = [`${error.name}: ${error.message}`, ...frames].join('\n');
  return error;
}

/** `error`, with its frames in the user's files; if there are none, with `site`. */
export function placed(error: unknown, site: readonly string[]): unknown {
  if (!(error instanceof Error)) return error;
  const frames = userFrames(error);
  return withFrames(error, frames.length > 0 ? frames : site);
}

/** A test cannot be tried at all: the message says why, and what to do. */
export class SimTestError extends Error {
  override readonly name = 'SimTestError';
}

/** Calls `body` where errors remember where they were made. If it is async, that lasts until it has ended. */
export function withStacks<T>(body: () => T): T {
  const before = Error.stackTraceLimit;
  const back = (): void => void (Error.stackTraceLimit = before);
  Error.stackTraceLimit = Math.max(before, DEPTH);
  let value: T;
  try {
    value = body();
  } catch (error) {
    back();
    throw error;
  }
  if (value instanceof Promise) value.then(back, back);
  else back();
  return value;
}
