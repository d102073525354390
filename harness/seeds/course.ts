/**
 * What the run of a saved script did, so that it is noticed when it does something else: names that still apply may have
 * come to stand for other calls, and a run that passes then says nothing of the failure that was saved.
 */
import { createHash } from 'node:crypto';
import { scriptOf } from '../decision.ts';
import type { Event } from '../history.ts';
import type { Run } from '../run.ts';

/** Which decisions were not calm, which moves were made and what was called, in order: 16 hex digits. */
export function courseOf({ decisions, history }: Run): string {
  const hash = createHash('sha256').update(JSON.stringify(scriptOf(decisions)));
  for (const event of history) {
    const did = doneIn(event);
    if (did !== null) hash.update(JSON.stringify(did));
  }
  return hash.digest('hex').slice(0, 16);
}

/** What an event says of it; null: nothing. What came of a call has no say: it may be another text tomorrow. */
function doneIn(event: Event): readonly unknown[] | null {
  switch (event.type) {
    case 'move.made':
      return [event.label];
    case 'call.entered':
      return [event.workflow, event.position, event.kind, event.name, event.args];
    case 'world.called':
      return [event.operation, event.input];
    default:
      return null;
  }
}
