/**
 * The part of the system database that begins and ends with a process, and the versions of the application.
 * Source: DBOS SDK 5.3.0, `system_database.js` (761, 3369 on).
 */
import type { Boundary } from '../boundary.ts';
import { latestOf, promote, register, versionsOf } from '../tables/versions.ts';

/** Members of the system database, for one process. */
export const versions = (boundary: Boundary): object => {
  const { tables, sdk } = boundary;
  return {
    init: () => Promise.resolve(),
    destroy: () => Promise.resolve(),

    createApplicationVersion: (version: string, application?: string) =>
      boundary.now(() => register(tables, version, application)),
    updateApplicationVersionTimestamp: (version: string, timestamp: number, application?: string) =>
      boundary.door(`promote ${version}`, () => promote(tables, version, timestamp, application)),
    getLatestApplicationVersion: () =>
      boundary.now(() => {
        const latest = latestOf(tables);
        if (latest === undefined) throw new sdk.errors.DBOSInitializationError('No application versions found');
        return latest;
      }),
    listApplicationVersions: () => boundary.now(() => versionsOf(tables)),
  };
};
