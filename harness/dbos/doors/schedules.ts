/**
 * The part of the system database that schedules are kept in. Source: DBOS SDK 5.3.0, `system_database.js` 3188 on.
 */
import type {
  SystemDatabase,
  WorkflowScheduleInternal as Schedule,
  WorkflowScheduleUpdate as Update,
} from '@dbos-inc/dbos-sdk/internal/system_database';
import type { Boundary } from '../boundary.ts';
import { apply, create, type Filters, find, fired, list, remove, setStatus, update } from '../tables/schedules.ts';

/** Members of the system database, for one process. */
export const schedules = (boundary: Boundary, { appName }: SystemDatabase): object => {
  const { tables, sdk } = boundary;
  return {
    createSchedule: (schedule: Schedule, transaction?: object) =>
      boundary.within(transaction, `create schedule ${schedule.scheduleName}`, () => create(tables, schedule)),
    deleteSchedule: (name: string, transaction?: object) =>
      boundary.within(transaction, `delete schedule ${name}`, () => remove(tables, name)),
    setScheduleStatus: (name: string, status: string, transaction?: object) =>
      boundary.within(transaction, `${status === 'PAUSED' ? 'pause' : 'resume'} schedule ${name}`, () =>
        setStatus(tables, name, status),
      ),
    updateSchedule: (name: string, updates: Update, transaction?: object) =>
      boundary.within(transaction, `update schedule ${name}`, () => update(tables, name, updates)),
    updateLastFiredAt: (name: string, lastFiredAt: string) =>
      boundary.door(`fired ${name}`, () => fired(tables, sdk.crontab, name, lastFiredAt)),
    applySchedules: (all: Schedule[]) => boundary.door('apply schedules', () => apply(tables, all)),

    listSchedules: (filters?: Filters, transaction?: object) =>
      boundary.look(transaction, 'list schedules', () =>
        list(tables, { ...filters, applicationName: filters?.applicationName ?? appName }),
      ),
    getSchedule: (name: string, transaction?: object) =>
      boundary.look(transaction, `schedule ${name}`, () => find(tables, name)),
  };
};
