/**
 * Workflows as they are listed: every filter there is. Source: DBOS SDK 5.3.0, `system_database.js` (rows 322, list 2983).
 */
import type { GetWorkflowsInput } from '@dbos-inc/dbos-sdk';
import type { WorkflowStatusInternal } from '@dbos-inc/dbos-sdk/internal/system_database';
import { isOf } from './applications.ts';
import type { WorkflowRow } from './rows.ts';
import type { Tables } from './tables.ts';
import { emptyList } from './violations.ts';

/**
 * A copy of a row, as it is read: what is 0 or empty is absent, or null in the columns that are always there. Without `input`
 * or `output`, those columns are null; without both, nobody asks how they are serialized.
 */
export function read({ status }: WorkflowRow, input = true, output = true): WorkflowStatusInternal {
  const columns: Record<string, unknown> = { ...status };
  columns.applicationVersion = status.applicationVersion ?? null;
  columns.input = (input && status.input) || null;
  columns.output = (output && status.output) || null;
  columns.error = (output && status.error) || null;
  columns.timeoutMS = status.timeoutMS || undefined;
  columns.deadlineEpochMS = status.deadlineEpochMS || undefined;
  columns.delayUntilEpochMS = status.delayUntilEpochMS || undefined;
  columns.wasForkedFrom = status.wasForkedFrom ?? false;
  columns.isDebounced = status.isDebounced ?? false;
  columns.serialization = input || output ? status.serialization : undefined;
  return columns as unknown as WorkflowStatusInternal;
}

type Column = keyof WorkflowStatusInternal;

/** Filters by a column: one value or several. */
const SAME = [
  ['workflowName', 'workflowName'],
  ['queueName', 'queueName'],
  ['scheduleName', 'scheduleName'],
  ['authenticatedUser', 'authenticatedUser'],
  ['forkedFrom', 'forkedFrom'],
  ['parentWorkflowID', 'parentWorkflowID'],
  ['status', 'status'],
  ['applicationVersion', 'applicationVersion'],
  ['executorId', 'executorId'],
] as const;

/** Filters by the time in a column: from then on, or up to then. */
const WHEN = [
  ['startTime', 'createdAt', 1],
  ['endTime', 'createdAt', -1],
  ['completedAfter', 'completedAt', 1],
  ['completedBefore', 'completedAt', -1],
  ['dequeuedAfter', 'startedAtEpochMs', 1],
  ['dequeuedBefore', 'startedAtEpochMs', -1],
] as const;

const ACTIVE = ['ENQUEUED', 'PENDING', 'DELAYED'];

/**
 * The workflows that pass every filter, by time of creation. `appName`: whose they are, unless ids or another application are
 * asked for. Throws code 42601 where a list of values is empty.
 */
export function list(
  tables: Tables,
  filters: GetWorkflowsInput,
  appName: string | undefined,
): WorkflowStatusInternal[] {
  const fits = [...filtersOf(filters), ownedBy(filters, appName)];
  const found = [...tables.workflows.values()].filter(({ status }) => fits.every((fit) => fit(status)));
  const { sortDesc, limit, offset = 0, loadInput = true, loadOutput = true } = filters;
  const sorted = found.toSorted((a, b) => a.status.createdAt! - b.status.createdAt!);
  if (sortDesc === true) sorted.reverse();
  // None is no limit, and so is zero.
  return sorted.slice(offset, offset + (limit || Infinity)).map((row) => read(row, loadInput, loadOutput));
}

type Fit = (status: WorkflowStatusInternal) => boolean;

function filtersOf(filters: GetWorkflowsInput): Fit[] {
  const { queuesOnly, workflowIDs, workflow_id_prefix: prefixes, wasForkedFrom, isFork, hasParent } = filters;
  const fits: Fit[] = [];
  for (const [key, column] of SAME) if (filters[key]) fits.push(among(column, filters[key]));
  for (const [key, column, sign] of WHEN) if (filters[key]) fits.push(since(column, filters[key], sign));
  if (workflowIDs) fits.push(among('workflowUUID', workflowIDs));
  if (prefixes && prefixes.length > 0) {
    const patterns = [prefixes].flat().map((prefix) => like(`${prefix}%`));
    fits.push(({ workflowUUID }) => patterns.some((pattern) => pattern.test(workflowUUID)));
  } else if (Array.isArray(prefixes)) throw emptyList();
  if (queuesOnly) fits.push(({ queueName, status }) => queueName !== undefined && ACTIVE.includes(status));
  if (wasForkedFrom !== undefined) fits.push((status) => (status.wasForkedFrom ?? false) === wasForkedFrom);
  if (isFork !== undefined) fits.push(({ forkedFrom }) => (forkedFrom != null) === isFork);
  if (hasParent !== undefined) fits.push(({ parentWorkflowID }) => (parentWorkflowID != null) === hasParent);
  const { attributes = {} } = filters;
  if (Object.keys(attributes).length > 0) {
    const wanted: unknown = JSON.parse(JSON.stringify(attributes));
    fits.push((status) => status.attributes != null && contains(status.attributes, wanted));
  }
  return fits;
}

function among(column: Column, wanted: string | readonly string[]): Fit {
  if (wanted.length === 0) throw emptyList();
  const values: readonly unknown[] = [wanted].flat();
  return (status) => values.includes(status[column]);
}

const since = (column: 'createdAt' | 'completedAt' | 'startedAtEpochMs', when: string, sign: number): Fit => {
  const atMs = new Date(when).getTime();
  return (status) => status[column] !== undefined && (status[column] - atMs) * sign >= 0;
};

/** Rows of an application, and nobody's. Who asks by id is asked nothing. */
function ownedBy({ workflowIDs, applicationName }: GetWorkflowsInput, appName: string | undefined): Fit {
  const byId = workflowIDs != null && workflowIDs.length > 0;
  const asked = applicationName ?? (byId ? undefined : appName);
  return (status) => isOf(status, asked);
}

/** The pattern of SQL's LIKE: `%` is any text, `_` any character, a backslash takes the next as it is. */
export function like(pattern: string): RegExp {
  const parts = pattern.match(/\\[\s\S]|[\s\S]/g) ?? [];
  const source = parts.map((part) => {
    if (part === '%') return '[^]*';
    if (part === '_') return '[^]';
    return (part.length > 1 ? part.slice(1) : part).replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
  });
  return new RegExp(`^${source.join('')}$`, 'u');
}

/** Whether one JSON value contains another, as PostgreSQL's `@>` has it. */
function contains(whole: unknown, part: unknown): boolean {
  if (Array.isArray(part))
    return Array.isArray(whole) && part.every((wanted) => whole.some((entry) => contains(entry, wanted)));
  if (part === null || typeof part !== 'object') return whole === part;
  if (whole === null || typeof whole !== 'object' || Array.isArray(whole)) return false;
  return Object.entries(part).every(
    ([key, wanted]) => Object.hasOwn(whole, key) && contains((whole as Record<string, unknown>)[key], wanted),
  );
}
