/** Effects: what is recorded is not done again; a transaction commits once; a message is consumed once. */
import type { EventOf } from '../history.ts';
import type { Run } from '../run.ts';
import { eventsOf, observe } from '../observe.ts';
import { spot } from '../phrase.ts';
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
const rerun = (run: Run): Violation[] =>
  observe(run).reruns.map(({ recorded, ran }) => ({
    check: 'effects',
    because: `step ${ran.name} at ${spot(run.idiom, ran.position, ran.workflow)} ran again although its outcome was recorded`,
    evidence: [recorded.seq, ran.seq],
  }));

function twice(run: Run, type: 'transaction.committed' | 'message.consumed'): Violation[] {
  const events = eventsOf(run, type);
  if (events.length < 2) return [];
  const first = new Map<string, number>();
  return events.flatMap((event) => {
    const what =
      event.type === 'message.consumed'
        ? `message ${event.message}`
        : `transaction ${event.name} at ${spot(run.idiom, event.position, event.workflow)}`;
    const seq = first.get(what);
    first.set(what, seq ?? event.seq);
    if (seq === undefined || (event.type === 'transaction.committed' && beganAgain(run, event, seq))) return [];
    return [{ check: 'effects', because: `${what} took effect twice`, evidence: [seq, event.seq] as const }];
  });
}

/** Whether somebody took a workflow back to before one of its transactions, after it had been committed at `seq`. */
const beganAgain = (
  run: Run,
  { workflow, position, seq: again }: EventOf<'transaction.committed'>,
  seq: number,
): boolean =>
  eventsOf(run, 'workflow.begins').some(
    (begins) => begins.workflow === workflow && begins.position <= position && begins.seq > seq && begins.seq < again,
  );

/** An effect from between the steps, which nothing records, is repeated by every replay. */
function outsideSteps(run: Run): Violation[] {
  const answers = eventsOf(run, 'world.answered').filter(
    ({ effect, origin }) => effect && origin.workflow !== null && origin.position === null,
  );
  if (answers.length < 2) return [];
  const requests = new Map(eventsOf(run, 'world.called').map((event) => [event.call, event]));
  const first = new Map<string, EventOf<'world.answered'>>();
  return answers.flatMap((event) => {
    const { workflow, attempt } = event.origin;
    const what = `${workflow} ${event.operation} ${requests.get(event.call)?.input}`;
    const earlier = first.get(what);
    if (earlier === undefined) first.set(what, event);
    if (earlier === undefined || earlier.origin.attempt === attempt) return [];
    return [
      {
        check: 'effects',
        because: `workflow ${workflow} calls ${event.operation} outside any step: the replay did it a second time`,
        evidence: [earlier.seq, event.seq] as const,
        fix: run.idiom.remedies.effects,
      },
    ];
  });
}
