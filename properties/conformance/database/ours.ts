/**
 * Our side: the doors and tables of the simulated system database, answered at once. No scheduler, no moves: landing and
 * reply are one, and a wait that is not over lets the time it was given pass.
 */
import { Boundary, type Surroundings } from '../../../harness/dbos/boundary.ts';
import { SILENT } from '../../../harness/dbos/config.ts';
import { databaseClass } from '../../../harness/dbos/database.ts';
import type { Sdk } from '../../../harness/dbos/sdk.ts';
import { Tables } from '../../../harness/dbos/tables/tables.ts';
import { APPLICATION } from '../../../harness/dbos/tables/applications.ts';
import type { Call } from './call.ts';
import { rowsOf } from './rows.ts';
import { by, EndlessError, type Members, type Rows, type Side, SKEW_MS, Time } from './side.ts';

const nothing = (): void => undefined;

/** Our system database. */
export class Ours implements Side {
  readonly time = new Time();
  readonly tables: Tables;
  readonly #sdk: Sdk;
  readonly #members: Members;

  constructor(sdk: Sdk) {
    this.#sdk = sdk;
    this.tables = new Tables(sdk, {
      note: nothing,
      nowMs: () => this.time.nowMs + SKEW_MS,
    });
    const boundary = new AtOnce(sdk, this.tables, this.time);
    const Database = databaseClass(sdk, () => boundary);
    const { DBOSJSON } = sdk.serialization;
    this.#members = new Database(
      '',
      SILENT as never,
      DBOSJSON,
      10,
      undefined,
      'dbos',
      false,
      undefined,
      10,
      APPLICATION,
    ) as never;
  }

  /** Whatever is answered at all is answered before the event loop turns. */
  call({ member, args, as }: Call): Promise<unknown> {
    const body = (): Promise<unknown> => this.#members[member]!(...args);
    const never = new Promise((_, reject) => setImmediate(() => reject(new EndlessError())));
    return Promise.race([this.time.passes(() => by(this.#sdk, as, body)), never]);
  }

  rows(): Rows {
    return rowsOf(this.tables);
  }
}

/** A boundary without moves. */
class AtOnce extends Boundary {
  readonly #time: Time;

  constructor(sdk: Sdk, tables: Tables, time: Time) {
    let tokens = 0;
    const clock = {
      get nowMs() {
        return time.nowMs;
      },
      setTimeout: (ring: () => void, ms: number) => {
        time.sleep(ms);
        ring();
      },
      clear: nothing,
    };
    const executor = { id: 'executor', clock, name: (what: string) => what, token: () => `random ${++tokens}` };
    const executions = { of: () => null };
    super(
      { sdk, tables, machine: { cluster: {} }, executions, assign: () => null } as unknown as Surroundings,
      executor as never,
    );
    this.#time = time;
  }

  override get nowMs(): number {
    return this.#time.nowMs;
  }

  override door<T>(_what: string, land: () => T): Promise<T> {
    return this.now(land);
  }

  override answer<T>(_door: 'replay' | 'journal', _what: string, read: () => T): Promise<T> {
    return this.now(read);
  }

  override async wait(_what: string, ready: () => boolean, dueMs = Infinity): Promise<void> {
    if (ready() || dueMs < this.nowMs) return;
    if (dueMs === Infinity) await new Promise(nothing);
    this.#time.sleep(dueMs - this.nowMs);
  }
}
