/**
 * A sequence of calls on both sides: the same answer or the same error after every call, and the same rows at the end.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Sdk } from '../../../harness/dbos/sdk.ts';
import { type Call, OWNER, resolved, told } from './call.ts';
import { Ours } from './ours.ts';
import type { Real } from './real.ts';
import { compared } from './rows.ts';
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
  for (const table of Object.keys(theirs)) {
    if (isDeepStrictEqual(mine[table] ?? [], theirs[table])) continue;
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
]);

/** An answer as plain data: what is undefined is not there. */
function plain(value: unknown, unordered: boolean): unknown {
  if (value === undefined) return value;
  const data = value instanceof Map || value instanceof Set ? [...(value as Iterable<unknown>)] : value;
  const json = JSON.stringify(data, (key, one: unknown) => (CHANCE.has(key) ? undefined : one));
  const copy = JSON.parse(json) as unknown;
  return unordered && Array.isArray(copy) ? copy.map((one) => JSON.stringify(one)).toSorted() : copy;
}

/** Fields of answers that are random, or that our tables do not have: see the columns of the same names. */
const CHANCE: ReadonlySet<string> = new Set(['versionId', 'versionTimestamp', 'retention_timestamp', 'application_name']);

/** A disagreement, for people. */
export const report = ({ calls, about, ours, real }: Disagreement): string =>
  [
    `ours and the real database differ in ${about}, after`,
    told(calls),
    `ours  ${JSON.stringify(ours)}`,
    `real  ${JSON.stringify(real)}`,
  ].join('\n');
