/**
 * Which failure a finding is: the same for all scripts that show one bug, and after edits that leave the bug as it is.
 * So neither the script nor positions nor source lines have a say, but what is called by what names.
 */
import { createHash } from 'node:crypto';
import type { Finding } from '../findings.ts';
import type { Event } from '../history.ts';
import type { Run } from '../run.ts';
import type { Violation } from '../verdict.ts';

/** The fingerprint of the failure that `finding` shows: 16 hex digits. */
export function failureOf({ scenario, violations, run, reference }: Finding): string {
  const [violation] = violations as readonly [Violation];
  const { check, witnesses = [], evidence } = violation;
  const named = witnesses.map((witness) =>
    nameOf((witness.run === 'this' ? run : reference).history[witness.seq]!, run),
  );
  const names = named.length > 0 || IN_WORDS.has(check) ? named : [nameOf(run.history[evidence[0]]!, run)];
  const known = names.filter((name) => name !== null);
  // Which of two came first is the schedule's doing.
  const identity = known.length > 0 ? [...new Set(known)].toSorted() : [plain(violation.because, run)];
  return createHash('sha256')
    .update(JSON.stringify([scenario, check, ...identity]))
    .digest('hex')
    .slice(0, 16);
}

/** Checks whose evidence is where they were looked at, not what broke them: there the sentence says which failure it is. */
const IN_WORDS: ReadonlySet<string> = new Set(['check', 'progress']);

/** What an event is about, by names that an edit elsewhere leaves alone; null: it bears none. */
function nameOf(event: Event, run: Run): string | null {
  switch (event.type) {
    case 'ambient.read':
      return `reads ${event.what}`;
    case 'call.entered':
    case 'outcome.recorded':
      return `${event.kind} ${event.name}`;
    case 'world.called':
    case 'world.answered':
      return `calls ${event.operation}`;
    case 'workflow.ended':
    case 'body.ended':
      return `ends ${programOf(event.workflow, run)}`;
    default:
      return null;
  }
}

/** The name of the program that a workflow runs. */
function programOf(workflow: string, { history }: Run): string {
  const created = history.find((event) => event.type === 'workflow.created' && event.workflow === workflow);
  return created?.type === 'workflow.created' ? created.name : workflow;
}

/** A sentence without what differs from run to run: ids of workflows, numbers, values. */
function plain(because: string, { results }: Run): string {
  const ids = Object.keys(results).toSorted((a, b) => b.length - a.length);
  return ids
    .reduce((text, id) => text.replaceAll(id, 'ID'), because)
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, '"…"')
    .replaceAll(/\d+(?:\.\d+)*/g, 'N');
}
