/**
 * Floating: no workflow ends with calls in flight, no step is called outside every workflow while one runs, and no promise
 * rejects with nobody listening.
 */
import { eventsOf, observe } from '../observe.ts';
import { showCall } from '../phrase.ts';
import type { Violation } from '../verdict.ts';
import type { Check } from './check.ts';

/** Judges every attempt that ended, and every process that died of an unheard rejection. */
export const floating: Check = {
  name: 'floating',
  law: 'no call is left to itself: none is in flight when its workflow ends, none belongs to no workflow',
  judge(run) {
    const violations: Violation[] = [];
    const { idiom } = run;
    for (const { workflow, attempt, calls, ended } of observe(run).attempts) {
      const [position] = ended === null || ended.how === 'parked' ? [] : ended.inFlight;
      const call = position === undefined ? undefined : calls[position];
      if (ended === null || call === undefined) continue;
      violations.push({
        check: 'floating',
        because:
          `workflow ${workflow} ended (attempt ${attempt}) while ${showCall(call.entered)} at ${idiom.position[0]} ${position} was still running: ` +
          'its effect may or may not happen, and its result is never recorded',
        evidence: [call.entered.seq, ended.seq],
        witnesses: [{ run: 'this', seq: call.entered.seq }],
        fix: idiom.remedies.unawaited,
      });
    }
    const [stray] = eventsOf(run, 'call.strayed');
    if (stray !== undefined)
      violations.push({
        check: 'floating',
        because: `a step was called outside the async context of every workflow, while workflow ${stray.beside} ran in the same process: it ran as a plain function, nothing recorded it, and a recovery runs it again`,
        evidence: [stray.seq],
        witnesses: [{ run: 'this', seq: stray.seq }],
        fix: idiom.remedies.strays,
      });
    const [death] = eventsOf(run, 'process.died');
    if (run.ending.how === 'died' && death !== undefined)
      violations.push({
        check: 'floating',
        because: run.ending.because,
        evidence: [death.seq],
        fix: idiom.remedies.unheard,
      });
    return violations;
  },
};
