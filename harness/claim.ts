/**
 * Claims: what a runtime says of itself. Used to explain, and held against the facts (`history.ts`).
 */
import type { CallKind } from './history.ts';
import type { Refusal } from './idiom.ts';
import type { Outcome } from './values.ts';

/** Said by one attempt of a workflow. */
interface Attempted {
  readonly workflow: string;
  readonly attempt: number;
}

export type Claim =
  | ({ readonly type: 'attempt.started'; readonly executor: string; readonly recorded: number } & Attempted)
  /** The program returned or threw; its outcome is not written yet. */
  | { readonly type: 'body.ended'; readonly workflow: string; readonly attempt: number; readonly outcome: Outcome }
  | {
      readonly type: 'attempt.ended';
      readonly workflow: string;
      readonly attempt: number;
      /** `parked`: this execution no longer owns the workflow; whoever does decides its outcome. */
      readonly how: 'returned' | 'threw' | 'parked';
      /** Positions called but neither answered nor recorded when the body ended. */
      readonly inFlight: readonly number[];
    }
  | {
      readonly type: 'call.entered';
      readonly workflow: string;
      readonly attempt: number;
      readonly position: number;
      readonly kind: CallKind;
      readonly name: string;
      readonly args: string | null;
      /** Identity of the branch that called (its place in the program's structure, not in the schedule). */
      readonly branch: number;
      /** The journal already held an outcome for the position. */
      readonly replayed: boolean;
      /** What the world answers its body is not on record: the world is the user's own. */
      readonly unseen?: true;
      /** Hash of the source of its body, where that tells more of the work than the name does. */
      readonly body?: number;
      /** The label that moves of this call carry: `step4#1`. */
      readonly call: string;
      /** User frames of the caller, innermost first; only in an evidence run, and not part of a run's identity. */
      readonly site?: readonly string[];
    }
  | ({
      readonly type: 'call.settled';
      readonly position: number;
      readonly ok: boolean;
      /** The class of what was thrown to the program. */
      readonly threw?: string;
    } & Attempted)
  | ({
      readonly type: 'step.ran';
      readonly position: number;
      readonly name: string;
      readonly tryNumber: number;
    } & Attempted)
  /** The body reads time or randomness, or sets a timer: its outcome may differ from run to run in good right. */
  | { readonly type: 'step.free'; readonly workflow: string; readonly attempt: number; readonly position: number }
  | {
      readonly type: 'replay.diverged';
      readonly workflow: string;
      readonly attempt: number;
      readonly position: number;
      readonly recorded: string;
      readonly called: string;
    }
  /** The engine throws an error of its own to the program; only the first one of an attempt. */
  | ({
      readonly type: 'attempt.derailed';
      readonly error: string;
      /** null: not one that stops an execution. */
      readonly refusal: Refusal | null;
      /** The call that it is thrown from; null: none in particular. */
      readonly position: number | null;
    } & Attempted)
  /** A step called by code of no workflow, while `beside` ran in its process: it runs as a plain function. */
  | {
      readonly type: 'call.strayed';
      readonly executor: string;
      readonly beside: string;
      readonly site?: readonly string[];
    }
  /** A call from the body of a step has taken effect, and throws all the same. `position` is the step's. */
  | ({ readonly type: 'call.denied'; readonly position: number; readonly name: string } & Attempted)
  | {
      readonly type: 'value.refused';
      readonly workflow: string;
      readonly position: number | null;
      readonly name: string;
      readonly because: string;
    };
