/**
 * The part of the system database that carries streams. Source: DBOS SDK 5.3.0, `system_database.js` (write 2443,
 * read 2504), `streams.js`.
 *
 * A reader that finds nothing waits to be notified, as in the SDK, but never polls: once there is something to be read, a
 * move tells the readers of the process. A notification may be late, and never lost.
 */
import type { SystemDatabase } from '@dbos-inc/dbos-sdk/internal/system_database';
import { pause } from '../../retry.ts';
import type { Boundary } from '../boundary.ts';
import type { Stored } from '../tables/rows.ts';
import { append, assertWriter, isOver, look, type Read } from '../tables/streams.ts';
import { effect } from './effects.ts';
import { isCancelled } from './waits.ts';

/** How often the SDK's reader asks whether its own workflow is cancelled. */
const CANCEL_CHECK_MS = 1000;

/** Members of the system database, for one process. */
export const streams = (boundary: Boundary, database: SystemDatabase): object => {
  const { DBOS_STREAM_CLOSED_SENTINEL_SERIALIZED, DBOS_FUNCNAME_CLOSESTREAM } = boundary.sdk.database;
  const end = {
    serializedValue: DBOS_STREAM_CLOSED_SENTINEL_SERIALIZED,
    serialization: boundary.sdk.serialization.DBOSPortableJSON.name(),
  };
  const readers = new Readers(boundary, database);
  return {
    writeStreamFromWorkflow: (
      id: string,
      position: number,
      key: string,
      serializedValue: string | null,
      serialization: string | null,
      name: string,
    ) => write(boundary, id, position, key, { serializedValue, serialization }, name, [key, serializedValue]),
    closeStreamFromWorkflow: (id: string, position: number, key: string) =>
      write(boundary, id, position, key, end, DBOS_FUNCNAME_CLOSESTREAM, [key]),
    writeStreamFromStep: (
      id: string,
      position: number,
      key: string,
      serializedValue: string | null,
      serialization: string | null,
    ) => writeUnrecorded(boundary, id, position, key, { serializedValue, serialization }, 'writeStream'),
    closeStreamFromStep: (id: string, position: number, key: string) =>
      writeUnrecorded(boundary, id, position, key, end, 'closeStream'),
    readStreamValue: (id: string, key: string, offset: number) => readers.read(id, key, offset),
  };
};

function write(
  boundary: Boundary,
  workflow: string,
  position: number,
  key: string,
  value: Stored,
  name: string,
  args: readonly unknown[],
): Promise<void> {
  const { tables } = boundary;
  return effect(boundary, {
    ...{ workflow, position, kind: 'writeStream', name, args },
    check: () => assertWriter(tables, workflow),
    write: () => append(tables, workflow, key, value, position),
  });
}

/** From a step: nothing records it, so a step that runs again writes again. */
function writeUnrecorded(
  boundary: Boundary,
  id: string,
  position: number,
  key: string,
  value: Stored,
  what: string,
): Promise<void> {
  const { tables, executor } = boundary;
  const token = boundary.token(id);
  const land = (): void => {
    assertWriter(tables, id);
    tables.fence(id, token, position, executor.id);
    append(tables, id, key, value, position);
  };
  return boundary.door(`${what} ${key}`, land, id);
}

/** Who reads streams in one process. */
class Readers {
  readonly #boundary: Boundary;
  readonly #database: SystemDatabase;
  /** What is waited for, by whom. */
  readonly #waiting = new Set<string>();

  constructor(boundary: Boundary, database: SystemDatabase) {
    this.#boundary = boundary;
    this.#database = database;
  }

  /** Reading what is there is a move. Finding nothing is none: a value that comes later is read later. */
  async read(id: string, key: string, offset: number): Promise<Read> {
    const { tables, executor, sdk } = this.#boundary;
    const context = sdk.context.getCurrentContextStore();
    const reader = context?.workflowId ?? null;
    const mayBeCancelled = context !== undefined && sdk.context.isInWorkflowCtx(context);
    const cancelled = (): boolean => mayBeCancelled && isCancelled(this.#boundary, reader!);
    // The SDK's reader asks once a second, and only then. That second passes here.
    if (cancelled()) await pause(executor.clock, CANCEL_CHECK_MS, executor.name(`stream ${id}/${key}`));
    const something = (): boolean => isOver(tables, id) || look(tables, id, key, offset).value !== undefined;
    const read = (): Read => {
      if (!something() && !cancelled()) this.#await(id, key, offset, reader, () => something() || cancelled());
      return look(tables, id, key, offset);
    };
    return something() ? this.#boundary.answer('journal', `stream ${id}/${key}`, read, reader) : read();
  }

  #await(id: string, key: string, offset: number, reader: string | null, ready: () => boolean): void {
    const name = JSON.stringify([id, key, offset, reader]);
    if (this.#waiting.has(name)) return;
    this.#waiting.add(name);
    void this.#boundary.wait(`notify ${id}/${key}`, ready, Infinity, reader).then(() => {
      this.#waiting.delete(name);
      this.#database.streamsMap.callCallbacks(`${id}::${key}`);
    });
  }
}
