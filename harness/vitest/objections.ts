/**
 * What the user's own laws threw. A run is plain data and keeps only what they said; the report of a test wants the error
 * itself, with the line of the assertion and what it compared.
 */
import { messageOf } from '../ending.ts';
import type { Finding } from '../findings.ts';
import type { AnyScenario } from '../scenario.ts';
import { withStacks } from './frames.ts';

/** Errors by what they say; the last of those that say the same. */
export class Objections {
  readonly #errors = new Map<string, unknown>();

  /** `scenario`, with what its hooks throw kept. */
  heardFrom(scenario: AnyScenario): AnyScenario {
    const { setup, check, invariant } = scenario;
    return {
      ...scenario,
      ...(setup && { setup: this.#heard(setup) }),
      ...(check && { check: this.#heard(check) }),
      ...(invariant && { invariant: this.#heard(invariant) }),
    };
  }

  /** The error that `finding` is about, if it is one of the user's laws that broke. */
  behind({ run, violations }: Finding): unknown {
    const [complaint] = run.complaints;
    return violations[0]?.check === 'check' && complaint !== undefined
      ? this.#errors.get(complaint.message)
      : undefined;
  }

  #heard<A extends unknown[]>(hook: (...args: A) => unknown): (...args: A) => unknown {
    const keep = (error: unknown): never => {
      this.#errors.set(messageOf(error), error);
      throw error;
    };
    return (...args) => {
      try {
        const value = withStacks(() => hook(...args));
        return value instanceof Promise ? value.catch(keep) : value;
      } catch (error) {
        return keep(error);
      }
    };
  }
}
