/**
 * Messages and events. Source: DBOS SDK 5.3.0, `system_database.js` (send 2090, recv 2209, events 2330).
 */
import type { MessageRow, Stored } from './rows.ts';
import type { Tables } from './tables.ts';

/** Throws code 16 if there is no such workflow to send to. */
export function assertDestination(tables: Tables, to: string): void {
  if (tables.workflows.has(to)) return;
  throw new tables.errors.DBOSNonExistentWorkflowError(`Sent to non-existent destination workflow UUID: ${to}`);
}

/** Puts a message into the mailbox of a workflow. A repeat of its `uuid` changes nothing. Throws code 16 if there is no such workflow. */
export function post(tables: Tables, to: string, topic: string, message: Stored, uuid: string): void {
  assertDestination(tables, to);
  if (tables.messages.some((other) => other.uuid === uuid)) return;
  const number = tables.messages.length;
  tables.messages.push({ number, uuid, to, topic, ...message, consumed: false });
  tables.note({ type: 'message.sent', message: number, to, topic, text: textOf(tables, message) });
}

const textOf = (tables: Tables, { serializedValue, serialization }: Stored): string =>
  tables.outcome(serializedValue, null, serialization).text;

/** The oldest message of a topic that nobody consumed. */
export const peek = (tables: Tables, to: string, topic: string): MessageRow | undefined =>
  tables.messages.find((message) => message.to === to && message.topic === topic && !message.consumed);

/** Takes a message out of its mailbox. */
export function consume(tables: Tables, message: MessageRow, position: number): void {
  message.consumed = true;
  tables.note({ type: 'message.consumed', message: message.number, workflow: message.to, position });
}

/** Publishes a value under a key of a workflow. */
export function publish(tables: Tables, id: string, key: string, value: Stored): void {
  tables.row(id).events.set(key, value);
  tables.note({ type: 'event.set', workflow: id, key, text: textOf(tables, value) });
}
