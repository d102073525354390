/**
 * Streams: values that a workflow appends under a key, for anyone to read in order. Source: DBOS SDK 5.3.0,
 * `system_database.js` (write 2443, read 2504).
 */
import type { Stored, StreamRow } from './rows.ts';
import type { Tables } from './tables.ts';
import { isFinal } from './workflows.ts';
import { orphan } from './violations.ts';

/** Throws code 23503 if the workflow that writes is gone. */
export function assertWriter({ workflows }: Tables, id: string): void {
  if (!workflows.has(id)) throw orphan('streams', 'streams_workflow_uuid_fkey');
}

/** Appends a value to a stream: its offset is one more than the highest there is. */
export function append(tables: Tables, id: string, key: string, value: Stored, position: number): void {
  const row = tables.row(id);
  const offset = nextOffset(row.streams, key);
  row.streams.push({ key, position, offset, ...value });
  tables.note({ type: 'stream.written', workflow: id, key, text: tables.text(value) });
}

function nextOffset(streams: readonly StreamRow[], key: string): number {
  let next = 0;
  for (const row of streams) if (row.key === key) next = Math.max(next, row.offset + 1);
  return next;
}

/** What a reader is told: the status of the workflow (null: there is none) and the value at the offset, if there is one. */
export interface Read {
  readonly status: string | null;
  readonly value: Stored | undefined;
}

/** Looks at one offset of a stream. */
export function look(tables: Tables, id: string, key: string, offset: number): Read {
  const row = tables.workflows.get(id);
  if (row === undefined) return { status: null, value: undefined };
  const found = row.streams.find((other) => other.key === key && other.offset === offset);
  if (found === undefined) return { status: row.status.status, value: undefined };
  const { serializedValue, serialization } = found;
  return { status: row.status.status, value: { serializedValue, serialization } };
}

/** Whether nothing more will come of a workflow, or there is none. */
export function isOver(tables: Tables, id: string): boolean {
  const row = tables.workflows.get(id);
  return row === undefined || isFinal(row);
}
