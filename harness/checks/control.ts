/**
 * Control: an error by which the engine stops an execution stops it. Nothing that a program catches of it may change what
 * the workflow comes to, or what it does to the world.
 */
import type { Run } from '../run.ts';
import { type AttemptTable, observe, recordAt } from '../observe.ts';
import { showCall, showOutcome, spot } from '../phrase.ts';
import type { Violation } from '../verdict.ts';
import type { Check } from './check.ts';

/** Judges attempts that the engine stopped. That others own a workflow, or that it was cancelled, is no fault by itself. */
export const control: Check = {
  name: 'control',
  law: 'what the engine stops stays stopped',
  judge(run) {
    for (const table of observe(run).attempts) {
      const verdict = refused(run, table) ?? astray(run, table);
      if (verdict !== null) return [verdict];
    }
    return [];
  },
};

/** The engine refused a call, which it does of no correct program; worse if the program went on as if it had not. */
function refused({ idiom }: Run, table: AttemptTable): Violation | null {
  const { derailed, workflow, afterwards, calls, sharing } = table;
  if (derailed?.refusal !== 'mismatched' && derailed?.refusal !== 'taken') return null;
  const { position, refusal, error, seq } = derailed;
  const swallowed = afterwards.ended?.outcome.ok === true ? afterwards.ended : null;
  const call = position === null ? undefined : calls[position];
  // What a replay calls instead of what is recorded is told by the check of that name.
  const told = call?.entered.replayed === true && recordAt(table, call)?.by !== undefined;
  if (swallowed === null && told) return null;
  const entered = sharing.findLast((one) => one.position === position) ?? call?.entered;
  const what = entered === undefined ? '' : ` at ${showCall(entered)}, ${idiom.position[0]} ${position}`;
  return {
    check: 'control',
    because:
      `${idiom.refusals[refusal]} stops workflow ${workflow}${what}: ${error}` +
      (swallowed === null
        ? ''
        : `. The program catches it, goes on, and comes to ${showOutcome(swallowed.outcome, 60)} with status SUCCESS`),
    evidence: swallowed === null ? [seq] : [seq, swallowed.seq],
    ...(entered === undefined ? {} : { witnesses: [{ run: 'this', seq: entered.seq }] }),
    fix: idiom.remedies[swallowed === null ? 'decisions' : 'swallowed'],
  };
}

/** An execution that lost its workflow takes that for a failure, and does what the workflow itself never does. */
function astray(run: Run, { derailed, workflow, attempt, afterwards, of }: AttemptTable): Violation | null {
  const { idiom, results } = run;
  if (derailed?.refusal !== 'fenced' && derailed?.refusal !== 'cancelled') return null;
  const hasEnded = results[workflow]?.outcome != null;
  const ran = afterwards.ran.find(({ position, name }) => {
    const recorded = of.records[position]?.event;
    return recorded === undefined ? hasEnded : recorded.name !== name;
  });
  if (ran === undefined) return null;
  return {
    check: 'control',
    because:
      `attempt ${attempt} of workflow ${workflow} is stopped by ${idiom.refusals[derailed.refusal]}, for another execution owns the workflow by then. ` +
      `The program takes that for a failure and goes on: it runs ${ran.name} at ${spot(idiom, ran.position, workflow)}, which the workflow itself never does`,
    evidence: [derailed.seq, ran.seq],
    fix: idiom.remedies.swallowed,
  };
}
