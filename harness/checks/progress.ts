/** Progress: when faults stop and executors heal, everything finishes. */
import type { Check } from './check.ts';

/** A run that never came to its end breaks it; the ending says why. */
export const progress: Check = {
  name: 'progress',
  law: 'when faults stop, everything finishes',
  judge({ ending, history, idiom }) {
    if (ending.how === 'finished' || ending.how === 'died') return [];
    const { how, because } = ending;
    const spinning = how === 'blocked' ? history.findLast(({ type }) => type === 'ambient.read') : undefined;
    const seq = spinning?.seq ?? history.length - 1;
    const witnesses = spinning === undefined ? [] : [{ run: 'this' as const, seq }];
    return [{ check: 'progress', because, evidence: [seq], witnesses, fix: idiom.remedies[how] }];
  },
};
