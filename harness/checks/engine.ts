/**
 * Engine: promises of the engine, which no program can break. Each call of an execution has a position of its own, what a
 * call answers is on record before the program gets it, and a call that throws has not taken effect.
 */
import type { EventOf } from '../history.ts';
import type { Defect, Idiom } from '../idiom.ts';
import { eventsOf, observe } from '../observe.ts';
import { UNSEEN } from '../observed.ts';
import { showCall, spot } from '../phrase.ts';
import type { Run } from '../run.ts';
import type { Violation } from '../verdict.ts';
import type { Check } from './check.ts';

/** Recognised by facts; by the idiom of the engine a defect that is known is told from one that is new. */
export const engine: Check = {
  name: 'engine',
  law: 'the engine gives each call a position of its own, records what it answers, and does what it does not refuse',
  judge: (run) => [...shared(run), ...unrecorded(run), ...denied(run)],
};

function shared(run: Run): Violation[] {
  return observe(run).attempts.flatMap(({ calls, sharing }) =>
    sharing.slice(0, 1).map((second) => {
      const { position, workflow } = second;
      const first = calls[position]!.entered;
      const both = `${spot(run.idiom, position, workflow)} is given to two calls, ${showCall(first)} and ${showCall(second)}`;
      return violation(run.idiom, knownOf(run.idiom, 'shared', [first, second]), both, [first, second]);
    }),
  );
}

function unrecorded(run: Run): Violation[] {
  const { unrecorded: answers, workflows } = observe(run);
  for (const { workflow, attempt, position, ok, threw } of answers) {
    const table = workflows.get(workflow)?.attempts.find((one) => one.attempt === attempt);
    const call = table?.calls[position]?.entered;
    // What tells the program nothing need not be recorded.
    if (call === undefined || UNSEEN.has(call.kind)) continue;
    const known = knownOf(run.idiom, 'unrecorded', [call], threw);
    // Why a call fails is mostly on record elsewhere, or its engine refuses to go on.
    if (!ok && known === undefined) continue;
    const what = `${showCall(call)} at ${spot(run.idiom, position, workflow)} is answered, but its answer is not recorded`;
    return [violation(run.idiom, known, what, [call])];
  }
  return [];
}

function denied(run: Run): Violation[] {
  const [event] = eventsOf(run, 'call.denied');
  if (event === undefined) return [];
  const { workflow, attempt, position, name, seq } = event;
  const table = observe(run).attempts.find((one) => one.workflow === workflow && one.attempt === attempt);
  const step = table?.calls[position]?.entered;
  if (step === undefined) return [];
  const what = `${name}, called by step ${showCall(step)} at ${spot(run.idiom, position, workflow)}, takes effect, and throws as if it had not`;
  return [violation(run.idiom, knownOf(run.idiom, 'denied', [event]), what, [step], [seq])];
}

const knownOf = (
  { defects }: Idiom,
  promise: Defect['promise'],
  calls: readonly { readonly name: string }[],
  threw?: string,
): Defect | undefined =>
  defects.find(
    (defect) =>
      defect.promise === promise && defect.threw === threw && calls.some(({ name }) => name.startsWith(defect.call)),
  );

function violation(
  { engine: name }: Idiom,
  known: Defect | undefined,
  what: string,
  calls: readonly [EventOf<'call.entered'>, ...EventOf<'call.entered'>[]],
  others: readonly number[] = [],
): Violation {
  const [first, ...rest] = calls;
  return {
    check: 'engine',
    culprit: 'engine',
    because: `${what}. The program cannot help that: ${known === undefined ? `it is a defect of ${name} that is not known yet, or of its simulation` : `in ${name}, ${known.because}`}`,
    evidence: [first.seq, ...rest.map(({ seq }) => seq), ...others],
    witnesses: calls.map(({ seq }) => ({ run: 'this', seq })),
    ...(known === undefined ? {} : { fix: known.fix }),
  };
}
