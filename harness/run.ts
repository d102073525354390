/**
 * One run, as plain data: its cause (decisions), its effect (history), and how it ended.
 */
import type { Decision } from './decision.ts';
import type { Event, Status } from './history.ts';
import type { Idiom } from './idiom.ts';
import type { Outcome } from './values.ts';

/** How a run ended: everything finished, or why it can't. Both other ends name the last call. */
export type Ending =
  | { readonly how: 'finished' }
  /** Nothing will ever provide what is awaited, or `movesMax` is spent. */
  | { readonly how: 'stuck'; readonly because: string }
  /** A program awaits something that is not simulated: real I/O, or a promise that nobody settles. */
  | { readonly how: 'escaped'; readonly because: string }
  /** A loop waits for time to pass, and nothing else of its process can run until it does. */
  | { readonly how: 'blocked'; readonly because: string }
  /** A rejection that nobody listened to, or an exception outside any promise: Node ends the process. */
  | { readonly how: 'died'; readonly because: string };

/** How one workflow ended. `outcome` is null unless it returned or threw. */
export interface Result {
  readonly status: Status;
  readonly outcome: Outcome | null;
  readonly parent: string | null;
}

/** One run: its cause (`decisions`) and its effect. */
export interface Run {
  readonly scenario: string;
  /** How to speak of it to the users of its engine. */
  readonly idiom: Idiom;
  readonly decisions: readonly Decision[];
  readonly history: readonly Event[];
  readonly ending: Ending;
  /** By workflow id, in order of creation. */
  readonly results: Readonly<Record<string, Result>>;
  /** What the user's own `check` and `invariant` had to say, with the event they were raised at. */
  readonly complaints: readonly Complaint[];
  /** How many moves were made, forced ones included. */
  readonly moves: number;
}

export interface Complaint {
  readonly from: 'check' | 'invariant';
  readonly message: string;
  readonly seq: number;
}

/** The identity of a run, byte for byte: two runs are the same if and only if these texts are. */
export function fingerprint(run: Run): string {
  const { scenario, ending, results, complaints } = run;
  const decisions = run.decisions.map(({ after, chose }) => [after, chose]);
  return JSON.stringify({ scenario, decisions, history: run.history.map(behaviour), ending, results, complaints });
}

/** Source lines are evidence, not behaviour: they are only captured when somebody will read them. */
function behaviour(event: Event): Event {
  if (!('site' in event)) return event;
  const { site: _site, ...rest } = event;
  return rest;
}

/** The program, or this harness, behaves differently when the same schedule is repeated: nothing it shows can be trusted. */
export class NotDeterministicError extends Error {
  override readonly name = 'NotDeterministicError';
}

/** Throws a NotDeterministicError unless two runs of one schedule are the same, byte for byte. */
export function assertSame(run: Run, again: Run): void {
  if (fingerprint(again) === fingerprint(run)) return;
  throw new NotDeterministicError(
    `scenario "${run.scenario}" behaves differently when the same schedule is repeated (${firstDifference(run, again)}). ` +
      `Something outside the simulation has a say: real I/O, a real clock, or state that survives from run to run: reset it in setup, or ${run.idiom.remedies.memory}`,
  );
}

/** The first event in which two histories differ, in words. */
export function firstDifference(a: Run, b: Run): string {
  const text = ({ history }: Run, index: number): string => JSON.stringify(history[index]) ?? 'nothing more';
  const at = a.history.findIndex((_, index) => text(a, index) !== text(b, index));
  const index = at < 0 ? a.history.length : at;
  return `event ${index}: first ${text(a, index)}, then ${text(b, index)}`;
}
