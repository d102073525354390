/**
 * Where in the user's program a call was made: the frames of the caller that are not ours, innermost first.
 *
 * Stacks cost more than whole runs and differ between repeats, so they are captured only in an evidence run, and are not
 * part of a run's identity. While searching, `Error.stackTraceLimit` is 0.
 */

/** Frames kept for each call. V8 adds the awaiting callers, so two branches that share a helper still differ. */
const FRAMES_MAX = 6;
const STACK_DEPTH = 40;

let capturing = false;

/** Runs that want evidence ask for it before they begin; the setting holds until the next call. */
export function captureSites(on: boolean): void {
  capturing = on;
  Error.stackTraceLimit = 0;
}

const initialLimit = Error.stackTraceLimit;

/** Gives stack traces back to the process. */
export function releaseSites(): void {
  capturing = false;
  Error.stackTraceLimit = initialLimit;
}

/** Runs code of a library that wants a stack which nobody reads: writing one down takes as long as a dozen promises. */
export function withoutStack(body: () => void): void {
  const real = Object.getOwnPropertyDescriptor(Error, 'captureStackTrace')!;
  // Assigned, as whoever defines it anew asks for what it was, which has it written down.
  const value = (target: { stack: string }): void => void (target.stack = '');
  Object.defineProperty(Error, 'captureStackTrace', { ...real, value });
  try {
    body();
  } finally {
    Object.defineProperty(Error, 'captureStackTrace', real);
  }
}

/** `event` with the `site` of the running code, when evidence is wanted; else `event` itself. */
export function withSite<E extends object>(event: E): E & { readonly site?: readonly string[] } {
  if (!capturing) return event;
  Error.stackTraceLimit = STACK_DEPTH;
  const { stack = '' } = new Error('site');
  Error.stackTraceLimit = 0;
  const site = userFrames(stack).slice(0, FRAMES_MAX);
  return site.length === 0 ? event : { ...event, site };
}

const FRAME = /^\s*at (?:(.*?) \()?(?:file:\/\/)?(\/.*|[A-Za-z]:\\.*):(\d+):(\d+)\)?$/;

const fileOf = (line: string): string | undefined => FRAME.exec(line)?.[2];

/** The folder of the harness as it appears in stacks (source maps may point elsewhere than the running file). */
const home = (fileOf(firstFrame()) ?? '').replace(/[^/\\]*$/, '');

function firstFrame(): string {
  return (new Error('home').stack ?? '').split('\n')[1] ?? '';
}

/** V8 says which entry of a combined promise a call belongs to: two branches of one function differ in nothing else. */
const ENTRY = /^\s*at async (Promise\.\w+) \(index (\d+)\)$/;

/** `seqB scenarios/parallel.ts:9:48` for every frame of the user's program; `Promise.all[1]` for one that has no line. */
function userFrames(stack: string): string[] {
  return stack.split('\n').flatMap((line) => {
    const [, combinator, index] = ENTRY.exec(line) ?? [];
    if (combinator !== undefined) return [`${combinator}[${index}]`];
    const [, name = '', file = '', row, column] = FRAME.exec(line) ?? [];
    if (file === '' || file.startsWith(home) || file.includes('/node_modules/')) return [];
    return [`${functionName(name)} ${shorten(file)}:${row}:${column}`];
  });
}

/** Of a function without a name V8 shows the path to what it was given to (`DBOS.registerWorkflow.name`): no name of its own. */
function functionName(shown: string): string {
  const name = shown.replace(/^async /, '').replace(/^(?:Object|Module)\./, '');
  return name === '' || name.split('.').length > 2 ? '(anonymous)' : name;
}

function shorten(file: string): string {
  const root = `${process.cwd()}/`;
  return file.startsWith(root) ? file.slice(root.length) : file.replace(/^.*[/\\]/, '');
}
