/** Progress: when faults stop and executors heal, everything finishes. */
import type { Check } from './check.ts';

const FIXES = {
  stuck: 'give every wait a timeout, or make sure that what it waits for is always sent',
  escaped:
    'do real I/O through a service of the simulated world, inside a step; settle every promise the workflow awaits',
  blocked: 'wait in durable calls (ctx.sleep), and let the process go on in the meantime',
} as const;

/** A run that never came to its end breaks it; the ending says why. */
export const progress: Check = {
  name: 'progress',
  law: 'when faults stop, everything finishes',
  judge({ ending, history }) {
    if (ending.how === 'finished' || ending.how === 'died') return [];
    const { how, because } = ending;
    const spinning = how === 'blocked' ? history.findLast(({ type }) => type === 'ambient.read') : undefined;
    const seq = spinning?.seq ?? history.length - 1;
    const witnesses = spinning === undefined ? [] : [{ run: 'this' as const, seq }];
    return [{ check: 'progress', because, evidence: [seq], witnesses, fix: FIXES[how] }];
  },
};
