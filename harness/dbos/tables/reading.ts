/**
 * A workflow as the SDK reads it back: a copy of its row. Source: DBOS SDK 5.3.0, `system_database.js` (319, 2983).
 */
import type { WorkflowStatusInternal } from '@dbos-inc/dbos-sdk/internal/system_database';
import type { WorkflowRow } from './rows.ts';

/** Which payloads are asked for; both, unless it says no. */
export interface Payloads {
  readonly loadInput?: boolean | undefined;
  readonly loadOutput?: boolean | undefined;
}

/** The row of a workflow, read. What is empty or 0 is absent, or null in the columns that are always there: so the SDK. */
export function read(
  { status: row }: WorkflowRow,
  { loadInput = true, loadOutput = true }: Payloads = {},
): WorkflowStatusInternal {
  const { serialization, ...rest } = row;
  return {
    ...rest,
    applicationVersion: row.applicationVersion ?? (null as never),
    workflowClassName: row.workflowClassName ?? '',
    workflowConfigName: row.workflowConfigName ?? '',
    input: (loadInput && row.input) || null,
    output: (loadOutput && row.output) || null,
    error: (loadOutput && row.error) || null,
    timeoutMS: row.timeoutMS || undefined,
    deadlineEpochMS: row.deadlineEpochMS || undefined,
    delayUntilEpochMS: row.delayUntilEpochMS || undefined,
    wasForkedFrom: row.wasForkedFrom ?? false,
    isDebounced: row.isDebounced ?? false,
    ...(loadInput || loadOutput ? { serialization } : {}),
  } as WorkflowStatusInternal;
}
