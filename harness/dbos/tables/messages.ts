/**
 * Messages and events. Source: DBOS SDK 5.3.0, `system_database.js` (send 2090, recv 2209, events 2330).
 */
import type { MessageRow, Stored } from './rows.ts';
import type { Tables } from './tables.ts';
import { orphan } from './violations.ts';

/** Throws code 16 unless there is such a workflow. */
export function assertThere({ workflows, errors }: Tables, to: string): void {
  if (!workflows.has(to))
    throw new errors.DBOSNonExistentWorkflowError(`Sent to non-existent destination workflow UUID: ${to}`);
}

/** Puts a message into the mailbox of a workflow that is there. A repeat of its `uuid` changes nothing. */
export function post(tables: Tables, to: string, topic: string, message: Stored, uuid: string): void {
  if (tables.messages.some((other) => other.uuid === uuid)) return;
  const number = tables.sent++;
  tables.messages.push({ number, uuid, to, topic, ...message, consumed: false, consumedBy: null });
  tables.note({ type: 'message.sent', message: number, to, topic, text: tables.text(message) });
}

/** The oldest message of a topic that nobody consumed. */
export const peek = (tables: Tables, to: string, topic: string): MessageRow | undefined =>
  tables.messages.find((message) => message.to === to && message.topic === topic && !message.consumed);

/** Takes a message out of its mailbox. */
export function consume(tables: Tables, message: MessageRow, position: number): void {
  message.consumed = true;
  message.consumedBy = position;
  tables.note({ type: 'message.consumed', message: message.number, workflow: message.to, position });
}

/** Throws code 23503 if the workflow that publishes is gone. */
export function assertPublisher({ workflows }: Tables, id: string): void {
  if (!workflows.has(id)) throw orphan('workflow_events', 'workflow_events_workflow_uuid_fkey');
}

/** Publishes a value under a key of a workflow, and remembers that the call at `position` did. */
export function publish(tables: Tables, id: string, key: string, value: Stored, position: number): void {
  const row = tables.row(id);
  row.events.set(key, value);
  // One row for each position and key: a position that publishes again overwrites its own.
  const own = row.published.findIndex((other) => other.position === position && other.key === key);
  row.published.splice(own < 0 ? row.published.length : own, 1, { key, position, ...value });
  tables.note({ type: 'event.set', workflow: id, key, text: tables.text(value) });
}
