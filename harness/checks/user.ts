/** The user's own laws: what `check` and `invariant` objected to. */
import type { Check } from './check.ts';

/** One violation for each objection, in the words of the user. */
export const user: Check = {
  name: 'check',
  law: "the scenario's own check and invariant",
  judge({ complaints }) {
    return complaints.map(({ from, message, seq }) => ({
      check: 'check',
      because: `${from}: ${message}`,
      evidence: [Math.max(0, seq)] as const,
    }));
  },
};
