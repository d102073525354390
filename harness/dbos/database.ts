/**
 * A system database of the SDK whose members are answered by our doors. A subclass of the real one, so that what the SDK
 * does in memory stays its own; what is neither answered nor inherited on purpose is refused by name.
 */
import type { SystemDatabase } from '@dbos-inc/dbos-sdk/internal/system_database';
import type { Pool } from 'pg';
import type { Boundary } from './boundary.ts';
import { forks } from './doors/forks.ts';
import { management } from './doors/management.ts';
import { messages } from './doors/messages.ts';
import { queues } from './doors/queues.ts';
import { schedules } from './doors/schedules.ts';
import { steps } from './doors/steps.ts';
import { sweeps } from './doors/sweeps.ts';
import { streams } from './doors/streams.ts';
import { transactions } from './doors/transactions.ts';
import { versions } from './doors/versions.ts';
import { waits } from './doors/waits.ts';
import { workflows } from './doors/workflows.ts';
import { NotSimulatedError } from './refused.ts';
import type { Sdk } from './sdk.ts';
import { REFUSED, SIMULATED } from './surface.ts';

/** Constructs a system database of a simulated process. Takes what the SDK's own takes, and opens no connection. */
export type DatabaseClass = new (...args: ConstructorParameters<typeof SystemDatabase>) => SystemDatabase;

/**
 * Where a system database keeps its doors. Not in a weak map: until all memory is looked through, V8 takes the values of one
 * for reachable, and with the doors whole runs that are long over.
 */
const DOORS = Symbol('doors');

/** The doors through which a system database answers; null: it is none of ours. */
export const boundaryOf = (database: (object & { readonly [DOORS]?: Boundary }) | undefined): Boundary | null =>
  database?.[DOORS] ?? null;

/** A pool that is never asked: what asks it is not simulated. */
const NO_POOL = { options: { max: 10 } } as Pool;

type Member = (...args: unknown[]) => unknown;
type Doors = Readonly<Record<string, Member>>;

const GROUPS = [
  ...[steps, workflows, waits, messages, streams, queues, sweeps],
  ...[management, forks, schedules, versions, transactions],
] as readonly ((boundary: Boundary, database: SystemDatabase) => Doors)[];

/** For each member that is answered, its group: most processes of most runs use few of them. Known from the first process. */
let groups: Readonly<Record<string, number>> | null = null;

const groupsOf = (boundary: Boundary, database: SystemDatabase): Readonly<Record<string, number>> =>
  Object.fromEntries(
    GROUPS.flatMap((members, group) => Object.keys(members(boundary, database)).map((name) => [name, group])),
  );

/** A class of system databases for processes of `sdk`; each new one gets the doors that `current` then names. */
export function databaseClass(sdk: Sdk, current: () => Boundary): DatabaseClass {
  const Real = sdk.database.SystemDatabase;
  class SimulatedDatabase extends Real {
    readonly [DOORS] = current();
    readonly #doors: (Doors | undefined)[] = [];

    constructor(...[url, logger, serializer, , , schema, , , , appName]: ConstructorParameters<typeof Real>) {
      super(url, logger, serializer, 10, NO_POOL, schema, false, undefined, 10, appName);
    }

    door(name: string): Member {
      const group = (groups ??= groupsOf(this[DOORS], this))[name]!;
      return (this.#doors[group] ??= GROUPS[group]!(this[DOORS], this))[name]!;
    }
  }
  const define = (name: string, value: Member): void =>
    void Object.defineProperty(SimulatedDatabase.prototype, name, { value });
  for (const name of SIMULATED)
    define(name, function (this: unknown, ...args) {
      return (this as SimulatedDatabase).door(name)(...args);
    });
  for (const name of REFUSED) define(name, () => Promise.reject(new NotSimulatedError(name)));
  return SimulatedDatabase;
}
