/**
 * A system database of the SDK whose members are answered by our doors. A subclass of the real one, so that what the SDK
 * does in memory stays its own; what is neither answered nor inherited on purpose is refused by name.
 */
import type { SystemDatabase } from '@dbos-inc/dbos-sdk/internal/system_database';
import type { Boundary } from './boundary.ts';
import { messages } from './doors/messages.ts';
import { queues } from './doors/queues.ts';
import { steps } from './doors/steps.ts';
import { waits } from './doors/waits.ts';
import { workflows } from './doors/workflows.ts';
import type { Sdk } from './sdk.ts';
import { REFUSED } from './surface.ts';

/** Constructs a system database of a simulated process. Takes what the SDK's own takes, and opens no connection. */
export type DatabaseClass = new (...args: ConstructorParameters<typeof SystemDatabase>) => SystemDatabase;

/** Thrown by what the simulated database does not do. */
export class NotSimulatedError extends Error {
  override readonly name = 'NotSimulatedError';
  constructor(method: string) {
    super(`not simulated: ${method}`);
  }
}

const made = new WeakMap<Sdk, (boundary: () => Boundary) => DatabaseClass>();

/** The class of system databases for processes of `sdk`; each new one gets the doors of the process `current` names. */
export function databaseClass(sdk: Sdk, current: () => Boundary): DatabaseClass {
  let make = made.get(sdk);
  if (make === undefined) made.set(sdk, (make = classOf(sdk)));
  return make(current);
}

/** A pool that is never asked: what asks it is not simulated. */
const NO_POOL = { options: { max: 10 } };

function classOf(sdk: Sdk): (current: () => Boundary) => DatabaseClass {
  const Real = sdk.database.SystemDatabase;
  return (current) => {
    class SimulatedDatabase extends Real {
      constructor(...[url, logger, serializer, , , schema, , , , appName]: ConstructorParameters<typeof Real>) {
        super(url, logger, serializer, 10, NO_POOL, schema, false, undefined, 10, appName);
        const boundary = current();
        Object.assign(
          this,
          steps(boundary),
          workflows(boundary),
          waits(boundary),
          messages(boundary),
          queues(boundary),
        );
      }
    }
    for (const name of REFUSED)
      Object.defineProperty(SimulatedDatabase.prototype, name, {
        value: () => Promise.reject(new NotSimulatedError(name)),
      });
    return SimulatedDatabase;
  };
}
