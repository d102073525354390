/**
 * A short cut through the serializer of the SDK, which walks and copies every value several times over: a value that is
 * plain JSON is written, and read, as JSON. The text is the same, and so is what comes back; whatever else a value holds,
 * or a recipe that the user registered may want to hold, takes the long way. A quarter of the speed of a search.
 *
 * Must not know: runs, databases. Source: DBOS SDK 5.3.0, `serialization.js` 34-167; superjson 1.13, `plainer.js`.
 */
import { isPlainScalar } from '../values.ts';
import type { Sdk } from './sdk.ts';
import { type Replacement, wrapped } from './takeover.ts';

const HEAD = '{"json":';
const TAIL = ',"__dbos_serializer":"superjson"}';
/** What marks a text that JSON alone does not explain. Quotes within strings are escaped: a string is never taken for it. */
const RICH = /"meta":|__proto__/;

/** The JSON of a value that the SDK wrote; null if there is more to the value than its JSON. */
export function jsonOf(text: string): string | null {
  if (!text.startsWith(HEAD) || !text.endsWith(TAIL) || RICH.test(text)) return null;
  return text.slice(HEAD.length, -TAIL.length);
}

/** What is replaced in the serializer of `sdk`. */
export function shortCuts({ serialization, recipes }: Sdk): Replacement[] {
  const { DBOSJSON } = serialization;
  const name = DBOSJSON.name();
  const isJson = (value: unknown): boolean => isPlain(value) && !recipes();
  type Both = typeof serialization.serializeFunctionInputOutput;
  type Named = typeof serialization.serializeFunctionInputOutputWithSerializer;
  return [
    wrapped<typeof DBOSJSON.stringify>(DBOSJSON, 'stringify', (original) => (value) => {
      return isJson(value) ? `${HEAD}${JSON.stringify(value)}${TAIL}` : original(value);
    }),
    wrapped<typeof DBOSJSON.parse>(DBOSJSON, 'parse', (original) => (text) => {
      const json = text == null ? null : jsonOf(text);
      return json === null ? original(text) : JSON.parse(json);
    }),
    wrapped<Both>(serialization, 'serializeFunctionInputOutput', (original) => {
      const short = async <T>(...[value, path, serializer, format]: Parameters<typeof original<T>>) => {
        const native = format === undefined ? serializer.name() === name : format === 'native';
        return native && isJson(value) ? written(value, name) : original(value, path, serializer, format);
      };
      return short;
    }),
    wrapped<Named>(serialization, 'serializeFunctionInputOutputWithSerializer', (original) => {
      const short = async <T>(...[value, path, serializer, asked]: Parameters<typeof original<T>>) =>
        asked === name && isJson(value) ? written(value, name) : original(value, path, serializer, asked);
      return short;
    }),
  ];
}

/** As the SDK answers: the text, and what comes back from it. */
function written<T>(value: T, sername: string): { deserialized: T; stringified: string; sername: string } {
  const json = JSON.stringify(value);
  const deserialized = typeof value === 'object' && value !== null ? (JSON.parse(json) as T) : value;
  return { deserialized, stringified: `${HEAD}${json}${TAIL}`, sername };
}

/** Deeper values take the long way: a cycle has no end. */
const DEPTH_MAX = 32;

/** Whether JSON keeps all of `value`: nothing is shared or hidden in it, nothing has a type or a method of its own. */
const isPlain = (value: unknown): boolean =>
  typeof value === 'object' && value !== null ? isPlainObject(value, 0, null) : isPlainScalar(value);

/** `above`: all objects met so far; null: this is the first. */
function isPlainObject(value: object, depth: number, above: Set<object> | null): boolean {
  // superjson writes down which of its parts are one object.
  if (depth > DEPTH_MAX || above?.has(value) === true) return false;
  let seen = above?.add(value);
  const list = Array.isArray(value);
  if (Object.getPrototypeOf(value) !== (list ? Array.prototype : Object.prototype)) return false;
  const keys = Reflect.ownKeys(value);
  // A list has its length for a key, after its entries: neither holes before it, nor anything of its own after it.
  if (list && (keys[value.length] !== 'length' || keys.length !== value.length + 1)) return false;
  for (const key of keys) {
    if (typeof key === 'symbol' || UNSAFE.has(key)) return false;
    const part = (value as Record<string, unknown>)[key];
    if (typeof part === 'object' && part !== null) {
      if (!isPlainObject(part, depth + 1, (seen ??= new Set([value])))) return false;
    } else if (!isPlainScalar(part)) return false;
  }
  return true;
}

/** Keys of which superjson makes something else, or nothing. */
const UNSAFE: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype', 'toJSON']);
