/** Progress: when faults stop and executors heal, everything finishes. */
import type { Check } from './check.ts';

/** A run that is stuck or escaped breaks it; the ending says why. */
export const progress: Check = {
  name: 'progress',
  law: 'when faults stop, everything finishes',
  judge({ ending, history }) {
    if (ending.how !== 'stuck' && ending.how !== 'escaped') return [];
    const fix =
      ending.how === 'escaped'
        ? 'do real I/O through a service of the simulated world, inside a step; settle every promise the workflow awaits'
        : 'give every wait a timeout, or make sure that what it waits for is always sent';
    return [{ check: 'progress', because: ending.because, evidence: [history.length - 1], fix }];
  },
};
