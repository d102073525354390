/**
 * What is compared of two runs: outcomes, positions, effects; each as lines of text, so that the first line in which they
 * differ says it all. What is left out or made alike is argued here, and nowhere else.
 *
 *  - Names: the SDK calls what it does itself `DBOS.sleep`, `DBOS.send` and so on; the deadline of a wait is a sleep to it.
 *  - Errors with a number are the engine's: the number and the text count, the class does not (it is `Error` on replay).
 *  - UUIDs are drawn, so they are numbered in the order in which they come up.
 *  - The SDK stores the arguments of a workflow as a list; what it got of them shows in what it does.
 *  - No message and no event are null to the program and nothing to the SDK's database; nobody can tell.
 *  - Texts about the end of a run that nobody can finish name calls, whose labels differ.
 */
import type { CallKind, Event } from '../../../harness/history.ts';
import type { Run } from '../../../harness/index.ts';
import { decode, encode, type Outcome } from '../../../harness/values.ts';

/** What a run came to, as either engine shows it. */
export interface Observed {
  readonly outcomes: readonly string[];
  readonly positions: readonly string[];
  readonly effects: readonly string[];
}

const NAMES: Partial<Record<CallKind, string>> = {
  sleep: 'DBOS.sleep',
  deadline: 'DBOS.sleep',
  now: 'DBOS.now',
  uuid: 'DBOS.randomUUID',
  result: 'DBOS.getResult',
  send: 'DBOS.send',
  recv: 'DBOS.recv',
  setEvent: 'DBOS.setEvent',
  getEvent: 'DBOS.getEvent',
};

const nameOf = (kind: CallKind, name: string): string => NAMES[kind] ?? name;

const NAMED = /^(During .* function )(.*)( was recorded when )(.*)( was expected.*)$/s;

/** The text of an error, with the SDK's names for the calls in it. */
function textOf(message: string): string {
  const of = (name: string): string => NAMES[name as CallKind] ?? name;
  return message.replace(
    NAMED,
    (_, a: string, one: string, b: string, other: string, c: string) => `${a}${of(one)}${b}${of(other)}${c}`,
  );
}

function told(outcome: Outcome | null): string {
  if (outcome === null) return 'nothing';
  if (outcome.ok) return outcome.text === 'undefined' ? 'null' : outcome.text;
  const { name, message, code, dbosErrorCode, ...own } = decode(outcome.text) as Record<string, unknown>;
  const number = (code ?? dbosErrorCode) as number | undefined;
  if (number !== undefined) return `error ${number}: ${textOf(message as string)}`;
  return `error ${name as string}: ${message as string} ${encode(own)}`;
}

/** Observes a run. */
export function observe({ history, ending, results }: Run): Observed {
  const ended = Object.entries(results).map(
    ([id, { status, outcome, parent }]) => `${id} of ${parent ?? 'nobody'}: ${status} ${told(outcome)}`,
  );
  return {
    outcomes: numbered([`the run ${ending.how}`, ...ended]),
    positions: numbered([...new Set(history.flatMap(recordOf)), ...history.flatMap(callOf).toSorted(byText)]),
    effects: numbered(history.flatMap(effectOf)),
  };
}

const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/**
 * What an execution called, which bodies it ran, and what it came to. The SDK says what a call is, and runs its body, some
 * ticks after it was made: so in order of position, not of time. A sleep of no time takes a position and is never heard of.
 */
function callOf(event: Event): string[] {
  if (!('attempt' in event)) return [];
  const attempt = `${event.workflow}.${event.attempt}`;
  const at = 'position' in event ? `${attempt}/${`${event.position}`.padStart(3, '0')}` : attempt;
  switch (event.type) {
    case 'attempt.started':
      return [`${attempt} began on ${event.executor} with ${event.recorded} records`];
    case 'call.entered':
      if (event.kind === 'sleep' && !event.replayed) return [];
      return [`${at} ${event.replayed ? 'read' : 'made'} ${nameOf(event.kind, event.name)}`];
    case 'step.ran':
      return [`${at} ran ${event.name}, try ${event.tryNumber}`];
    case 'body.ended':
      return [`${attempt} came to ${told(event.outcome)}`];
    case 'attempt.ended':
      // An execution of the SDK that lost its workflow goes on to wait for what others make of it.
      return event.how === 'parked' ? [] : [`${attempt} ${event.how}`];
    default:
      return [];
  }
}

/** What was written, in order; a refusal once, for the SDK tries to record that it could not record. */
function recordOf(event: Event): string[] {
  if (event.type === 'record.refused')
    return [`${event.workflow}/${event.position ?? 'end'} refused to ${event.executor}`];
  if (event.type !== 'outcome.recorded') return [];
  const { workflow, position, kind, name, outcome, executor } = event;
  return [`${workflow}/${position} ${nameOf(kind, name)} recorded by ${executor}: ${told(outcome)}`];
}

function effectOf(event: Event): string[] {
  switch (event.type) {
    case 'world.answered': {
      const { operation, reply, effect, origin } = event;
      const from = `${origin.workflow}.${origin.attempt}/${origin.position}`;
      return [`${from} ${operation}${effect ? '' : ' (no effect)'}: ${told(reply)}`];
    }
    case 'message.sent':
      return [`message ${event.message} to ${event.to}/${event.topic}: ${event.text}`];
    case 'message.consumed':
      return [`message ${event.message} consumed at ${event.workflow}/${event.position}`];
    case 'event.set':
      return [`${event.workflow} published ${event.key}: ${event.text}`];
    case 'workflow.created':
      return [`${event.workflow} is a ${event.name} of ${event.parent ?? 'nobody'}`];
    case 'workflow.ended':
      return [`${event.workflow} ended: ${event.status} ${told(event.outcome)}`];
    default:
      return [];
  }
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

function numbered(lines: readonly string[]): string[] {
  const known = new Map<string, string>();
  const numberOf = (uuid: string): string => {
    if (!known.has(uuid)) known.set(uuid, `<uuid ${known.size + 1}>`);
    return known.get(uuid)!;
  };
  return lines.map((line) => line.replaceAll(UUID, numberOf));
}
