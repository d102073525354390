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

/** What says nothing of the program: times and ids of the database's own, and what one of the two sides leaves out. */
const IGNORED =
  /(?:At|Ms|[tT]imestamp|_ms)$|^(?:versionId|applicationName|application_name|shouldExecuteOnThisExecutor)$/;

/** In an order of our own, without what is ignored. When a sleep ends may differ by the milliseconds a call takes. */
function plain(key: string, value: unknown): unknown {
  if (value === null || IGNORED.test(key)) return undefined;
  if (value instanceof Map) return [...value.entries()];
  if (typeof value !== 'object' || Array.isArray(value)) return value;
  const kept = Object.entries(value).filter(([field]) => !(field === 'output' && isSleep(value)));
  return Object.fromEntries(kept.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

const isSleep = (value: { readonly functionName?: unknown; readonly function_name?: unknown }): boolean =>
  (value.functionName ?? value.function_name) === 'DBOS.sleep';

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
