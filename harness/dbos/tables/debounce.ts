/**
 * Debouncing: a workflow that is put off whenever it is called again. Source: DBOS SDK 5.3.0, `system_database.js` 1463.
 */
import type { DebounceParams, DebounceResult } from '@dbos-inc/dbos-sdk/internal/system_database';
import type { WorkflowRow } from './rows.ts';
import type { Tables } from './tables.ts';
import { holderOf } from './workflows.ts';

const NOBODY: DebounceResult = {
  bouncedWorkflowID: null,
  holderWorkflowID: null,
  holderIsDebounced: false,
  holderWorkflowName: null,
  holderWorkflowClassName: null,
  holderApplicationName: null,
};

/** Puts off the workflow that holds a key, no further than its own limit, and gives it a new input; or says who holds it. */
export function bounce(tables: Tables, asked: DebounceParams): DebounceResult {
  const holder = holderOf(tables, asked.queueName, asked.deduplicationID);
  if (holder === undefined) return NOBODY;
  const { status } = holder;
  if (!isFor(holder, asked))
    return {
      ...NOBODY,
      holderWorkflowID: status.workflowUUID,
      holderIsDebounced: status.isDebounced ?? false,
      holderWorkflowName: status.workflowName,
      holderWorkflowClassName: status.workflowClassName === '' ? null : status.workflowClassName,
      holderApplicationName: status.applicationName ?? null,
    };
  status.delayUntilEpochMS = Math.min(asked.delayUntilEpochMS, status.debounceDeadlineEpochMS ?? Infinity);
  status.serialization = asked.serialization;
  status.updatedAt = tables.nowMs();
  status.applicationName ??= asked.applicationName!;
  status.input = asked.input;
  return { ...NOBODY, bouncedWorkflowID: status.workflowUUID };
}

function isFor({ status }: WorkflowRow, asked: DebounceParams): boolean {
  return (
    status.workflowName === asked.workflowName &&
    status.workflowClassName === asked.workflowClassName &&
    status.status === 'DELAYED' &&
    status.isDebounced === true &&
    (!asked.applicationName || status.applicationName == null || status.applicationName === asked.applicationName)
  );
}
