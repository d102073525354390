/** Floating: no workflow ends with calls in flight, and no promise rejects with nobody listening. */
import { eventsOf, observe } from '../observe.ts';
import { showCall } from '../phrase.ts';
import type { Violation } from '../verdict.ts';
import type { Check } from './check.ts';

/** Judges every attempt that ended, and every process that died of an unheard rejection. */
export const floating: Check = {
  name: 'floating',
  law: 'no workflow ends with calls in flight',
  judge(run) {
    const violations: Violation[] = [];
    for (const { workflow, attempt, calls, ended } of observe(run).attempts) {
      const [position] = ended === null || ended.how === 'parked' ? [] : ended.inFlight;
      const call = position === undefined ? undefined : calls[position];
      if (ended === null || call === undefined) continue;
      violations.push({
        check: 'floating',
        because:
          `workflow ${workflow} ended (attempt ${attempt}) while ${showCall(call.entered)} at position ${position} was still running: ` +
          'its effect may or may not happen, and its result is never recorded',
        evidence: [call.entered.seq, ended.seq],
        witnesses: [{ run: 'this', seq: call.entered.seq }],
        fix: 'await every durable call before returning (Promise.allSettled, not Promise.all or Promise.race)',
      });
    }
    const [death] = eventsOf(run, 'process.died');
    if (run.ending.how === 'died' && death !== undefined)
      violations.push({
        check: 'floating',
        because: run.ending.because,
        evidence: [death.seq],
        fix: 'await every promise, or start listening (allSettled) before awaiting anything else',
      });
    return violations;
  },
};
