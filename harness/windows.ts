/**
 * Fault windows: the moments between an effect, its record and its acknowledgement that a fault can hit. A campaign that
 * never entered a window has said nothing about it, and says so.
 */
import type { EventOf, LostCall } from './history.ts';
import { eventsOf, type Observed, observe } from './observe.ts';
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
  for (const crash of eventsOf(run, 'executor.crashed')) {
    for (const call of crash.lost) {
      const window = windowOf(run, call, crash.seq);
      if (window !== null) entered.add(window);
    }
    if (crash.pendingTimers > 0) entered.add('crash while waiting, or while a timer runs');
  }
  for (const { call, seq } of eventsOf(run, 'world.failed')) {
    const tookEffect = effectsBefore(run, seq).some((effect) => effect.call === call);
    entered.add(tookEffect ? 'a call fails after its effect' : 'a call fails before its effect');
  }
  for (const { because } of eventsOf(run, 'record.refused'))
    if (because !== 'cancelled') entered.add('a zombie writes and is fenced');
  return entered;
}

const effectsBefore = (run: Run, beforeSeq: number): EventOf<'world.answered'>[] =>
  eventsOf(run, 'world.answered').filter(({ effect, seq }) => effect && seq < beforeSeq);

/** Whether the world, or a database beside the journal, was changed for a position that had no record yet. */
function hadEffect(run: Run, { workflow, position }: LostCall, beforeSeq: number): boolean {
  if (workflow === null || position === null) return false;
  const { attempts = [], records = [] } = observe(run).workflows.get(workflow) ?? {};
  const recorded = records[position]?.event;
  if (recorded !== undefined && recorded.seq < beforeSeq) return false;
  // A body whose world is not seen may have changed it.
  const ran = (call: Observed | undefined): boolean =>
    call?.ran === true && call.entered.unseen === true && call.entered.seq < beforeSeq;
  if (attempts.some(({ calls }) => ran(calls[position]))) return true;
  const committed = eventsOf(run, 'transaction.committed').some(
    (event) => event.workflow === workflow && event.position === position && event.seq < beforeSeq,
  );
  if (committed) return true;
  return effectsBefore(run, beforeSeq).some(
    ({ origin }) => origin.workflow === workflow && origin.position === position,
  );
}

function windowOf(run: Run, call: LostCall, crashSeq: number): Window | null {
  const { door, landed, position } = call;
  switch (door) {
    case 'world':
      if (hadEffect(run, call, crashSeq)) return 'crash after the effect, before its checkpoint';
      return landed ? null : 'crash before the effect';
    case 'journal':
      // Claims and ends of workflows are no checkpoints of steps.
      if (position === null) return null;
      if (landed) return 'crash after the checkpoint, before its acknowledgement';
      return hadEffect(run, call, crashSeq)
        ? 'crash after the effect, before its checkpoint'
        : 'crash before the checkpoint of a step without effects';
    case 'replay':
      return 'crash during replay';
    case 'wait':
      return 'crash while waiting, or while a timer runs';
  }
}
