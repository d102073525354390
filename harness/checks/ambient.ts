/** Ambient: nothing read from the clock, randomness or ids between steps may differ on replay. */
import type { EventOf } from '../history.ts';
import type { Idiom } from '../idiom.ts';
import { eventsOf } from '../observe.ts';
import type { Violation } from '../verdict.ts';
import type { Check } from './check.ts';

/** Compares reads of different attempts of one run: a body that is never replayed has nothing to differ from. */
export const ambient: Check = {
  name: 'ambient',
  law: 'what a workflow body reads from its surroundings is the same on replay',
  judge(run) {
    const reads = eventsOf(run, 'ambient.read');
    if (reads.length === 0) return [];
    const first = new Map<string, EventOf<'ambient.read'>>();
    const violations: Violation[] = [];
    const ordinals = new Map<string, number>();
    for (const read of reads) {
      // The n-th read between the same two calls of the same branch is the same read, in whatever attempt.
      const spot = `${read.workflow}/${read.branch}/${read.what}`;
      const ordinal = (ordinals.get(`${spot}/${read.attempt}`) ?? 0) + 1;
      ordinals.set(`${spot}/${read.attempt}`, ordinal);
      const earlier = first.get(`${spot}/${ordinal}`);
      if (earlier === undefined) first.set(`${spot}/${ordinal}`, read);
      else if (earlier.attempt !== read.attempt && earlier.value !== read.value && violations.length === 0)
        violations.push(differs(run.idiom, earlier, read));
    }
    return violations;
  },
};

function differs({ remedies }: Idiom, earlier: EventOf<'ambient.read'>, read: EventOf<'ambient.read'>): Violation {
  const { workflow, what, attempt } = read;
  return {
    check: 'ambient',
    because:
      `the body of workflow ${workflow} reads ${what} between its steps: ${earlier.value} in attempt ${earlier.attempt}, ` +
      `${read.value} when attempt ${attempt} replays it. Whatever depends on it can differ`,
    evidence: [earlier.seq, read.seq],
    witnesses: [
      { run: 'this', seq: earlier.seq },
      { run: 'this', seq: read.seq },
    ],
    fix: remedies.readings,
  };
}
