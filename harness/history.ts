/**
 * The effect of a run, as plain data: what happened, in order. A closed union; checks and reports are functions of it.
 *
 * Facts are what the journal, the world and the machine saw. Claims are what a runtime says of itself: used to explain,
 * and held against the facts.
 */
import type { Claim } from './claim.ts';
import type { MoveKind } from './decision.ts';
import type { Outcome } from './values.ts';

/** What kind of durable call takes a position. `deadline` is the timeout that `recv` and `getEvent` keep beside it. */
export type CallKind =
  | 'step'
  | 'transaction'
  | 'sleep'
  | 'deadline'
  | 'now'
  | 'random'
  | 'uuid'
  | 'start'
  | 'result'
  | 'send'
  | 'recv'
  | 'setEvent'
  | 'getEvent'
  | 'writeStream'
  | 'readStream';

/** Where a workflow stands. As in DBOS; the last four are final unless a client resumes the workflow. */
export type Status = 'ENQUEUED' | 'PENDING' | 'SUCCESS' | 'ERROR' | 'CANCELLED' | 'MAX_RECOVERY_ATTEMPTS_EXCEEDED';

/** A call of an executor that was in flight when it crashed: gone, except for what had landed. */
export interface LostCall {
  readonly label: string;
  readonly door: 'journal' | 'world' | 'wait' | 'replay';
  readonly landed: boolean;
  readonly workflow: string | null;
  readonly position: number | null;
}

/** Where something came from: an attempt of a workflow, and the position whose body it ran in (null: between steps). */
export interface Origin {
  readonly workflow: string | null;
  readonly attempt: number | null;
  readonly position: number | null;
}

/** When an event happened: `seq` counts from 0; `atMs` is simulated time since the run began. */
interface Stamp {
  readonly seq: number;
  readonly atMs: number;
}

/**
 * Stands for a stamp that is still to come. An event may be made without one; put in afterwards, it takes 40 bytes more. So
 * those that come by the thousand leave room for it.
 */
export const LATER: Stamp['seq'] = 0;

export type Fact =
  | { readonly type: 'move.made'; readonly kind: MoveKind; readonly label: string }
  | {
      readonly type: 'workflow.created';
      readonly workflow: string;
      readonly name: string;
      readonly input: string;
      readonly parent: string | null;
    }
  | {
      readonly type: 'workflow.ended';
      readonly workflow: string;
      readonly status: Status;
      readonly outcome: Outcome | null;
    }
  | {
      readonly type: 'outcome.recorded';
      readonly workflow: string;
      readonly position: number;
      readonly kind: CallKind;
      readonly name: string;
      readonly outcome: Outcome;
      readonly executor: string;
    }
  | {
      readonly type: 'record.refused';
      readonly workflow: string;
      readonly position: number | null;
      readonly executor: string;
      readonly because: string;
    }
  | {
      readonly type: 'world.called';
      readonly call: string;
      readonly operation: string;
      readonly input: string;
      readonly key: string | null;
      readonly executor: string;
      readonly origin: Origin;
    }
  | {
      readonly type: 'world.answered';
      readonly call: string;
      readonly operation: string;
      readonly reply: Outcome;
      /** Whether the state of the service changed: `false` for reads, refusals and repeats of an idempotency key. */
      readonly effect: boolean;
      readonly origin: Origin;
    }
  | {
      readonly type: 'world.failed';
      readonly call: string;
      readonly operation: string;
      readonly landed: boolean;
      readonly origin: Origin;
    }
  | {
      readonly type: 'transaction.committed';
      readonly workflow: string;
      readonly position: number;
      readonly name: string;
    }
  | {
      readonly type: 'message.sent';
      readonly message: number;
      readonly to: string;
      readonly topic: string;
      readonly text: string;
    }
  /** A schedule that is to make up for what it missed has left out a time: `missing` would be the workflow of then. */
  | { readonly type: 'schedule.skipped'; readonly schedule: string; readonly missing: string }
  | {
      readonly type: 'message.consumed';
      readonly message: number;
      readonly workflow: string;
      readonly position: number;
    }
  | {
      readonly type: 'event.set' | 'stream.written';
      readonly workflow: string;
      readonly key: string;
      readonly text: string;
    }
  /**
   * A workflow begins, in good right, with what `from` has on record below `position`: a fork with that of its original, one
   * that was rewound with its own. Null: with nothing, since it was deleted.
   */
  | {
      readonly type: 'workflow.begins';
      readonly workflow: string;
      readonly from: string | null;
      readonly position: number;
    }
  | {
      readonly type: 'executor.crashed';
      readonly executor: string;
      readonly lost: readonly LostCall[];
      readonly pendingTimers: number;
    }
  | { readonly type: 'executor.restarted'; readonly executor: string; readonly reenqueued: readonly string[] }
  | { readonly type: 'executor.suspended'; readonly executor: string }
  | { readonly type: 'executor.woken'; readonly executor: string }
  | {
      readonly type: 'executor.replaced';
      readonly executor: string;
      readonly by: string;
      readonly reenqueued: readonly string[];
    }
  | {
      readonly type: 'process.died';
      readonly executor: string;
      readonly kind: 'unhandledRejection' | 'uncaughtException';
      readonly error: string;
    }
  | {
      readonly type: 'ambient.read';
      readonly workflow: string;
      readonly attempt: number;
      readonly what: string;
      readonly value: string | number;
      readonly branch: number;
      readonly site?: readonly string[];
    };

export type { Claim } from './claim.ts';

/** What is on record. */
export type Event = (Fact | Claim) & Stamp;

/** What is to be put on record. */
export type Note<T extends Fact | Claim = Fact | Claim> = (event: T & Partial<Stamp>) => void;

/** Events of one type. */
export type EventOf<T extends Event['type']> = Extract<Event, { readonly type: T }>;
