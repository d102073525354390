/**
 * What the database holds: workflows, the outcomes at their positions, their messages. No behaviour.
 */
import type { CallKind, Status } from './history.ts';
import type { Outcome } from './values.ts';

/** The outcome at a position. Only `name` is compared on replay, as in the real engine. */
export interface Entry {
  readonly position: number;
  readonly kind: CallKind;
  readonly name: string;
  readonly outcome: Outcome;
}

/** What the database knows of a workflow. */
export interface WorkflowRow {
  readonly id: string;
  readonly name: string;
  readonly input: string;
  readonly parent: string | null;
  status: Status;
  /** Token of the only execution whose writes are accepted; null: nobody's. */
  owner: string | null;
  executor: string | null;
  /** How many executions have been started since the workflow was created or resumed. */
  attempts: number;
  /** How many executions have been started in all: the number of the latest. */
  executions: number;
  outcome: Outcome | null;
  /** By position. */
  readonly entries: (Entry | undefined)[];
  /** How many entries there are. */
  recorded: number;
  readonly mailbox: Message[];
  readonly events: Map<string, string>;
}

/** A message to a workflow. */
export interface Message {
  readonly number: number;
  readonly topic: string;
  readonly text: string;
  readonly key: string | null;
  consumed: boolean;
}

/** The application's tables: plain data, by name. */
export type Tables = Record<string, unknown>;

/** Whether a workflow has ended (a cancelled one can be resumed). */
export const isFinal = (status: Status): boolean => status !== 'ENQUEUED' && status !== 'PENDING';
