/**
 * Errors that the engine throws into user code, and how to tell them from the user's own.
 * Numbers and texts: DBOS SDK 5.3.0, `error.js`.
 */
import type { Refusal } from './idiom.ts';

/** An error of the engine, not of the program. `code` is DBOS's number for it. */
export abstract class ControlError extends Error {
  abstract readonly code: number;
}

/** 5: another execution owns the workflow now; this one must stop. */
export class ConflictError extends ControlError {
  override readonly name = 'ConflictError';
  readonly code = 5;
  constructor(workflow: string) {
    super(`Workflow ${workflow} is no longer owned by this execution`);
  }
}

/** 16: no such workflow. */
export class UnknownWorkflowError extends ControlError {
  override readonly name = 'UnknownWorkflowError';
  readonly code = 16;
  constructor(workflow: string) {
    super(`Workflow ${workflow} does not exist`);
  }
}

/** 22: the id belongs to a workflow of another name. */
export class ConflictingWorkflowError extends ControlError {
  override readonly name = 'ConflictingWorkflowError';
  readonly code = 22;
  constructor(workflow: string, existing: string, asked: string) {
    super(
      `Conflicting workflow invocation with the same ID (${workflow}): Workflow already exists with a different function name: ` +
        `${existing}, but the provided function name is: ${asked}`,
    );
  }
}

/** 23: every attempt of a step with retries failed. */
export class RetriesExhaustedError extends Error {
  override readonly name = 'RetriesExhaustedError';
  readonly code = 23;
  readonly errors: readonly string[];
  constructor(step: string, errors: readonly string[]) {
    const list = errors.map((message, index) => `Error ${index + 1}: ${message}`).join('. ');
    super(`Step ${step} has exceeded its maximum of ${errors.length} retries. Previous errors: ${list}`);
    this.errors = errors;
  }
}

/** 24: the workflow was cancelled. */
export class CancelledError extends ControlError {
  override readonly name = 'CancelledError';
  readonly code = 24;
  readonly workflow: string;
  constructor(workflow: string) {
    super(`Workflow ${workflow} has been cancelled`);
    this.workflow = workflow;
  }
}

/** 26: on replay, a call with another name stands at a recorded position. */
export class UnexpectedStepError extends ControlError {
  override readonly name = 'UnexpectedStepError';
  readonly code = 26;
  constructor(workflow: string, position: number, recorded: string, called: string) {
    super(
      `During execution of workflow ${workflow} step ${position}, function ${recorded} was recorded when ${called} was expected. ` +
        'Check that your workflow is deterministic.',
    );
  }
}

/** 27: a child that was waited for had been cancelled; 30: it had been recovered too often. */
export class AwaitedWorkflowError extends Error {
  override readonly name = 'AwaitedWorkflowError';
  readonly code: 27 | 30;
  constructor(workflow: string, status: string) {
    super(
      status === 'CANCELLED'
        ? `Awaited ${workflow} was cancelled`
        : `Awaited ${workflow} exceeded its maximum recovery attempts`,
    );
    this.code = status === 'CANCELLED' ? 27 : 30;
  }
}

/** 31: one attempt of a step took longer than its timeout. The body goes on running. */
export class StepTimeoutError extends Error {
  override readonly name = 'StepTimeoutError';
  readonly code = 31;
  constructor(step: string, timeoutMs: number) {
    super(`Step ${step} timed out after ${timeoutMs}ms`);
  }
}

/** 37: the same execution recorded a position twice. */
export class PositionTakenError extends ControlError {
  override readonly name = 'PositionTakenError';
  readonly code = 37;
  constructor(workflow: string, position: number, step: string) {
    super(
      `Step ${step} of workflow ${workflow} was recorded twice by the same execution (position ${position}). ` +
        'Check that your workflow is deterministic.',
    );
  }
}

/** Why the engine stops an execution with this error; null: it does not. */
export function refusalOf(error: ControlError): Refusal | null {
  return REFUSALS[error.code] ?? null;
}

const REFUSALS: Readonly<Record<number, Refusal>> = { 5: 'fenced', 24: 'cancelled', 26: 'mismatched', 37: 'taken' };

/** A simulated failure of the outside world: connection refused, or the answer lost on its way back. */
export class CallFailedError extends Error {
  override readonly name = 'CallFailedError';
  constructor(operation: string) {
    super(`${operation} failed: no answer from the outside world (simulated)`);
  }
}
