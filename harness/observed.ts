/**
 * A run as the checks look at it, as plain data: calls, attempts, workflows. How it is read from a history is `observe.ts`.
 */
import type { CallKind, Event, EventOf } from './history.ts';

/** Kinds whose outcome the program never sees: it may differ, and later calls may not depend on it. */
export const UNSEEN: ReadonlySet<CallKind> = new Set(['sleep', 'deadline', 'send', 'setEvent', 'writeStream']);

/** One request that a step body made, with its answer (null: none came). */
export interface Request {
  readonly asked: string;
  answer: string | null;
}

/** One call of one attempt. */
export interface Observed {
  readonly entered: EventOf<'call.entered'>;
  /** What the body asked of the world, in order of asking. Empty for replayed calls: their body does not run. */
  requests: readonly Request[];
  /** The body began to run. */
  ran: boolean;
  /** The class of what the program was thrown; null: nothing yet. */
  threw: string | null;
  /** The body used time or randomness, or asked several things at once: its work may differ in good right. */
  free: boolean;
}

/** What is recorded at a position. */
export interface Recorded {
  readonly event: EventOf<'outcome.recorded'>;
  /** The call that did the work: the last to enter the position before, on the executor that wrote the record. */
  readonly by: Observed | undefined;
}

/** What became of one workflow. */
export interface WorkflowTable {
  readonly created: EventOf<'workflow.created'> | null;
  readonly attempts: readonly AttemptTable[];
  /** By position. */
  readonly records: readonly (Recorded | undefined)[];
}

/** One execution of one workflow. */
export interface AttemptTable {
  readonly workflow: string;
  readonly attempt: number;
  readonly of: WorkflowTable;
  readonly started: EventOf<'attempt.started'>;
  /** By position, up to the first error of the engine: from there on the engine decided what was called. */
  readonly calls: readonly (Observed | undefined)[];
  /** The body came to its end, in this attempt, of its own accord. */
  readonly bodyEnded: EventOf<'body.ended'> | null;
  /** What came after the first error of the engine: calls whose bodies ran, and the end of the body. */
  readonly afterwards: { readonly ran: readonly EventOf<'step.ran'>[]; readonly ended: EventOf<'body.ended'> | null };
  /** Calls that took a position which was another call's already: no engine should let them. */
  readonly sharing: readonly EventOf<'call.entered'>[];
  readonly ended: EventOf<'attempt.ended'> | null;
  readonly derailed: EventOf<'attempt.derailed'> | null;
}

/** A body that ran although its outcome was recorded when it was called. */
export interface Rerun {
  readonly recorded: EventOf<'outcome.recorded'>;
  readonly ran: EventOf<'step.ran'>;
}

export interface Observation {
  /** As they began: see `lives.ts`. */
  readonly workflows: ReadonlyMap<string, WorkflowTable>;
  readonly attempts: readonly AttemptTable[];
  readonly reruns: readonly Rerun[];
  /** Answers, values and errors, that were not on record when the program got them. No value should be given like that. */
  readonly unrecorded: readonly EventOf<'call.settled'>[];
  /** Whether executors failed: only then does the law of results say anything. */
  readonly faulty: boolean;
  /** Events that checks ask for and most runs have none of, by type. */
  readonly indexed: ReadonlyMap<Event['type'], readonly Event[]>;
}
