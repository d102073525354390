/**
 * Takes a transaction back. Needed only where code of others runs inside of one: everything else checks before it writes.
 */
import type { Tables } from './tables.ts';

/** Remembers all rows as they are now. The function that is returned puts them back, in place: they stay the same objects. */
export function remember(tables: Tables): () => void {
  const parts = Object.values(tables).filter((part) => part instanceof Map || Array.isArray(part)) as object[];
  const copies = parts.map((part) => structuredClone(part));
  return () => parts.forEach((part, index) => restore(part, copies[index]!));
}

function restore(target: object, copy: object): void {
  if (target instanceof Map && copy instanceof Map) {
    const before = new Map(target);
    target.clear();
    for (const [key, value] of copy) target.set(key, restored(before.get(key), value));
  } else if (Array.isArray(target) && Array.isArray(copy)) target.splice(0, target.length, ...(copy as unknown[]));
  else {
    const [fields, old] = [target as Record<string, unknown>, copy as Record<string, unknown>];
    for (const key of Object.keys(fields)) if (!Object.hasOwn(old, key)) delete fields[key];
    for (const [key, value] of Object.entries(old)) fields[key] = restored(fields[key], value);
  }
}

/** The old value; the same object if there still is one in its place. */
function restored(now: unknown, old: unknown): unknown {
  if (!isObject(now) || !isObject(old)) return old;
  restore(now, old);
  return now;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
