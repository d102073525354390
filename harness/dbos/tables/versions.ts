/**
 * Versions of applications: who registered which, and which is the latest. Source: DBOS SDK 5.3.0, `system_database.js`
 * (register 3315, promote 3366, latest 3439).
 */
import type { VersionInfo } from '@dbos-inc/dbos-sdk/internal/system_database';
import { isOf } from './applications.ts';
import { resolveOwner } from './owners.ts';
import type { Tables } from './tables.ts';

/** Registers a version for `owner`, or claims it if it is nobody's. Throws code 1 if it is another application's. */
export function register(tables: Tables, versionId: string, versionName: string, owner: string | undefined): void {
  const atMs = tables.nowMs();
  const own = ownerOf(tables, versionName, owner);
  const index = tables.versions.findIndex((version) => version.versionName === versionName);
  if (index >= 0) tables.versions[index] = { ...tables.versions[index]!, ...own };
  else tables.versions.push({ versionId, versionName, versionTimestamp: atMs, createdAt: atMs, ...own });
}

/** Makes a version the latest, as of `timestamp`. No effect if there is none; throws code 1 if it is another application's. */
export function promote(
  tables: Tables,
  versionName: string,
  versionTimestamp: number,
  owner: string | undefined,
): void {
  const own = ownerOf(tables, versionName, owner);
  const index = tables.versions.findIndex((version) => version.versionName === versionName);
  if (index >= 0) tables.versions[index] = { ...tables.versions[index]!, versionTimestamp, ...own };
}

/** Versions that an application may run, its own and nobody's: the latest first. */
export function versionsOf(tables: Tables, owner: string | undefined): VersionInfo[] {
  return tables.versions
    .filter((version) => isOf(version, owner))
    .toSorted((a, b) => b.versionTimestamp - a.versionTimestamp);
}

/** Who owns a version once `owner` has written to it. */
function ownerOf(tables: Tables, name: string, owner: string | undefined): Pick<VersionInfo, 'applicationName'> {
  const current = tables.versions.find(({ versionName }) => versionName === name)?.applicationName;
  const applicationName = resolveOwner(tables, 'Application version', name, current, owner);
  return applicationName === undefined ? {} : { applicationName };
}
