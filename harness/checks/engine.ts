/**
 * Engine: promises of the engine, which no program can break. Each call of an execution has a position of its own, what a
 * call answers is on record before the program gets it, a call that throws has not taken effect, and no time is lost of a
 * schedule that makes up for what it missed.
 */
import type { Event } from '../history.ts';
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
  judge: (run) => [...shared(run), ...unrecorded(run), ...denied(run), ...skipped(run)],
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
  const { workflow, attempt, position, name } = event;
  const table = observe(run).attempts.find((one) => one.workflow === workflow && one.attempt === attempt);
  const step = table?.calls[position]?.entered;
  if (step === undefined) return [];
  const what = `${name}, called by step ${showCall(step)} at ${spot(run.idiom, position, workflow)}, takes effect, and throws as if it had not`;
  return [violation(run.idiom, knownOf(run.idiom, 'denied', [event]), what, [step, event])];
}

function skipped(run: Run): Violation[] {
  const { workflows } = observe(run);
  // What is late is not lost.
  const lost = eventsOf(run, 'schedule.skipped').find(({ missing }) => workflows.get(missing)?.created == null);
  if (lost === undefined) return [];
  const { schedule, missing } = lost;
  const what = `schedule ${schedule} makes up for what it missed, but ${missing} is never started, though it fires before and after`;
  return [violation(run.idiom, knownOf(run.idiom, 'skipped', [{ name: schedule }]), what, [lost])];
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
  events: readonly [Event, ...Event[]],
): Violation {
  const [first, ...others] = events;
  return {
    check: 'engine',
    culprit: 'engine',
    because: `${what}. The program cannot help that: ${known === undefined ? `it is a defect of ${name} that is not known yet, or of its simulation` : `in ${name}, ${known.because}`}`,
    evidence: [first.seq, ...others.map(({ seq }) => seq)],
    witnesses: events.flatMap(({ type, seq }) => (type === 'call.entered' ? [{ run: 'this' as const, seq }] : [])),
    ...(known === undefined ? {} : { fix: known.fix }),
  };
}
