/**
 * Where a simulated and a real database do not answer alike. Sees values only.
 */
import type { Answer } from './followed.ts';

/** One call that the two answered differently, in words. */
export interface Difference {
  readonly call: string;
  readonly simulated: string;
  readonly real: string;
}

/** Times and versions of the database's own, and what one of the two sides leaves out: they say nothing of the program. */
const IGNORED = /(?:At|AtMs|EpochMs|Ms|Timestamp|_ms)$|^(?:versionId|shouldExecuteOnThisExecutor|startedAt|updatedAt)$/;

const plain = (key: string, value: unknown): unknown => {
  if (value === null || IGNORED.test(key)) return undefined;
  return value instanceof Map ? [...value.entries()] : value;
};

function show(answer: Answer): string {
  if (answer.ok) return JSON.stringify(answer.value ?? null, plain) ?? 'nothing';
  const { dbosErrorCode, message } = answer.error as { readonly dbosErrorCode?: number; readonly message?: string };
  return `error ${dbosErrorCode ?? ''}: ${message ?? String(answer.error)}`;
}

/** How two answers to `call` differ; null: not at all. */
export function differenceOf(call: string, simulated: Answer, real: Answer): Difference | null {
  const [a, b] = [show(simulated), show(real)];
  return a === b ? null : { call, simulated: a, real: b };
}
