/**
 * A sequence of calls on both sides: the same answer or the same error after every call, and the same rows at the end.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Sdk } from '../../../harness/dbos/sdk.ts';
import { type Call, OWNER, told } from './call.ts';
import { isFinal } from '../../../harness/dbos/tables/workflows.ts';
import { Ours } from './ours.ts';
import { compared } from './rows.ts';
import { answer, type Witness } from './witness.ts';

/** Where the sides part: after which calls, and what each says. */
export interface Disagreement {
  readonly calls: readonly Call[];
  readonly about: string;
  readonly ours: unknown;
  readonly real: unknown;
}

/** A moment like any other, in milliseconds since 1970. */
const BEGIN_MS = Date.UTC(2026, 0, 1);

/** Makes `calls` on both sides, from scratch. null: both said the same, call by call, and have the same rows. */
export async function disagreement(sdk: Sdk, real: Witness, calls: readonly Call[]): Promise<Disagreement | null> {
  const ours = new Ours(sdk);
  await real.empty();
  let nowMs = BEGIN_MS;
  for (const [index, call] of calls.entries()) {
    const as = call.as?.token === OWNER ? { ...call.as, token: ownerIn(ours, call.as.workflow) } : call.as;
    const asked = { ...call, ...(as && { as }) };
    const atMs = nowMs + call.afterMs;
    const [mine, theirs] = [await answer(ours, asked, atMs), await real.answer(asked, atMs)];
    if (!isDeepStrictEqual(mine.said, theirs.said) && !areBothFirst(asked, ours, mine.said, theirs.said))
      return {
        calls: calls.slice(0, index + 1),
        about: `the answer of ${call.member}`,
        ours: mine.said,
        real: theirs.said,
      };
    nowMs = Math.max(mine.endMs, theirs.endMs);
  }
  const [mine, theirs] = [compared(ours.rows()), await real.rows()];
  for (const table of Object.keys(mine)) {
    if (isDeepStrictEqual(mine[table], theirs[table])) continue;
    return { calls, about: `the rows of ${table}`, ours: mine[table], real: theirs[table] };
  }
  return null;
}

/** Of several workflows that have ended, any is the first: the SDK's SQL takes one of them, and says no order. */
function areBothFirst({ member, args: [ids] }: Call, { tables }: Ours, ...said: readonly unknown[]): boolean {
  if (member !== 'awaitFirstWorkflowId') return false;
  const hasEnded = (id: string): boolean => tables.workflows.has(id) && isFinal(tables.row(id));
  const ended = (ids as readonly string[]).filter(hasEnded);
  return said.every((one) => ended.includes((one as { readonly came?: string }).came ?? ''));
}

const ownerIn = ({ tables }: Ours, workflow: string): string => tables.workflows.get(workflow)?.owner ?? 'nobody';

/** A disagreement, for people. */
export const report = ({ calls, about, ours, real }: Disagreement): string =>
  [
    `ours and the real database differ in ${about}, after`,
    told(calls),
    `ours  ${JSON.stringify(ours)}`,
    `real  ${JSON.stringify(real)}`,
  ].join('\n');
