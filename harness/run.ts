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
    `scenario "${run.scenario}" behaves differently when the same schedule is repeated: ${firstDifference(run, again)}\n` +
      `Something outside the simulation has a say: real I/O, a real clock, or state that survives from run to run: reset it in setup, or ${run.idiom.remedies.memory}`,
  );
}

/** What differs first in two runs that should be the same, in words; below, a line each, the event as it was and as it is. */
export function firstDifference(a: Run, b: Run): string {
  const [first, then] = [a, b].map(({ history }) => history.map((event) => JSON.stringify(behaviour(event))));
  const at = first!.findIndex((text, index) => text !== then![index]);
  const index = at < 0 ? first!.length : at;
  const [one, other] = [a.history[index], b.history[index]];
  if (one === undefined && other === undefined) return 'the same events, but not the same end';
  const shown = `\n  first  ${first![index] ?? 'nothing more'}\n  then   ${then![index] ?? 'nothing more'}`;
  return `event ${index} ${inWords(one, other)}${shown}`;
}

/** `is body.ended both times, with another outcome`. */
function inWords(one: Event | undefined, other: Event | undefined): string {
  if (one === undefined || other === undefined || one.type !== other.type)
    return `is ${one?.type ?? 'not there'} first, and ${other?.type ?? 'not there'} then`;
  const [fields, others] = [one, other].map((event) => Object.entries(behaviour(event)));
  const differ = fields!.flatMap(([name, value], index) =>
    JSON.stringify(value) === JSON.stringify(others![index]?.[1]) ? [] : [name],
  );
  return `is ${one.type} both times, with another ${differ.join(' and another ')}`;
}
