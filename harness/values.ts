/**
 * How values and errors are written down: what a step returns is stored as text and comes back as a copy.
 *
 * Plain JSON is written as JSON; anything richer (undefined, Date, Map, Set, BigInt, NaN, cycles) by superjson, the
 * serializer of the DBOS SDK (its `serialization.js`). As there, class instances come back as plain objects and errors
 * as plain `Error`s that keep name, message and own properties.
 */
import superjson from 'superjson';

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

const UNDEFINED = 'undefined';
/** Marks text written by superjson; no JSON text begins with it. */
const RICH = '~';

/** Text for `value`; `decode` gives back an equal copy. Throws `UnserializableError` for functions, symbols and promises. */
export function encode(value: unknown): string {
  if (value === undefined) return UNDEFINED;
  if (isPlain(value, '', 0)) return JSON.stringify(value);
  return RICH + superjson.stringify(value);
}

/** The value that `encode` wrote, as a fresh copy. */
export function decode(text: string): unknown {
  if (text === UNDEFINED) return undefined;
  return text.startsWith(RICH) ? superjson.parse(text.slice(RICH.length)) : JSON.parse(text);
}

/** Deeper than this, `isPlain` leaves the value to superjson, which also follows cycles. */
const PLAIN_DEPTH_MAX = 64;

/** Whether JSON alone keeps `value` whole. Refuses, by name and path, what no serializer can keep. */
function isPlain(value: unknown, path: string, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0);
    case 'function':
      throw new UnserializableError(`a function${value.name === '' ? '' : ` (${value.name})`}`, path);
    case 'symbol':
      throw new UnserializableError('a symbol', path);
    case 'object':
      return value === null || (depth < PLAIN_DEPTH_MAX && isPlainObject(value, path, depth));
    default:
      return false;
  }
}

function isPlainObject(value: object, path: string, depth: number): boolean {
  if (value instanceof Promise) throw new UnserializableError('a promise (is an await missing?)', path);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== Array.prototype && prototype !== null) return false;
  // Every entry is looked at, even after one that is not plain, so that a function anywhere is refused by its path.
  let plain = prototype !== null;
  for (const [key, entry] of Object.entries(value)) {
    const below = Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`;
    if (!isPlain(entry, below, depth + 1)) plain = false;
  }
  return plain;
}

/** Text for anything thrown. Stacks are left out: they differ between Node versions. Never throws. */
export function encodeError(thrown: unknown): string {
  const { name, message, ...rest } =
    thrown instanceof Error ? describe(thrown) : { name: 'NonError', message: String(thrown) };
  try {
    return encode({ name, message, ...rest });
  } catch {
    return encode({ name, message });
  }
}

function describe(error: Error): { name: string; message: string } {
  const { stack: _stack, ...own } = error as Error & Record<string, unknown>;
  return { ...own, name: error.name, message: error.message };
}

/** The error that `encodeError` wrote: always of class `Error`, whatever class was thrown (as in the DBOS SDK). */
export function decodeError(text: string): Error {
  const fields = decode(text) as { message: string };
  return Object.assign(new Error(fields.message), fields);
}

/** `Name: message` of a stored error, for people. */
export function errorLine(text: string): string {
  const { name, message } = decode(text) as { name: string; message: string };
  return `${name}: ${message}`;
}
