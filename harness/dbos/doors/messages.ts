/**
 * The part of the system database that carries messages and events.
 * Source: DBOS SDK 5.3.0, `system_database.js` (send 2090, recv 2209, events 2330).
 */
import type { Boundary } from '../boundary.ts';
import { assertDestination, consume, peek, post, publish } from '../tables/messages.ts';
import { done, record } from '../tables/operations.ts';
import type { Stored } from '../tables/rows.ts';
import { isCancelled, replayed, wakeAt } from './waits.ts';

const NO_TOPIC = '__null__topic__';

/** Who calls `getEvent` from a workflow. */
interface Caller {
  readonly workflowID: string;
  readonly functionID: number;
  readonly timeoutFunctionID: number;
}

/** Members of the system database, for one process. */
export const messages = (boundary: Boundary): object => ({
  send: (
    id: string,
    position: number,
    to: string,
    text: string | null,
    topic: string | undefined,
    serialization: string | null,
    key?: string,
  ) => effect(boundary, id, position, 'send', [to, text, topic], putter(boundary, to, text, topic, serialization, key)),
  sendDirect: (
    to: string,
    text: string | null,
    topic: string | undefined,
    serialization: string | null,
    key?: string,
  ) =>
    boundary.door(
      `send ${to}${topic === undefined ? '' : `/${topic}`}`,
      putter(boundary, to, text, topic, serialization, key),
    ),
  sendFromStep: (
    id: string,
    to: string,
    text: string | null,
    topic: string | undefined,
    serialization: string | null,
    key?: string,
  ) => {
    const [put, token] = [putter(boundary, to, text, topic, serialization, key), boundary.token(id)];
    const land = (): void => {
      // The SDK writes first and asks for the owner last: where nobody is there, that is said before.
      assertDestination(boundary.tables, to);
      boundary.tables.fence(id, token, null, boundary.executor.id);
      put();
    };
    return boundary.door(`send ${to}`, land, id);
  },

  recv: (id: string, position: number, deadline: number, topic = NO_TOPIC, timeoutS = 60) =>
    boundary.durable(id, position, 'recv', 'DBOS.recv', [topic], () =>
      receive(boundary, id, position, deadline, topic, timeoutS),
    ),

  setEvent: (id: string, position: number, key: string, serializedValue: string | null, serialization: string | null) =>
    effect(
      boundary,
      id,
      position,
      'setEvent',
      [key, serializedValue],
      () => publish(boundary.tables, id, key, { serializedValue, serialization }),
      // The SDK writes first and asks for the owner last.
      () => boundary.tables.assertReferenced(id, 'workflow_events'),
    ),

  getEvent: (id: string, key: string, timeoutS: number, caller?: Caller) =>
    caller === undefined
      ? event(boundary, id, key, timeoutS, null)
      : boundary.durable(caller.workflowID, caller.functionID, 'getEvent', 'DBOS.getEvent', [id, key], () =>
          event(boundary, id, key, timeoutS, caller),
        ),
});

/** Puts a message into a mailbox, once. */
function putter(
  { tables, executor }: Boundary,
  to: string,
  serializedValue: string | null,
  topic: string | undefined,
  serialization: string | null,
  key: string | undefined,
): () => void {
  // A random id would be as good: nobody sees it, and nobody repeats it.
  const uuid = key === undefined ? executor.token() : `${key}::${to}`;
  return () => post(tables, to, topic ?? NO_TOPIC, { serializedValue, serialization }, uuid);
}

/**
 * An effect on the database and its record, both or neither. A refusal is recorded as the outcome of the call; what
 * `refuse` throws is not.
 */
function effect(
  boundary: Boundary,
  id: string,
  position: number,
  kind: 'send' | 'setEvent',
  args: readonly unknown[],
  body: () => void,
  refuse: () => void = () => undefined,
): Promise<void> {
  const name = `DBOS.${kind}`;
  return boundary.durable(id, position, kind, name, args, async () => {
    if ((await replayed(boundary, id, position, name)) !== undefined) return;
    const { tables, sdk } = boundary;
    const [token, by, atMs] = [boundary.token(id), boundary.writer(id, position, kind), boundary.nowMs];
    const land = (): void => {
      refuse();
      tables.fence(id, token, position, by.executor);
      let failed: unknown = null;
      try {
        body();
      } catch (error) {
        failed = error;
      }
      const { DBOSJSON, DBOSPortableJSON } = sdk.serialization;
      const came =
        failed === null
          ? { serialization: DBOSPortableJSON.name() }
          : { error: DBOSJSON.stringify(described(failed)), serialization: DBOSJSON.name() };
      record(tables, by, id, position, done(name, atMs, came), token, true);
      if (failed !== null) throw failed;
    };
    await boundary.door(kind, land, id, position);
  });
}

/** An error as the SDK's serializer leaves it, without what differs between runs. */
function described(error: unknown): object {
  const { name, message, ...own } = error as Error;
  return { ...own, name, message };
}

/** Waits for a message, and consumes it together with its record. Being woken and consuming are two transactions. */
async function receive(
  boundary: Boundary,
  id: string,
  position: number,
  deadline: number,
  topic: string,
  timeoutS: number,
): Promise<Stored> {
  const { tables } = boundary;
  const name = 'DBOS.recv';
  const known = await replayed(boundary, id, position, name);
  if (known !== undefined) return known;
  const [token, by, atMs] = [boundary.token(id), boundary.writer(id, position, 'recv'), boundary.nowMs];
  if (timeoutS > 0) {
    const dueMs = await wakeAt(boundary, id, deadline, timeoutS * 1000, 'deadline');
    const ready = (): boolean => peek(tables, id, topic) !== undefined || isCancelled(boundary, id);
    await boundary.wait('recv', ready, dueMs, id, position);
  }
  tables.assertNotCancelled(id);
  const completedAtMs = boundary.nowMs;
  const land = (): Stored => {
    // A position that is taken consumes nothing: the record comes first.
    const message = peek(tables, id, topic);
    const { serializedValue: output = null, serialization = null } = message ?? {};
    record(tables, by, id, position, { ...done(name, atMs, { output, serialization }), completedAtMs }, token, true);
    if (message !== undefined) consume(tables, message, position);
    return { serializedValue: output, serialization };
  };
  return boundary.door('recv', land, id, position);
}

/** Waits for what another workflow publishes. */
async function event(
  boundary: Boundary,
  id: string,
  key: string,
  timeoutS: number,
  caller: Caller | null,
): Promise<Stored> {
  const { tables, nowMs: startedAtMs } = boundary;
  const [from, position] = [caller?.workflowID ?? null, caller?.functionID ?? null];
  const found = (): Stored | undefined => tables.workflows.get(id)?.events.get(key);
  const known = caller === null ? undefined : await replayed(boundary, from!, position!, 'DBOS.getEvent');
  if (known !== undefined) return known;
  const durable = caller !== null && timeoutS > 0;
  const dueMs = durable
    ? await wakeAt(boundary, from!, caller.timeoutFunctionID, timeoutS * 1000, 'deadline')
    : boundary.nowMs + timeoutS * 1000;
  const ready = (): boolean => found() !== undefined || isCancelled(boundary, caller?.workflowID);
  await boundary.wait(`event ${key}`, ready, dueMs, from, position);
  const { serializedValue, serialization } = found() ?? { serializedValue: null, serialization: null };
  if (caller === null) return { serializedValue, serialization };
  tables.assertNotCancelled(from!);
  const [token, by] = [boundary.token(from!), boundary.writer(from!, position!, 'getEvent')];
  const came = done('DBOS.getEvent', startedAtMs, { output: serializedValue, serialization });
  const operation = { ...came, completedAtMs: boundary.nowMs };
  await boundary.door('getEvent', () => record(tables, by, from!, position!, operation, token, true), from, position);
  return { serializedValue, serialization };
}
