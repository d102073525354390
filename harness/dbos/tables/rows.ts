/**
 * The rows of the simulated system database. No behaviour. The columns are the SDK's own: `system_database.d.ts` of 5.3.0.
 */
import type {
  QueueRecord,
  VersionInfo,
  WorkflowScheduleInternal,
  WorkflowStatusInternal,
} from '@dbos-inc/dbos-sdk/internal/system_database';
import type { Outcome } from '../../values.ts';

/** A workflow. `status` is the row as the SDK reads it back. */
export interface WorkflowRow {
  readonly status: WorkflowStatusInternal;
  /** Token of the start that inserted the row. */
  readonly creator: string | null;
  /** Token of the only execution whose writes are accepted; null: nobody's. */
  owner: string | null;
  /** Tokens of all executions, in order: the first is number 1. */
  readonly tokens: string[];
  /** By position. */
  readonly operations: (OperationRow | undefined)[];
  recorded: number;
  outcome: Outcome | null;
  /** Whether its latest claim counts against a rate limit. */
  rateLimited: boolean;
  readonly events: Map<string, Stored>;
  /** Every value that was ever published, in the order of writing: what forks and rewinds go back to. */
  readonly published: Written[];
  readonly streams: StreamRow[];
}

/** A serialized value, and how it is serialized. */
export interface Stored {
  readonly serializedValue: string | null;
  readonly serialization: string | null;
}

/** A value under a key of a workflow, written by the call at a position. */
export interface Written extends Stored {
  readonly key: string;
  readonly position: number;
}

/** One value of a stream. Offsets of a key count from 0; a rewind may leave gaps. */
export interface StreamRow extends Written {
  readonly offset: number;
}

/** What a step came to. */
export interface OperationRow {
  readonly functionName: string;
  readonly output: string | null;
  readonly error: string | null;
  readonly childWorkflowID: string | null;
  readonly serialization: string | null;
  readonly startedAtMs: number;
  readonly completedAtMs: number;
}

/** A message to a workflow. */
export interface MessageRow extends Stored {
  readonly number: number;
  /** Repeats of an idempotency key share it. */
  readonly uuid: string;
  readonly to: string;
  readonly topic: string;
  consumed: boolean;
  /** Position of the `recv` that consumed it. */
  consumedBy: number | null;
}

/** Everything that survives a crash. */
export interface Rows {
  readonly workflows: Map<string, WorkflowRow>;
  readonly messages: MessageRow[];
  readonly queues: Map<string, QueueRecord>;
  readonly schedules: Map<string, WorkflowScheduleInternal>;
  readonly versions: VersionInfo[];
}
