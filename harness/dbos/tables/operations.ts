/**
 * What is recorded at the positions of a workflow. Source: DBOS SDK 5.3.0, `system_database.js` (record 3830, lookup 3896).
 */
import { type Outcome, encode } from '../../values.ts';
import { LATER } from '../../history.ts';
import type { OperationRow } from './rows.ts';
import type { Tables, Writer } from './tables.ts';

/** What is recorded at a position. Throws code 24 if the workflow is cancelled, even then. */
export function lookup(tables: Tables, id: string, position: number): OperationRow | undefined {
  tables.assertNotCancelled(id);
  return tables.workflows.get(id)?.operations[position];
}

/** What is recorded at a position, for a call that goes by `name`. Throws code 26 if it is another's. */
export function lookupAs(tables: Tables, id: string, position: number, name: string): OperationRow | undefined {
  const found = lookup(tables, id, position);
  if (found === undefined || found.functionName === name) return found;
  throw new tables.errors.DBOSUnexpectedStepError(id, position, name, found.functionName);
}

/**
 * Records what a call came to, once. A repeat of the same record changes nothing; with `strict`, another record at the
 * position throws code 37 (the SDK tells the two apart by their time of completion). Throws code 5 if `token` does not own
 * the workflow.
 */
export function record(
  tables: Tables,
  by: Writer,
  id: string,
  position: number,
  operation: OperationRow,
  token: string | undefined,
  strict: boolean,
): void {
  tables.fence(id, token, position, by.executor);
  const row = tables.row(id);
  const existing = row.operations[position];
  if (existing !== undefined) {
    if (strict && existing.completedAtMs !== operation.completedAtMs)
      throw new tables.errors.DBOSStepNondeterminismError(id, position);
    return;
  }
  row.operations[position] = operation;
  row.recorded++;
  tables.note({
    type: 'outcome.recorded',
    workflow: id,
    position,
    kind: by.kind,
    name: operation.functionName,
    outcome: outcomeOf(tables, operation),
    executor: by.executor,
    seq: LATER,
    atMs: LATER,
  });
}

function outcomeOf(tables: Tables, { output, error, childWorkflowID, serialization }: OperationRow): Outcome {
  if (childWorkflowID !== null && output === null && error === null) return { ok: true, text: encode(childWorkflowID) };
  return tables.outcome(output, error, serialization);
}

/** How the SDK marks what it stores as plain JSON. */
export const PORTABLE = 'portable_json';

/** An operation that took no time, and came to nothing but what `fields` say. */
export const done = (functionName: string, atMs: number, fields: Partial<OperationRow> = {}): OperationRow => ({
  functionName,
  output: null,
  error: null,
  childWorkflowID: null,
  serialization: null,
  startedAtMs: atMs,
  completedAtMs: atMs,
  ...fields,
});
