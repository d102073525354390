/**
 * The part of the system database that every process needs when it is launched: it is opened, and the version of the
 * application is registered in it. Source: DBOS SDK 5.3.0, `system_database.js`
 * (register 3315, promote 3366, list 3420).
 */
import type { SystemDatabase } from '@dbos-inc/dbos-sdk/internal/system_database';
import type { Boundary } from '../boundary.ts';
import { promote, register, versionsOf } from '../tables/versions.ts';

/** Members of the system database, for one process. */
export const versions = (boundary: Boundary, database: SystemDatabase): object => ({
  init: () => Promise.resolve(),
  destroy: () => Promise.resolve(),

  createApplicationVersion: (name: string, application?: string) =>
    boundary.now(() => register(boundary.tables, boundary.executor.token(), name, application ?? database.appName)),
  // Who is the latest decides who may claim what: a move.
  updateApplicationVersionTimestamp: (name: string, timestamp: number, application?: string) =>
    boundary.door(`promote ${name}`, () => promote(boundary.tables, name, timestamp, application ?? database.appName)),
  listApplicationVersions: () => boundary.now(() => versionsOf(boundary.tables, database.appName)),
  getLatestApplicationVersion: (application?: string) =>
    boundary.now(() => {
      const [latest] = versionsOf(boundary.tables, application ?? database.appName);
      if (latest === undefined) throw new boundary.sdk.errors.DBOSInitializationError('No application versions found');
      return latest;
    }),
});
