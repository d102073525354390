/**
 * Schedules. Source: DBOS SDK 5.3.0, `system_database.js` (3188 on).
 */
import type {
  WorkflowScheduleInternal as Schedule,
  WorkflowScheduleUpdate as Update,
} from '@dbos-inc/dbos-sdk/internal/system_database';
import type { Sdk } from '../sdk.ts';
import { isOf } from './applications.ts';
import { resolveOwner } from './owners.ts';
import { like } from './listing.ts';
import type { Tables } from './tables.ts';

/** What a listing of schedules may be narrowed by: each with one value or several, of which one must fit. */
export interface Filters {
  readonly status?: string | string[];
  readonly workflowName?: string | string[];
  readonly scheduleNamePrefix?: string | string[];
  readonly applicationName?: string | string[] | undefined;
}

/** Writes a schedule. Runs that wait for its time are told, unless only the time of its last run has changed. */
function put(tables: Tables, schedule: Schedule): void {
  const { scheduleName: name } = schedule;
  const before = tables.schedules.get(name);
  if (TIMES.some((column) => before?.[column] !== schedule[column])) tables.firedAt.delete(name);
  tables.schedules.set(name, schedule);
  tables.scheduleChanges++;
}

/** What says when a schedule fires. */
const TIMES = ['schedule', 'cronTimezone', 'automaticBackfill'] as const;

const owned = (tables: Tables, schedule: Schedule, found: Schedule | undefined): Schedule => {
  const { scheduleName: name, applicationName } = schedule;
  const owner = resolveOwner(tables, 'Schedule', name, found?.applicationName, applicationName);
  return { ...schedule, ...(owner === undefined ? {} : { applicationName: owner }) };
};

/** Adds a schedule. Throws if its name is taken. */
export function create(tables: Tables, schedule: Schedule): void {
  const found = tables.schedules.get(schedule.scheduleName);
  const created = owned(tables, schedule, found);
  if (found !== undefined) throw new Error(`Schedule '${schedule.scheduleName}' already exists`);
  put(tables, created);
}

/** The schedules that fit, in the order of their names. */
export function list({ schedules }: Tables, filters: Filters = {}): Schedule[] {
  const { status = [], workflowName = [], scheduleNamePrefix = [], applicationName } = filters;
  const [statuses, workflows, prefixes] = [[status].flat(), [workflowName].flat(), [scheduleNamePrefix].flat()];
  const isAny = (wanted: readonly string[], fits: (one: string) => boolean): boolean =>
    wanted.length === 0 || wanted.some(fits);
  const found = [...schedules.values()].filter(
    (schedule) =>
      isAny(statuses, (one) => one === schedule.status) &&
      isAny(workflows, (one) => one === schedule.workflowName) &&
      isAny(prefixes, (one) => like(`${one}%`).test(schedule.scheduleName)) &&
      isOf(schedule, applicationName),
  );
  return found.toSorted((a, b) => (a.scheduleName < b.scheduleName ? -1 : 1)).map((schedule) => ({ ...schedule }));
}

/** A copy of a schedule; null: there is none. */
export function find({ schedules }: Tables, name: string): Schedule | null {
  const found = schedules.get(name);
  return found === undefined ? null : { ...found };
}

/** Deletes a schedule, if there is one. */
export function remove(tables: Tables, name: string): void {
  if (tables.schedules.delete(name)) tables.scheduleChanges++;
}

/** Makes a schedule active or paused, if there is one. */
export function setStatus(tables: Tables, name: string, status: string): void {
  const found = tables.schedules.get(name);
  if (found !== undefined) put(tables, { ...found, status });
}

const UPDATED = ['schedule', 'context', 'automaticBackfill', 'cronTimezone', 'queueName'] as const;

/** Changes what is given of a definition. Throws code 1 if there is no such schedule. */
export function update(tables: Tables, name: string, updates: Update): void {
  const found = tables.schedules.get(name);
  if (found === undefined) throw new tables.errors.DBOSError(`Schedule '${name}' not found`);
  const given = UPDATED.filter((key) => key in updates);
  if (given.length === 0) return;
  put(tables, { ...found, ...Object.fromEntries(given.map((key) => [key, updates[key] ?? null])) });
}

/**
 * Says when a schedule last fired. If it is to make up for what it missed, each time is noted that has no run, though the
 * schedule has fired before that, at the same times. (What it missed while it was paused, it makes up for, too.)
 */
export function fired(tables: Tables, { TimeMatcher }: Sdk['crontab'], name: string, lastFiredAt: string): void {
  const { schedules, firedAt, workflows, deleted } = tables;
  const found = schedules.get(name);
  if (found === undefined) return;
  schedules.set(name, { ...found, lastFiredAt });
  if (!found.automaticBackfill) return;
  const [beforeMs, nowMs] = [firedAt.get(name) ?? Infinity, Date.parse(lastFiredAt)];
  firedAt.set(name, nowMs);
  if (beforeMs > nowMs) return;
  const matcher = new TimeMatcher(found.schedule, found.cronTimezone ?? undefined);
  for (let at = matcher.nextWakeupTime(beforeMs); at.getTime() < nowMs; at = matcher.nextWakeupTime(at)) {
    const missing = `sched-${name}-${at.toISOString()}`;
    if (!workflows.has(missing) && !deleted.has(missing))
      tables.note({ type: 'schedule.skipped', schedule: name, missing });
  }
}

/** Adds schedules, or redefines those that are there; all or none. What a schedule has come to stays. */
export function apply(tables: Tables, schedules: readonly Schedule[]): void {
  const after = new Map(tables.schedules);
  for (const given of schedules) {
    const found = after.get(given.scheduleName);
    const schedule = owned(tables, given, found);
    const { scheduleId, status, lastFiredAt } = found ?? schedule;
    after.set(given.scheduleName, { ...schedule, scheduleId, status, lastFiredAt });
  }
  for (const name of new Set(schedules.map(({ scheduleName }) => scheduleName))) put(tables, after.get(name)!);
}
