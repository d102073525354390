/**
 * Fault windows: the moments between an effect, its record and its acknowledgement that a fault can hit. A campaign that
 * never entered a window has said nothing about it, and says so.
 */
import type { EventOf, LostCall } from './history.ts';
import type { Run } from './run.ts';

/** Every window, in the order of reports. */
export const WINDOWS = [
  'crash before the effect',
  'crash after the effect, before its checkpoint',
  'crash before the checkpoint of a step without effects',
  'crash after the checkpoint, before its acknowledgement',
  'crash while waiting, or while a timer runs',
  'crash during replay',
  'a call fails before its effect',
  'a call fails after its effect',
  'a zombie writes and is fenced',
] as const;

export type Window = (typeof WINDOWS)[number];

/** The windows that `run` entered, each once. */
export function windowsOf(run: Run): ReadonlySet<Window> {
  const entered = new Set<Window>();
  /** Positions with an effect in the world and no record yet, by `workflow/position`. */
  const unrecorded = new Set<string>();
  /** Calls that changed the world. */
  const effective = new Set<string>();
  for (const event of run.history) {
    switch (event.type) {
      case 'world.answered':
        if (!event.effect) break;
        effective.add(event.call);
        if (event.origin.position !== null) unrecorded.add(`${event.origin.workflow}/${event.origin.position}`);
        break;
      case 'outcome.recorded':
        if (unrecorded.size > 0) unrecorded.delete(`${event.workflow}/${event.position}`);
        break;
      case 'world.failed':
        entered.add(effective.has(event.call) ? 'a call fails after its effect' : 'a call fails before its effect');
        break;
      case 'record.refused':
        if (event.because !== 'cancelled') entered.add('a zombie writes and is fenced');
        break;
      case 'executor.crashed':
        for (const window of crashWindows(event, unrecorded)) entered.add(window);
        break;
      default:
    }
  }
  return entered;
}

function* crashWindows(
  { lost, pendingTimers }: EventOf<'executor.crashed'>,
  unrecorded: ReadonlySet<string>,
): Generator<Window> {
  for (const call of lost) {
    const window = windowOf(call, unrecorded);
    if (window !== null) yield window;
  }
  if (pendingTimers > 0) yield 'crash while waiting, or while a timer runs';
}

function windowOf({ door, landed, workflow, position }: LostCall, unrecorded: ReadonlySet<string>): Window | null {
  const hadEffect = unrecorded.has(`${workflow}/${position}`);
  switch (door) {
    case 'world':
      if (hadEffect) return 'crash after the effect, before its checkpoint';
      return landed ? null : 'crash before the effect';
    case 'journal':
      // Claims and ends of workflows are no checkpoints of steps.
      if (position === null) return null;
      if (landed) return 'crash after the checkpoint, before its acknowledgement';
      return hadEffect
        ? 'crash after the effect, before its checkpoint'
        : 'crash before the checkpoint of a step without effects';
    case 'replay':
      return 'crash during replay';
    case 'wait':
      return 'crash while waiting, or while a timer runs';
  }
}
