/**
 * Which application a row belongs to. A system database can serve several; a simulation has one, and rows that are named
 * for another are left alone. Source: DBOS SDK 5.3.0, `system_database.js` (scope 711, ownership 744).
 */
import type { Tables } from './tables.ts';

/** The application that is simulated. */
export const APPLICATION = 'simulated';

/** Whether a row is for this application to take: its own, or nobody's. */
export const isOurs = ({ applicationName }: { readonly applicationName?: string | undefined }): boolean =>
  applicationName == null || applicationName === APPLICATION;

/** Whether a row is among those asked for, by default this application's own. Rows of nobody always are. */
export function isOf(
  { applicationName }: { readonly applicationName?: string | undefined },
  asked: string | readonly string[] | undefined,
): boolean {
  const names = [asked ?? APPLICATION].flat().filter((name) => name !== '');
  return names.length === 0 || applicationName == null || names.includes(applicationName);
}

/** Whose a row is to be that `owner` writes and that may be there. Throws code 1 if it is another application's. */
export function ownerOf(
  { errors }: Tables,
  kind: 'Queue' | 'Schedule' | 'Application version',
  name: string,
  existing: { readonly applicationName?: string | undefined } | undefined,
  owner: string | undefined,
): string | undefined {
  const current = existing?.applicationName;
  if (current == null) return owner;
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
