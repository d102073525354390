/** What is said about a sequence of calls, as plain data that can be compared and kept, and who can be asked for it. */
import type { RealDatabase } from '../../../harness/dbos/index.ts';
import { findSdk } from '../../../harness/dbos/sdk.ts';
import { type Call, resolved } from './call.ts';
import { Real } from './real.ts';
import { canonicalText, compared } from './rows.ts';
import type { Rows, Side } from './side.ts';

/** What a call came to, and when it was over: a call may wait. */
export interface Answer {
  readonly said: unknown;
  readonly endMs: number;
}

/** Who knows what the real side says. */
export interface Witness {
  /** What is asked from now on begins with an empty database, and a process that remembers nothing. */
  empty(): Promise<void>;
  answer(call: Call, nowMs: number): Promise<Answer>;
  /** The rows as they are compared. */
  rows(): Promise<Rows>;
}

/** The SDK's own system database on `database`, asked in earnest. */
export function witnessOf(database: RealDatabase): Witness {
  const real = new Real(findSdk(process.cwd()), database);
  return {
    empty: () => real.empty(),
    answer: (call, nowMs) => answer(real, call, nowMs),
    rows: async () => compared(await real.rows()),
  };
}

/** Makes `call` on `side` at `nowMs`. What is random or left open in the answer is taken out of it. */
export async function answer(side: Side, call: Call, nowMs: number): Promise<Answer> {
  const said = await saidBy(side, call, nowMs);
  return { said, endMs: side.time.nowMs };
}

async function saidBy(side: Side, call: Call, nowMs: number): Promise<unknown> {
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
