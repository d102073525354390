/**
 * A run as the checks look at it: for each attempt, which call took which position, and what it asked of the world.
 * Pure functions of the history.
 */
import type { Event, EventOf } from './history.ts';
import type { Run } from './run.ts';

/** One request that a step body made, with its answer (null: none came). */
export interface Request {
  readonly asked: string;
  readonly answer: string | null;
}

/** One call of one attempt. */
export interface Observed {
  readonly entered: EventOf<'call.entered'>;
  /** What the body asked of the world, in order of asking. Empty for replayed calls: their body does not run. */
  readonly requests: Request[];
  /** The body used time or randomness, or asked several things at once: its work may differ in good right. */
  free: boolean;
}

/** One execution of one workflow. */
export interface AttemptTable {
  readonly workflow: string;
  readonly attempt: number;
  readonly started: EventOf<'attempt.started'>;
  /** By position. */
  readonly calls: Map<number, Observed>;
  /** The body came to its end, in this attempt, of its own accord. */
  bodyEnded: EventOf<'body.ended'> | null;
  ended: EventOf<'attempt.ended'> | null;
  /** From here on the engine, not the program, decided what was called. */
  derailed: EventOf<'attempt.derailed'> | null;
}

export interface Observation {
  readonly attempts: readonly AttemptTable[];
  /** What each workflow was created as: its name and input, as one text. */
  readonly created: ReadonlyMap<string, string>;
  /** The outcome at each position of each workflow. */
  readonly outcomes: ReadonlyMap<string, ReadonlyMap<number, EventOf<'outcome.recorded'>>>;
}

const known = new WeakMap<Run, Observation>();

/** The observation of `run`; computed once. */
export function observe(run: Run): Observation {
  let observation = known.get(run);
  if (observation === undefined) known.set(run, (observation = read(run.history)));
  return observation;
}

/** The outcome recorded at the position of a call, by whatever attempt. */
export function outcomeAt(
  { outcomes }: Observation,
  { workflow, position }: EventOf<'call.entered'>,
): EventOf<'outcome.recorded'> | undefined {
  return outcomes.get(workflow)?.get(position);
}

/** The call that recorded an outcome: the last to enter its position before the record, on the executor that wrote it. */
export function recorderOf({ attempts }: Observation, recorded: EventOf<'outcome.recorded'>): Observed | undefined {
  let found: Observed | undefined;
  for (const { workflow, started, calls } of attempts) {
    const call = calls.get(recorded.position);
    if (workflow !== recorded.workflow || started.executor !== recorded.executor || call === undefined) continue;
    if (!call.entered.replayed && call.entered.seq < recorded.seq) found = call;
  }
  return found;
}

/** Events of one type, in order. */
export function eventsOf<T extends Event['type']>(run: Run, type: T): EventOf<T>[] {
  return run.history.filter((event): event is EventOf<T> => event.type === type);
}

/** Whether executors failed in this run: only then does the law say anything. */
export const isFaulty = ({ history }: Run): boolean =>
  history.some(({ type }) => type === 'executor.crashed' || type === 'executor.suspended');

function read(history: readonly Event[]): Observation {
  const attempts = new Map<string, AttemptTable>();
  const created = new Map<string, string>();
  const outcomes = new Map<string, Map<number, EventOf<'outcome.recorded'>>>();
  const requests = new Map<string, { request: { asked: string; answer: string | null } }>();
  const callAt = (workflow: string | null, attempt: number | null, position: number | null): Observed | undefined =>
    position === null ? undefined : attempts.get(`${workflow}/${attempt}`)?.calls.get(position);
  for (const event of history) {
    switch (event.type) {
      case 'workflow.created':
        created.set(event.workflow, `${event.name} ${event.input}`);
        break;
      case 'attempt.started':
        attempts.set(`${event.workflow}/${event.attempt}`, begin(event));
        break;
      case 'call.entered': {
        const table = attempts.get(`${event.workflow}/${event.attempt}`);
        if (table !== undefined && table.derailed === null)
          table.calls.set(event.position, { entered: event, requests: [], free: false });
        break;
      }
      case 'world.called': {
        const request = { asked: `${event.operation} ${event.input} ${event.key ?? ''}`, answer: null };
        requests.set(event.call, { request });
        const body = callAt(event.origin.workflow, event.origin.attempt, event.origin.position);
        // Requests side by side have no order of their own.
        if (body?.requests.some((earlier) => earlier.answer === null)) body.free = true;
        body?.requests.push(request);
        break;
      }
      case 'world.answered':
        answer(requests.get(event.call), event.reply.text);
        break;
      case 'world.failed':
        answer(requests.get(event.call), 'failed');
        break;
      case 'step.free':
        taint(callAt(event.workflow, event.attempt, event.position));
        break;
      case 'outcome.recorded':
        (outcomes.get(event.workflow) ?? setNew(outcomes, event.workflow)).set(event.position, event);
        break;
      case 'body.ended':
      case 'attempt.ended':
      case 'attempt.derailed':
        conclude(attempts.get(`${event.workflow}/${event.attempt}`), event);
        break;
      default:
    }
  }
  return { attempts: [...attempts.values()], created, outcomes };
}

const begin = (started: EventOf<'attempt.started'>): AttemptTable => ({
  ...{ workflow: started.workflow, attempt: started.attempt, started, calls: new Map() },
  ...{ bodyEnded: null, ended: null, derailed: null },
});

function conclude(
  table: AttemptTable | undefined,
  event: EventOf<'body.ended' | 'attempt.ended' | 'attempt.derailed'>,
): void {
  if (table === undefined) return;
  if (event.type === 'body.ended') table.bodyEnded = table.derailed === null ? event : null;
  else if (event.type === 'attempt.ended') table.ended = event;
  else table.derailed = event;
}

function answer(asked: { request: { answer: string | null } } | undefined, text: string): void {
  if (asked !== undefined) asked.request.answer = text;
}

function taint(call: Observed | undefined): void {
  if (call !== undefined) call.free = true;
}

function setNew<K, V>(map: Map<string, Map<K, V>>, key: string): Map<K, V> {
  const value = new Map<K, V>();
  map.set(key, value);
  return value;
}
