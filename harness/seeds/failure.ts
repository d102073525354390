/**
 * Which failure a finding is: the same for all scripts that show one bug, and after edits that leave the bug as it is.
 * So neither the script nor positions nor source lines have a say, but what is called by what names.
 */
import { createHash } from 'node:crypto';
import type { Finding } from '../findings.ts';
import type { Run } from '../run.ts';
import type { Violation, Witness } from '../verdict.ts';

/** The fingerprint of the failure that `finding` shows: 16 hex digits. */
export function failureOf({ scenario, violations, run, reference }: Finding): string {
  const [violation] = violations as readonly [Violation];
  const { check, witnesses } = violation;
  const called = (witnesses ?? []).map((witness) => calledBy(witness.run === 'this' ? run : reference, witness));
  // Which of the two came first is the schedule's doing.
  const names = [...new Set(called)].toSorted();
  const says = [scenario, check, ...(names.length > 0 ? names : [plain(violation.because, run)])];
  return createHash('sha256').update(JSON.stringify(says)).digest('hex').slice(0, 16);
}

/** What a witness called, by names that an edit elsewhere leaves alone. */
function calledBy({ history }: Run, { seq }: Witness): string {
  const event = history[seq]!;
  if (event.type === 'ambient.read') return `reads ${event.what}`;
  return event.type === 'call.entered' ? `${event.kind} ${event.name}` : event.type;
}

/** A sentence without what differs from run to run: ids of workflows, numbers, values. */
function plain(because: string, { results }: Run): string {
  const ids = Object.keys(results).toSorted((a, b) => b.length - a.length);
  return ids
    .reduce((text, id) => text.replaceAll(id, 'ID'), because)
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, '"…"')
    .replaceAll(/\d+(?:\.\d+)*/g, 'N');
}
