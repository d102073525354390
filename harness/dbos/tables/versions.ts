/**
 * Versions of the application: only executors of the latest may claim a workflow that asks for none.
 * Source: DBOS SDK 5.3.0, `system_database.js` (3369 on).
 */
import type { VersionInfo } from '@dbos-inc/dbos-sdk';
import { APPLICATION, isOurs, ownerOf } from './applications.ts';
import type { Tables } from './tables.ts';

/** Registers a version, unless it is known. Throws code 1 if it is another application's. */
export function register(tables: Tables, versionName: string, owner: string = APPLICATION): void {
  const known = tables.versions.get(versionName);
  const applicationName = ownerOf(tables, 'Application version', versionName, known, owner);
  const nowMs = tables.nowMs();
  const fresh = { versionId: versionName, versionName, versionTimestamp: nowMs, createdAt: nowMs };
  tables.versions.set(versionName, { ...(known ?? fresh), ...named(applicationName) });
}

/** Makes a version the latest as of `timestamp`. One that is not registered stays so. */
export function promote(tables: Tables, versionName: string, timestamp: number, owner: string = APPLICATION): void {
  const known = tables.versions.get(versionName);
  const applicationName = ownerOf(tables, 'Application version', versionName, known, owner);
  if (known !== undefined)
    tables.versions.set(versionName, { ...known, versionTimestamp: timestamp, ...named(applicationName) });
}

const named = (applicationName: string | undefined): Pick<VersionInfo, 'applicationName'> =>
  applicationName === undefined ? {} : { applicationName };

/** The versions of this application, latest first. */
export const versionsOf = ({ versions }: Tables): VersionInfo[] =>
  [...versions.values()].filter(isOurs).toSorted((a, b) => b.versionTimestamp - a.versionTimestamp);

/** The latest version of this application; undefined: none is registered. */
export const latestOf = (tables: Tables): VersionInfo | undefined => versionsOf(tables)[0];
