/**
 * The part of the system database that carries messages and events.
 * Source: DBOS SDK 5.3.0, `system_database.js` (send 2090, recv 2209, events 2330).
 */
import type { SystemDatabase } from '@dbos-inc/dbos-sdk/internal/system_database';
import type { Boundary } from '../boundary.ts';
import { NotSimulatedError } from '../refused.ts';
import { assertPublisher, assertThere, consume, peek, post, publish } from '../tables/messages.ts';
import { done, record } from '../tables/operations.ts';
import type { OperationRow, Stored } from '../tables/rows.ts';
import { effect, recordFailure } from './effects.ts';
import { isCancelled, replayed, wakeAt } from './waits.ts';

const NO_TOPIC = '__null__topic__';

/** Who calls `getEvent` from a workflow. */
interface Caller {
  readonly workflowID: string;
  readonly functionID: number;
  readonly timeoutFunctionID: number;
}

/** A message on its way: to whom, what, and how it is serialized. Of those with one key, the first counts. */
type Letter = [
  to: string,
  text: string | null,
  topic: string | undefined,
  serialization: string | null,
  key?: string | undefined,
];

/** Members of the system database, for one process. */
export const messages = (boundary: Boundary, database: SystemDatabase): object => ({
  send: (workflow: string, position: number, ...letter: Letter) => {
    const [atMs, name] = [boundary.nowMs, 'DBOS.send'];
    const [to, text, topic] = letter;
    const [check, write] = putter(boundary, letter);
    return effect(boundary, { workflow, position, kind: 'send', name, args: [to, text, topic], check, write }).catch(
      async (error: unknown) => {
        // That there is nobody is the answer; the transaction that found out is rolled back, so it is recorded in another.
        if (error instanceof boundary.sdk.errors.DBOSNonExistentWorkflowError)
          await recordFailure(database, workflow, position, name, atMs, error);
        throw error;
      },
    );
  },
  sendDirect: (
    to: string,
    text: string | null,
    topic: string | undefined,
    serialization: string | null,
    key?: string,
    transaction?: object,
  ) => {
    if (transaction !== undefined) throw new NotSimulatedError('DBOSClient.sendInTransaction');
    const [check, write] = putter(boundary, [to, text, topic, serialization, key]);
    return boundary.door(`send ${to}${topic === undefined ? '' : `/${topic}`}`, () => {
      check();
      write();
    });
  },
  sendFromStep: (id: string, ...letter: Letter) => {
    const [[check, write], token] = [putter(boundary, letter), boundary.token(id)];
    const land = (): void => {
      check();
      boundary.tables.fence(id, token, null, boundary.executor.id);
      write();
    };
    return boundary.door(`send ${letter[0]}`, land, id);
  },

  recv: (id: string, position: number, deadline: number, topic = NO_TOPIC, timeoutS = 60) =>
    boundary.durable(id, position, 'recv', 'DBOS.recv', [topic], () =>
      receive(boundary, id, position, deadline, topic, timeoutS),
    ),

  setEvent: (
    workflow: string,
    position: number,
    key: string,
    serializedValue: string | null,
    serialization: string | null,
  ) => {
    const { tables } = boundary;
    return effect(boundary, {
      ...{ workflow, position, kind: 'setEvent', name: 'DBOS.setEvent', args: [key, serializedValue] },
      check: () => assertPublisher(tables, workflow),
      write: () => publish(tables, workflow, key, { serializedValue, serialization }, position),
    });
  },

  getEvent: (id: string, key: string, timeoutS: number, caller?: Caller) =>
    caller === undefined
      ? event(boundary, id, key, timeoutS, null)
      : boundary.durable(caller.workflowID, caller.functionID, 'getEvent', 'DBOS.getEvent', [id, key], () =>
          event(boundary, id, key, timeoutS, caller),
        ),
});

/** Puts a message into a mailbox, once: what is checked first, and what is written. */
function putter(
  { tables, executor }: Boundary,
  [to, serializedValue, topic, serialization, key]: Letter,
): [check: () => void, write: () => void] {
  // A random id would be as good: nobody sees it, and nobody repeats it.
  const uuid = key === undefined ? executor.token() : `${key}::${to}`;
  return [
    () => assertThere(tables, to),
    () => post(tables, to, topic ?? NO_TOPIC, { serializedValue, serialization }, uuid),
  ];
}

const storedOf = ({ output, serialization }: OperationRow): Stored => ({ serializedValue: output, serialization });

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
  if (known !== undefined) return storedOf(known);
  const [token, by, atMs] = [boundary.token(id), boundary.writer(id, position, 'recv'), boundary.nowMs];
  // Who does not want to wait looks once, a moment later once more, and records no deadline.
  const dueMs = timeoutS > 0 ? await wakeAt(boundary, id, deadline, timeoutS * 1000, 'deadline') : boundary.nowMs;
  const ready = (): boolean => peek(tables, id, topic) !== undefined || isCancelled(boundary, id);
  await boundary.wait('recv', ready, dueMs, id, position);
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
  if (known !== undefined) return storedOf(known);
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
