/** Effects: what is recorded is not done again; a transaction commits once; a message is consumed once. */
import type { EventOf } from '../history.ts';
import type { Run } from '../run.ts';
import { eventsOf } from '../observe.ts';
import type { Violation } from '../verdict.ts';
import type { Check } from './check.ts';

/** Facts only: what the journal and the world saw, whatever the runtime says. */
export const effects: Check = {
  name: 'effects',
  law: 'recorded work is never done again',
  judge: (run) => [
    ...rerun(run),
    ...twice(run, 'transaction.committed'),
    ...twice(run, 'message.consumed'),
    ...outsideSteps(run),
  ],
};

/** The body of a step starts although its outcome is recorded. */
function rerun(run: Run): Violation[] {
  const recorded = new Map<string, number>();
  const entered = new Map<string, number>();
  const violations: Violation[] = [];
  for (const event of run.history) {
    if (event.type === 'outcome.recorded') recorded.set(`${event.workflow}/${event.position}`, event.seq);
    if (event.type === 'call.entered') entered.set(`${event.workflow}/${event.attempt}/${event.position}`, event.seq);
    if (event.type !== 'step.ran') continue;
    const seq = recorded.get(`${event.workflow}/${event.position}`);
    // In flight already when another execution recorded the position: at least once, as promised.
    if (seq === undefined || seq > entered.get(`${event.workflow}/${event.attempt}/${event.position}`)!) continue;
    violations.push({
      check: 'effects',
      because: `step ${event.name} at position ${event.position} of workflow ${event.workflow} ran again although its outcome was recorded`,
      evidence: [seq, event.seq],
    });
  }
  return violations;
}

function twice(run: Run, type: 'transaction.committed' | 'message.consumed'): Violation[] {
  const first = new Map<string, number>();
  return eventsOf(run, type).flatMap((event) => {
    const what =
      event.type === 'message.consumed'
        ? `message ${event.message}`
        : `transaction ${event.name} at position ${event.position} of ${event.workflow}`;
    const seq = first.get(what);
    first.set(what, seq ?? event.seq);
    if (seq === undefined) return [];
    return [{ check: 'effects', because: `${what} took effect twice`, evidence: [seq, event.seq] as const }];
  });
}

/** An effect from between the steps, which nothing records, is repeated by every replay. */
function outsideSteps(run: Run): Violation[] {
  const requests = new Map(eventsOf(run, 'world.called').map((event) => [event.call, event]));
  const first = new Map<string, EventOf<'world.answered'>>();
  return eventsOf(run, 'world.answered').flatMap((event) => {
    const { workflow, attempt, position } = event.origin;
    if (!event.effect || workflow === null || position !== null) return [];
    const what = `${workflow} ${event.operation} ${requests.get(event.call)?.input}`;
    const earlier = first.get(what);
    if (earlier === undefined) first.set(what, event);
    if (earlier === undefined || earlier.origin.attempt === attempt) return [];
    return [
      {
        check: 'effects',
        because: `workflow ${workflow} calls ${event.operation} outside any step: the replay did it a second time`,
        evidence: [earlier.seq, event.seq] as const,
        fix: 'call the outside world inside a step',
      },
    ];
  });
}
