/**
 * A request of a program to the outside, on its way through a door: the machine makes it a two-phase call that may fail.
 * Knows no engine; what happens over there is the caller's `land`.
 */
import type { Executor } from './executor.ts';
import { CallFailedError } from './errors.ts';
import type { Note } from './history.ts';
import { origin, place } from './lineage.ts';
import type { Scheduler } from './scheduler.ts';
import type { Request } from './world.ts';

/** What of a machine carries requests. */
interface Carrier {
  readonly scheduler: Scheduler;
  readonly note: Note;
}

/** Sends a request. Whoever runs the code makes it; `home`, whose module it is, speaks for code without a context. */
export function request(
  { scheduler, note }: Carrier,
  home: Executor,
  { operation, input, key }: Pick<Request, 'operation' | 'input' | 'key'>,
  land: (made: Request) => unknown,
): Promise<unknown> {
  const caller = place()?.executor ?? home;
  const seat = { executor: caller, name: caller.name(operation), origin: origin() };
  const made = { call: seat.name, operation, input, key, origin: seat.origin };
  if (caller.state !== 'dead') note({ type: 'world.called', ...made, executor: caller.id });
  return scheduler.call(
    seat,
    'world',
    () => land(made),
    () => new CallFailedError(operation),
  );
}
