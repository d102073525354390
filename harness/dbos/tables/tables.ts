/**
 * The simulated system database: rows, and who is told of their changes. What can be done to them is in the files beside
 * this one, one function for each transaction: synchronous, checks before writes, so that each happens whole or throws.
 */
import type { CallKind, Fact, Note } from '../../history.ts';
import { encode, encodeError, type Outcome } from '../../values.ts';
import type { Sdk } from '../sdk.ts';
import { jsonOf } from '../serializer.ts';
import type { Rows, Stored, WorkflowRow } from './rows.ts';

/** Who writes, and what kind of call it is for: the history wants to know. */
export interface Writer {
  readonly executor: string;
  readonly kind: CallKind;
}

/** What the database has of the machine. */
export interface Machinery {
  readonly note: Note<Fact>;
  /** The clock of the database, in milliseconds since 1970. */
  readonly nowMs: () => number;
}

/** The rows of one run. */
export class Tables implements Rows {
  readonly workflows: Rows['workflows'] = new Map();
  readonly messages: Rows['messages'] = [];
  readonly queues: Rows['queues'] = new Map();
  readonly schedules: Rows['schedules'] = new Map();
  /** Every workflow with a delay or a deadline that has not passed, and perhaps some more: what sweeps look through. */
  readonly timed: Set<WorkflowRow> = new Set();
  /** When schedules that make up for what they missed last fired, since they were last changed: in milliseconds since 1970. */
  readonly firedAt: Map<string, number> = new Map();
  /** How often a definition of a schedule has changed. */
  scheduleChanges = 0;
  readonly versions: Rows['versions'] = [];
  /** Rows of deleted workflows: their executions may still run. */
  readonly deleted: Rows['workflows'] = new Map();
  /** Messages ever sent: no two share a number, also when some are gone. */
  sent = 0;
  readonly errors: Sdk['errors'];
  readonly note: Note<Fact>;
  readonly nowMs: Machinery['nowMs'];
  readonly #serialization: Sdk['serialization'];

  constructor(sdk: Sdk, { note, nowMs }: Machinery) {
    this.errors = sdk.errors;
    this.#serialization = sdk.serialization;
    this.note = note;
    this.nowMs = nowMs;
  }

  /** The row of a workflow. Throws code 16 if there is none. */
  row(id: string): WorkflowRow {
    const row = this.workflows.get(id);
    if (row === undefined) throw new this.errors.DBOSNonExistentWorkflowError(`Workflow ${id} does not exist`);
    return row;
  }

  /** Whether there is such a workflow, and it is cancelled. */
  isCancelled(id: string): boolean {
    return this.workflows.get(id)?.status.status === 'CANCELLED';
  }

  /** Throws code 24 if the workflow is cancelled. */
  assertNotCancelled(id: string): void {
    if (this.isCancelled(id)) throw new this.errors.DBOSWorkflowCancelledError(id);
  }

  /** Throws code 5 unless `token` may write: the fence that stops zombies. Without a token there is nothing to check. */
  fence(id: string, token: string | undefined, position: number | null, executor: string): void {
    if (token === undefined) return;
    if (this.workflows.get(id)?.owner === token) return;
    this.refuse(id, position, executor);
    throw new this.errors.DBOSWorkflowConflictError(id);
  }

  /** Notes that somebody wrote who may not. */
  refuse(id: string, position: number | null, executor: string): void {
    const because = this.isCancelled(id) ? 'cancelled' : 'no longer the owner';
    this.note({ type: 'record.refused', workflow: id, position, executor, because });
  }

  /** What the SDK stored, as the history writes it down. */
  outcome(output: string | null, error: string | null, serialization: string | null): Outcome {
    return outcomeOf(this.#serialization, output, error, serialization);
  }

  /** A stored value, as the history writes it down. */
  text({ serializedValue, serialization }: Stored): string {
    return this.outcome(serializedValue, null, serialization).text;
  }
}

/** What the SDK stored, as the history writes it down. */
export function outcomeOf(
  { DBOSJSON, DBOSPortableJSON }: Sdk['serialization'],
  output: string | null,
  error: string | null,
  serialization: string | null,
): Outcome {
  const parse = (text: string | null): unknown => {
    try {
      if (text === null) return undefined;
      return serialization === DBOSPortableJSON.name() ? JSON.parse(text) : DBOSJSON.parse(text);
    } catch {
      // A serializer of the user's own: its text stands for the value.
      return text;
    }
  };
  if (error !== null) return { ok: false, text: encodeError(parse(error)) };
  return { ok: true, text: (output === null ? null : jsonOf(output)) ?? encode(parse(output)) };
}
