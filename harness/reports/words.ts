/**
 * Every event of a history in a few words, with a sign and a tone, and everything it carries: what the drawn reports say.
 * Nothing is said by tone alone: each has signs of its own.
 */
import type { Event, EventOf, Origin } from '../history.ts';
import type { Idiom } from '../idiom.ts';
import { count, show, showCall, showOutcome, spot } from '../phrase.ts';
import { errorLine, type Outcome } from '../values.ts';

/** `live` work done and recorded · `replayed` read from the journal · `bad` faults, errors · `effect` the world changed. */
export type Tone = 'live' | 'replayed' | 'bad' | 'effect' | 'quiet';

/** An event in words. */
export interface Words {
  readonly sign: string;
  readonly text: string;
  readonly tone: Tone;
}

/** Types that share their shape are told apart nowhere else. */
type Of<T, E = Event> = E extends { readonly type: infer U } ? (T extends U ? E : never) : never;
type Telling = { readonly [T in Event['type']]: (event: Of<T>) => readonly [sign: string, text: string, Tone] };

/** A stored value is JSON wherever JSON keeps it whole; on one line there is only so much room. */
const value = (text: string): string => (text.length <= VALUE_MAX ? text : `${text.slice(0, VALUE_MAX - 1)}…`);
const VALUE_MAX = 40;

/** Signs, with the selector that keeps them from being drawn as pictures. */
const MESSAGE = '✉\uFE0E';

const TELLING: Telling = {
  'move.made': ({ kind, label }) => [kind === 'timer' ? '◷' : '·', label, 'quiet'],
  'workflow.created': ({ workflow, parent }) => [
    parent === null ? '✦' : '⤷',
    `${workflow} is created${parent === null ? '' : ` by ${parent}`}`,
    'quiet',
  ],
  'workflow.ended': ({ workflow, status }) => [status === 'SUCCESS' ? '●' : '✗', `${workflow} is ${status}`, 'quiet'],
  'workflow.begins': ({ workflow }) => ['↻', `${workflow} begins again`, 'quiet'],
  'outcome.recorded': ({ outcome }) => ['●', `recorded ${showOutcome(outcome)}`, 'live'],
  'record.refused': ({ because }) => ['✗', `record refused: ${because}`, 'bad'],
  'world.called': ({ operation, input }) => ['▸', `asks ${operation}(${asked(input)})`, 'quiet'],
  'world.answered': ({ operation, effect, reply }) =>
    effect
      ? ['◆', `${operation} takes effect`, 'effect']
      : ['◇', `${operation} answers ${showOutcome(reply)}`, 'quiet'],
  'world.failed': ({ operation, landed }) => [
    '✗',
    `${operation} ${landed ? 'took effect, the answer is lost' : 'fails, no effect'}`,
    'bad',
  ],
  'transaction.committed': ({ name }) => ['◆', `${name} commits`, 'effect'],
  'message.sent': ({ to, text }) => [MESSAGE, `message to ${to}: ${value(text)}`, 'quiet'],
  'message.consumed': ({ message }) => [MESSAGE, `message ${message} is consumed`, 'quiet'],
  'event.set': ({ key, text }) => ['⚑', `event ${key} is ${value(text)}`, 'quiet'],
  'stream.written': ({ key, text }) => ['⚑', `stream ${key} gets ${value(text)}`, 'quiet'],
  'executor.crashed': ({ executor, lost }) => [
    '✗',
    `${executor} crashes${lost.length === 0 ? '' : `: ${count(lost.length, 'call')} lost`}`,
    'bad',
  ],
  'executor.restarted': ({ executor }) => ['↻', `${executor} restarts`, 'quiet'],
  'executor.suspended': ({ executor }) => ['‖', `${executor} is suspended`, 'bad'],
  'executor.woken': ({ executor }) => ['▷', `${executor} wakes: a zombie`, 'bad'],
  'executor.replaced': ({ executor, by }) => ['✗', `${by} takes over from ${executor}`, 'bad'],
  'process.died': ({ executor, error }) => ['✗', `${executor} dies: ${error}`, 'bad'],
  'ambient.read': ({ what, value: read }) => ['◷', `${what} is ${show(read)}`, 'quiet'],
  'attempt.started': ({ attempt, recorded }) => [
    '▶\uFE0E',
    attempt === 1 && recorded === 0 ? 'starts' : `starts, with ${count(recorded, 'record')}`,
    'quiet',
  ],
  'body.ended': ({ outcome }) => [
    outcome.ok ? '■' : '✗',
    outcome.ok ? `returns ${showOutcome(outcome)}` : showOutcome(outcome),
    outcome.ok ? 'quiet' : 'bad',
  ],
  'attempt.ended': ({ how }) =>
    how === 'parked' ? ['✗', 'stops: not its workflow any more', 'bad'] : ['■', 'ends', 'quiet'],
  'call.entered': (event) => [event.replayed ? '←' : '▸', showCall(event), event.replayed ? 'replayed' : 'live'],
  'call.settled': ({ ok, threw }) =>
    ok ? ['↩\uFE0E', 'answered', 'quiet'] : ['✗', `throws ${threw ?? 'an error'}`, 'bad'],
  'step.ran': ({ name, tryNumber }) => [
    '▸',
    `${name === '' ? '<unnamed step>' : name} runs${tryNumber > 1 ? `, try ${tryNumber}` : ''}`,
    'live',
  ],
  'step.free': () => ['◷', 'uses time or randomness', 'quiet'],
  'replay.diverged': ({ recorded, called }) => ['✗', `calls ${called}, but ${recorded} is recorded`, 'bad'],
  'attempt.derailed': ({ error }) => ['✗', `the engine throws: ${error}`, 'bad'],
  'call.strayed': ({ beside }) => ['✗', `a step is called outside of ${beside}`, 'bad'],
  'call.denied': ({ name }) => ['✗', `${name} takes effect, and throws`, 'bad'],
  'schedule.skipped': ({ schedule, missing }) => ['✗', `schedule ${schedule} has left out ${missing}`, 'bad'],
  'value.refused': ({ name, because }) => ['✗', `${name} cannot be recorded: ${because}`, 'bad'],
};

const asked = (input: string): string => (input === 'undefined' ? '' : value(input));

/** What `event` says, in one line. */
export function wordsOf(event: Event): Words {
  const [sign, text, tone] = (TELLING[event.type] as (event: Event) => readonly [string, string, Tone])(event);
  return { sign, text, tone };
}

/** Characters of one payload that are shown; what is cut is said. */
const PAYLOAD_MAX = 4_000;

/** What is said elsewhere: when it happened, and how it looks. Hashes say nothing to anybody. */
const SAID: ReadonlySet<string> = new Set(['type', 'seq', 'atMs', 'replayed', 'unseen', 'branch', 'body']);

/** Everything `event` carries, by name, as its reader would write it. */
export function fieldsOf(event: Event, idiom: Idiom): [name: string, text: string][] {
  return Object.entries(event as unknown as Record<string, unknown>).flatMap(([name, field]): [string, string][] =>
    field === null || field === undefined || SAID.has(name)
      ? []
      : [[nameOf(name, idiom), cutLong(textOf(name, field, idiom))]],
  );
}

/** `pendingTimers` is `pending timers`. */
const nameOf = (name: string, { position }: Idiom): string =>
  name === 'position' ? position[0] : name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function textOf(name: string, field: unknown, idiom: Idiom): string {
  switch (name) {
    case 'outcome':
    case 'reply':
      return outcomeText(field as Outcome);
    case 'origin':
      return origin(field as Origin, idiom);
    case 'site':
      return (field as readonly string[]).join('\n');
    case 'lost':
      return (field as EventOf<'executor.crashed'>['lost'])
        .map(({ label, door, landed }) => `${label} (${door}, ${landed ? 'had landed' : 'had not landed'})`)
        .join('\n');
    default:
      return Array.isArray(field) ? field.join(', ') : String(field);
  }
}

/** A value as it is stored; what was thrown with its message first. */
const outcomeText = ({ ok, text }: Outcome): string => (ok ? text : `throws ${errorLine(text)}\n${text}`);

const origin = ({ workflow, attempt, position }: Origin, idiom: Idiom): string => {
  if (workflow === null) return 'the client';
  return `attempt ${attempt}, ${position === null ? `between steps of ${workflow}` : spot(idiom, position, workflow)}`;
};

const cutLong = (text: string): string =>
  text.length <= PAYLOAD_MAX
    ? text
    : `${text.slice(0, PAYLOAD_MAX)}… (${count(text.length - PAYLOAD_MAX, 'more character')})`;
