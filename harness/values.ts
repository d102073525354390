/**
 * How values and errors are written down: what a step returns is stored as text and comes back as a copy.
 *
 * Plain JSON is written as JSON; anything richer (undefined, Date, Map, Set, BigInt, NaN, cycles) by superjson, the
 * serializer of the DBOS SDK (its `serialization.js`). As there, class instances come back as what JSON makes of them,
 * and errors as plain `Error`s that keep name, message, own properties and cause.
 */
import SuperJSON from 'superjson';

/** A value or an error, as stored. Equal texts mean equal outcomes. */
export type Outcome = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly text: string };

/** Thrown by `encode` for what cannot be stored. `path` says where in the value it sits, `''` for the value itself. */
export class UnserializableError extends TypeError {
  override readonly name = 'UnserializableError';
  readonly path: string;
  readonly what: string;
  constructor(what: string, path: string) {
    super(`${what}${path === '' ? '' : ` at ${path}`} cannot be stored`);
    this.what = what;
    this.path = path;
  }
}

const superjson = new SuperJSON();
superjson.registerCustom<Buffer, number[]>(
  {
    isApplicable: (value) => Buffer.isBuffer(value),
    serialize: (bytes) => [...bytes],
    deserialize: (bytes) => Buffer.from(bytes),
  },
  'Buffer',
);

const UNDEFINED = 'undefined';
/** Marks text written by superjson; no JSON text begins with it. */
const RICH = '~';

/** Text for `value`; `decode` gives back an equal copy. Throws `UnserializableError` for functions, symbols and promises. */
export function encode(value: unknown): string {
  if (value === undefined) return UNDEFINED;
  if (typeof value === 'number' && Number.isSafeInteger(value) && !Object.is(value, -0)) return `${value}`;
  return isPlain(value, 0) ? JSON.stringify(value) : encodeRich(value);
}

function encodeRich(value: unknown): string {
  try {
    refuse(value, '', new Set());
    return RICH + superjson.stringify(value);
  } catch (error) {
    // What superjson itself objects to: a key called __proto__, a getter that throws, a value that is too deep.
    throw error instanceof UnserializableError ? error : new UnserializableError(`a value (${textOf(error)})`, '');
  }
}

/** What `decode(text)` gives, where `text` is what `encode(value)` wrote: primitives are their own copies. */
export function copyOf<T>(value: T, text: string): T {
  return typeof value === 'object' ? (decode(text) as T) : value;
}

/** The value that `encode` wrote, as a fresh copy. */
export function decode(text: string): unknown {
  if (text === UNDEFINED) return undefined;
  return text.startsWith(RICH) ? superjson.parse(text.slice(RICH.length)) : JSON.parse(text);
}

/** Deeper than this, `isPlain` leaves the value to superjson, which also follows cycles. */
const PLAIN_DEPTH_MAX = 64;

/** Whether JSON alone keeps `value` whole. */
function isPlain(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return isPlainScalar(value);
  return depth < PLAIN_DEPTH_MAX && isPlainObject(value, depth + 1);
}

/** Whether JSON keeps a value that is no object. */
export function isPlainScalar(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0);
    default:
      return value === null;
  }
}

function isPlainObject(value: object, depth: number): boolean {
  if (Array.isArray(value)) return value.every((entry) => isPlain(entry, depth));
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  for (const key of Object.keys(value)) if (!isPlain((value as Record<string, unknown>)[key], depth)) return false;
  return true;
}

/** Refuses, by name and path, what no serializer can keep, however deep it sits. */
function refuse(value: unknown, path: string, seen: Set<object>): void {
  if (typeof value === 'function')
    throw new UnserializableError(`a function${value.name === '' ? '' : ` (${value.name})`}`, path);
  if (typeof value === 'symbol') throw new UnserializableError('a symbol', path);
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  if (value instanceof Promise) throw new UnserializableError('a promise (is an await missing?)', path);
  if (ArrayBuffer.isView(value)) return refuseView(value, path);
  for (const [key, entry] of entriesOf(value)) refuse(entry, `${path}${key}`, seen);
}

/** What of an object is stored, with the path to each. */
function entriesOf(value: object): [path: string, entry: unknown][] {
  if (value instanceof Error) return [['.cause', value.cause]];
  if (value instanceof Map || value instanceof Set) return entriesOf([...value]);
  if (Array.isArray(value)) return value.map((entry, index) => [`[${index}]`, entry]);
  // Its class says how it is written down.
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function' && !Object.hasOwn(value, 'toJSON')) return [];
  return Object.entries(value).map(([key, entry]) => [`.${key}`, entry]);
}

const VIEWS: ReadonlySet<unknown> = new Set([
  ...[Buffer, Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array],
  ...[Int32Array, Uint32Array, Float32Array, Float64Array],
]);

function refuseView(view: ArrayBufferView, path: string): void {
  if (!VIEWS.has(view.constructor)) throw new UnserializableError(`a ${view.constructor.name}`, path);
}

/** The class of anything thrown: what a branch on `instanceof` sees, and no record keeps. */
export function classOf(thrown: unknown): string {
  return typeof thrown === 'object' && thrown !== null ? (thrown.constructor?.name ?? 'Object') : typeof thrown;
}

const hashes = new Map<string, number>();

/** FNV-1a over a text; kept, because few texts are asked for again and again. */
export function hashOf(text: string): number {
  let hash = hashes.get(text);
  if (hash === undefined) {
    hash = 0x811c9dc5;
    for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    hashes.set(text, hash);
  }
  return hash;
}

/** Text for anything thrown. Stacks are left out: they differ between Node versions. Never throws. */
export function encodeError(thrown: unknown): string {
  try {
    return encode(describe(thrown, []));
  } catch {
    return encode({ name: 'NonError', message: textOf(thrown) });
  }
}

/** Name, message, what can be stored of the own properties, and the cause: of errors, and of what is thrown like one. */
function describe(thrown: unknown, above: readonly unknown[]): Record<string, unknown> {
  if (typeof thrown !== 'object' || thrown === null) return { name: 'NonError', message: textOf(thrown) };
  const {
    name = 'NonError',
    message = textOf(thrown),
    cause,
    stack: _stack,
    ...own
  } = thrown as Record<string, unknown>;
  if (thrown instanceof AggregateError) own['errors'] = thrown.errors;
  const kept = Object.entries(own).filter(([, entry]) => isStorable(entry));
  const path = [...above, thrown];
  const because = cause === undefined || path.includes(cause) ? {} : { cause: outcomeOf(cause, path) };
  return { ...Object.fromEntries(kept), ...because, name: textOf(name), message: textOf(message) };
}

/** Causes are stored as outcomes, so that errors among them come back as errors. */
function outcomeOf(cause: unknown, above: readonly unknown[]): Outcome {
  if (cause instanceof Error) return { ok: false, text: encode(describe(cause, above)) };
  return { ok: true, text: isStorable(cause) ? encode(cause) : encode(textOf(cause)) };
}

function isStorable(value: unknown): boolean {
  try {
    return encode(value) !== '';
  } catch {
    return false;
  }
}

/** The value itself if it can be stored, else what to call it. */
export function storable(value: unknown): unknown {
  if (isStorable(value)) return value;
  return typeof value === 'function' ? `[function ${value.name}]` : textOf(value);
}

/** `String(value)`, also for what cannot be made a string. */
export function textOf(value: unknown): string {
  try {
    return value instanceof Error ? value.message : String(value);
  } catch {
    return `[${typeof value}]`;
  }
}

/** The error that `encodeError` wrote: always of class `Error`, whatever class was thrown (as in the DBOS SDK). */
export function decodeError(text: string): Error {
  const { name, message, cause, ...own } = decode(text) as { name: string; message: string; cause?: Outcome };
  const because = cause === undefined ? {} : { cause: cause.ok ? decode(cause.text) : decodeError(cause.text) };
  const error = Object.assign(new Error(message, because), own);
  // Like the message, not among the own properties that a spread or JSON shows.
  return Object.defineProperty(error, 'name', { value: name, writable: true, configurable: true });
}

/** `Name: message` of a stored error, for people. */
export function errorLine(text: string): string {
  const { name, message } = decode(text) as { name: string; message: string };
  return `${name}: ${message}`;
}

/** Whether `await` would wait for `value`. */
export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
  typeof (value as { then?: unknown }).then === 'function';

/** Arguments are evidence, never data: those that cannot be stored are named instead. */
export function encodeArgs(args: readonly unknown[]): string {
  try {
    return encode(args);
  } catch {
    return encode(args.map(storable));
  }
}

/** Returns or throws what was recorded. */
export function reveal(outcome: Outcome): unknown {
  if (!outcome.ok) throw decodeError(outcome.text);
  return decode(outcome.text);
}
