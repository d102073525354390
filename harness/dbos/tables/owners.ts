/**
 * Which application a shared row belongs to. Source: DBOS SDK 5.3.0, `system_database.js` 735.
 */
import type { Tables } from './tables.ts';

/**
 * The owner of a row once `owner` has written to it: whoever has it keeps it, and nobody's becomes theirs. Throws code 1 if
 * it is another application's.
 */
export function resolveOwner(
  { errors }: Tables,
  kind: 'Application version' | 'Queue' | 'Schedule',
  name: string,
  current: string | undefined,
  owner: string | undefined,
): string | undefined {
  if (current === undefined) return owner;
  if (owner === undefined || current === owner) return current;
  const instead =
    kind === 'Application version'
      ? `set a distinct applicationVersion for '${owner}'`
      : `give '${owner}' a different ${kind.toLowerCase()} name`;
  throw new errors.DBOSError(
    `${kind} '${name}' is already registered by application '${current}' in this system database. ` +
      `${kind} names must be unique across applications sharing a system database. ` +
      `Either ${instead}, or, if '${current}' was renamed to '${owner}', ` +
      `re-own its rows first with dbos rename-application`,
  );
}
