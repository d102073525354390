/**
 * The class of an error: live, a program is thrown the error itself; on replay, one that was made of its record, and has
 * no class of its own. Not a law, but often the reason why one is broken.
 */
import type { Idiom } from '../idiom.ts';
import type { WorkflowTable } from '../observed.ts';
import { showCall } from '../phrase.ts';

/** Which call of a workflow, below a position, threw another class when it was replayed than when it ran; null: none. */
export function lostClass(
  table: WorkflowTable | undefined,
  { position: [name] }: Idiom,
  below = Infinity,
): string | null {
  for (const { calls } of table?.attempts ?? [])
    for (const replayed of calls) {
      if (replayed?.threw == null || !replayed.entered.replayed) continue;
      const { position } = replayed.entered;
      if (position >= below) break;
      const ran = table!.attempts
        .map((attempt) => attempt.calls[position])
        .find((call) => call?.entered.replayed === false);
      if (ran?.threw == null || ran.threw === replayed.threw) continue;
      return `${showCall(ran.entered)} at ${name} ${position} threw ${article(ran.threw)} when it ran, and ${article(replayed.threw)} with the same message when it was read back: a branch on the class goes another way`;
    }
  return null;
}

const article = (what: string): string => `${/^[AEIOU]/i.test(what) ? 'an' : 'a'} ${what}`;
