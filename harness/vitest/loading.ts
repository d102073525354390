/**
 * Loads what not every test needs, when it is needed: one thing at a time, as the linker of vitest's `vmThreads` trips
 * over modules that two imports ask for at once.
 */

let last: Promise<unknown> = Promise.resolve();

/** What `imports` (a dynamic import) gives. */
export function loaded<T>(imports: () => Promise<T>): Promise<T> {
  const next = last.then(imports, imports);
  last = next;
  return next;
}
