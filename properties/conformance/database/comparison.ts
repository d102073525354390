/**
 * A sequence of calls on both sides: the same answer or the same error after every call, and the same rows at the end.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Sdk } from '../../../harness/dbos/sdk.ts';
import { type Call, OWNER, resolved, told } from './call.ts';
import { Ours } from './ours.ts';
import type { Real } from './real.ts';
import { canonicalText, compared } from './rows.ts';
import type { Side } from './side.ts';

/** Where the sides part: after which calls, and what each says. */
export interface Disagreement {
  readonly calls: readonly Call[];
  readonly about: string;
  readonly ours: unknown;
  readonly real: unknown;
}

/** A moment like any other, in milliseconds since 1970. */
const BEGIN_MS = Date.UTC(2026, 0, 1);

/** Makes `calls` on the real side, and on ours from scratch. null: both said the same, call by call, and have the same rows. */
export async function disagreement(sdk: Sdk, real: Real, calls: readonly Call[]): Promise<Disagreement | null> {
  const ours = new Ours(sdk);
  await real.empty();
  let nowMs = BEGIN_MS;
  for (const [index, call] of calls.entries()) {
    nowMs = Math.max(nowMs, ours.time.nowMs, real.time.nowMs) + call.afterMs;
    const as = call.as?.token === OWNER ? { ...call.as, token: ownerIn(ours, call.as.workflow) } : call.as;
    const said: unknown[] = [];
    for (const side of [ours, real]) said.push(await answer(side, { ...call, ...(as && { as }) }, nowMs));
    if (!isDeepStrictEqual(said[0], said[1]))
      return { calls: calls.slice(0, index + 1), about: `the answer of ${call.member}`, ours: said[0], real: said[1] };
  }
  const [mine, theirs] = [compared(ours.rows()), compared(await real.rows())];
  for (const table of Object.keys(mine)) {
    if (isDeepStrictEqual(mine[table], theirs[table])) continue;
    return { calls, about: `the rows of ${table}`, ours: mine[table], real: theirs[table] };
  }
  return null;
}

const ownerIn = ({ tables }: Ours, workflow: string): string => tables.workflows.get(workflow)?.owner ?? 'nobody';

async function answer(side: Side, call: Call, nowMs: number): Promise<unknown> {
  side.time.begin(nowMs);
  const args = call.args.map((arg) => resolved(arg, nowMs));
  try {
    return { came: plain(await side.call({ ...call, args }), UNORDERED.has(call.member)) };
  } catch (error) {
    const { constructor, message, dbosErrorCode: code } = error as Error & { readonly dbosErrorCode?: number };
    // Errors of the database itself are of a class of the driver.
    return code === undefined ? { message } : { threw: constructor.name, code, message };
  }
}

/** Members whose SQL leaves the order of what they return open. */
const UNORDERED: ReadonlySet<string> = new Set([
  ...['reenqueueWorkflowsForRecovery', 'getWorkflowChildren', 'listQueues', 'getWorkflowStatuses'],
  ...['enqueueWorkflows', 'cancelTimedOutWorkflows'],
]);

/** An answer as plain data: what is undefined is not there. */
function plain(value: unknown, unordered: boolean): unknown {
  if (value === undefined) return value;
  const data = value instanceof Map || value instanceof Set ? [...(value as Iterable<unknown>)] : value;
  const copy = JSON.parse(JSON.stringify(data, canonical)) as unknown;
  return unordered && Array.isArray(copy) ? copy.map((one) => JSON.stringify(one)).toSorted() : copy;
}

/** Fields in the order of their names, without those that are not compared. */
function canonical(_: string, value: unknown): unknown {
  if (typeof value === 'string') return canonicalText(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const fields = Object.entries(value).filter(([key]) => !CHANCE.has(key));
  return Object.fromEntries(fields.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Fields of answers that are random, or not compared as columns either; and two that ours has and the SDK does not read. */
const CHANCE: ReadonlySet<string> = new Set([
  ...['versionId', 'retention_timestamp', 'application_name', 'startedAtMs', 'completedAtMs'],
]);

/** A disagreement, for people. */
export const report = ({ calls, about, ours, real }: Disagreement): string =>
  [
    `ours and the real database differ in ${about}, after`,
    told(calls),
    `ours  ${JSON.stringify(ours)}`,
    `real  ${JSON.stringify(real)}`,
  ].join('\n');
