/**
 * Engine: promises of the engine, which no program can break. Each call of an execution has a position of its own, and what
 * a call answers is on record before the program gets it.
 */
import type { EventOf } from '../history.ts';
import type { Defect, Idiom } from '../idiom.ts';
import { observe } from '../observe.ts';
import { UNSEEN } from '../observed.ts';
import { showCall, spot } from '../phrase.ts';
import type { Run } from '../run.ts';
import type { Violation } from '../verdict.ts';
import type { Check } from './check.ts';

/** Recognised by facts; by the idiom of the engine a defect that is known is told from one that is new. */
export const engine: Check = {
  name: 'engine',
  law: 'the engine gives each call a position of its own, and records what it answers',
  judge: (run) => [...shared(run), ...unrecorded(run)],
};

function shared(run: Run): Violation[] {
  return observe(run).attempts.flatMap(({ calls, sharing }) =>
    sharing.slice(0, 1).map((second) => {
      const { position, workflow } = second;
      const first = calls[position]!.entered;
      const both = `${spot(run.idiom, position, workflow)} is given to two calls, ${showCall(first)} and ${showCall(second)}`;
      return violation(run.idiom, 'shared', both, [first, second]);
    }),
  );
}

function unrecorded(run: Run): Violation[] {
  const { unrecorded: answers, workflows } = observe(run);
  for (const { workflow, attempt, position } of answers) {
    const table = workflows.get(workflow)?.attempts.find((one) => one.attempt === attempt);
    const call = table?.calls[position]?.entered;
    // What tells the program nothing need not be recorded.
    if (call === undefined || UNSEEN.has(call.kind)) continue;
    const what = `${showCall(call)} at ${spot(run.idiom, position, workflow)} is answered, but its answer is not recorded`;
    return [violation(run.idiom, 'unrecorded', what, [call])];
  }
  return [];
}

function violation(
  { engine: name, defects }: Idiom,
  promise: Defect['promise'],
  what: string,
  calls: readonly [EventOf<'call.entered'>, ...EventOf<'call.entered'>[]],
): Violation {
  const known = defects.find(
    (defect) => defect.promise === promise && calls.some((call) => call.name.startsWith(defect.call)),
  );
  const [first, ...others] = calls;
  return {
    check: 'engine',
    culprit: 'engine',
    because: `${what}. The program cannot help that: ${known === undefined ? `it is a defect of ${name} that is not known yet, or of its simulation` : `in ${name}, ${known.because}`}`,
    evidence: [first.seq, ...others.map(({ seq }) => seq)],
    witnesses: calls.map(({ seq }) => ({ run: 'this', seq })),
    ...(known === undefined ? {} : { fix: known.fix }),
  };
}
