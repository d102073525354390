/**
 * Replay: an execution that goes over recorded positions makes the calls that were recorded there. Stricter than the
 * engine, which compares the name and nothing else.
 */
import type { EventOf } from '../history.ts';
import type { Idiom, Reaction } from '../idiom.ts';
import type { Run } from '../run.ts';
import { type AttemptTable, eventsOf, observe, recordAt } from '../observe.ts';
import { showCall, showOutcome, spot } from '../phrase.ts';
import type { Violation } from '../verdict.ts';
import type { Check } from './check.ts';
import { lostClass } from './classes.ts';

/** Compares each attempt with the calls that made the record, and what it left out or added. */
export const replay: Check = {
  name: 'replay',
  law: 'a replay makes the recorded calls, in the recorded order',
  judge(run) {
    const violations = unstorable(run);
    for (const table of observe(run).attempts)
      for (const part of PARTS) {
        const violation = part(table, run.idiom);
        if (violation !== null) violations.push(violation);
      }
    return violations;
  },
};

/** An attempt calls what is recorded, leaves nothing of it out, adds nothing, and comes to the same end. */
const PARTS = [otherCalls, leftOut, added, cameToElse];

function otherCalls(table: AttemptTable, idiom: Idiom): Violation | null {
  const { reactions, remedies } = idiom;
  for (const call of table.calls) {
    const recorded = call?.entered.replayed === true ? recordAt(table, call) : undefined;
    const [entered, original] = [call?.entered, recorded?.by?.entered];
    if (entered === undefined || original === undefined || same(original, entered)) continue;
    const { position } = entered;
    const [one, other] = [showCall(original), showCall(entered)];
    const classes = lostClass(table.of, idiom, position);
    return {
      check: 'replay',
      because:
        `${spot(idiom, position, table.workflow)} was recorded for ${one}, but the replay calls ${one === other ? 'another step of that name' : other} there. ` +
        `${classes === null ? '' : `${classes}. `}${reactions[reactionTo(table, original, entered)]}`,
      evidence: [original.seq, recorded!.event.seq, entered.seq],
      witnesses: [
        { run: 'this', seq: original.seq },
        { run: 'this', seq: entered.seq },
      ],
      // The same branch with another call decided differently; another branch was merely faster.
      fix: remedies[classes !== null ? 'classes' : original.branch === entered.branch ? 'decisions' : 'sequences'],
    };
  }
  return null;
}

/** Names are all that an engine compares. */
function reactionTo({ afterwards }: AttemptTable, a: EventOf<'call.entered'>, b: EventOf<'call.entered'>): Reaction {
  if (a.name === b.name) return 'confuses';
  return afterwards.ended?.outcome.ok === true ? 'refusedInVain' : 'refuses';
}

const same = (a: EventOf<'call.entered'>, b: EventOf<'call.entered'>): boolean =>
  a.name === b.name && a.kind === b.kind && a.args === b.args && a.body === b.body;

/** A replay that comes to its end has called every recorded position. */
function leftOut({ workflow, attempt, of, calls, started, bodyEnded }: AttemptTable, idiom: Idiom): Violation | null {
  if (bodyEnded === null) return null;
  for (const recorded of of.records) {
    if (recorded === undefined) continue;
    const { position, kind, name, seq } = recorded.event;
    if (kind === 'deadline' || calls[position] !== undefined || seq > started.seq) continue;
    return {
      check: 'replay',
      because: `${name} was recorded at ${spot(idiom, position, workflow)}, but attempt ${attempt} ended without calling it${bodyEnded.outcome.ok ? `. ${idiom.reactions.overlooks}` : ''}`,
      evidence: [seq, bodyEnded.seq],
      fix: idiom.remedies.decisions,
    };
  }
  return null;
}

/** What had come to its end once makes no more calls when it is replayed. */
function added(
  { workflow, attempt, of, calls }: AttemptTable,
  { position: [place], remedies }: Idiom,
): Violation | null {
  for (const earlier of of.attempts) {
    if (earlier.attempt >= attempt || earlier.bodyEnded === null) continue;
    const extra = calls.find((call) => call !== undefined && earlier.calls[call.entered.position] === undefined);
    if (extra === undefined) continue;
    const { entered } = extra;
    return {
      check: 'replay',
      because: `attempt ${earlier.attempt} of workflow ${workflow} came to its end without ${showCall(entered)}, but the replay calls it at ${place} ${entered.position}`,
      evidence: [earlier.bodyEnded.seq, entered.seq],
      witnesses: [{ run: 'this', seq: entered.seq }],
      fix: remedies.decisions,
    };
  }
  return null;
}

/** What had come to an end once comes to the same end when it is replayed. */
function cameToElse({ workflow, attempt, of, bodyEnded }: AttemptTable, idiom: Idiom): Violation | null {
  if (bodyEnded === null) return null;
  for (const earlier of of.attempts) {
    if (earlier.attempt >= attempt || earlier.bodyEnded === null) continue;
    const [before, now] = [earlier.bodyEnded.outcome, bodyEnded.outcome];
    if (before.ok === now.ok && before.text === now.text) continue;
    const classes = lostClass(of, idiom);
    return {
      check: 'replay',
      because: `attempt ${earlier.attempt} of workflow ${workflow} came to ${showOutcome(before, 60)}, but its replay comes to ${showOutcome(now, 60)}, from the same records${classes === null ? '' : `. ${classes}`}`,
      evidence: [earlier.bodyEnded.seq, bodyEnded.seq],
      fix: idiom.remedies[classes === null ? 'decisions' : 'classes'],
    };
  }
  return null;
}

/** A result that cannot be stored cannot be replayed. */
function unstorable(run: Run): Violation[] {
  const { idiom } = run;
  return eventsOf(run, 'value.refused').map(({ workflow, position, name, because, seq }) => ({
    check: 'replay',
    because: `${position === null ? name : `${name} (${spot(idiom, position, workflow)})`} returned a value that cannot be recorded: ${because}`,
    evidence: [seq],
    fix: idiom.remedies.values,
  }));
}
