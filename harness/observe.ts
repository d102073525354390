/**
 * A run as the checks look at it: for each attempt, which call took which position, what it asked of the world, and whose
 * work was recorded. Pure functions of the history, which is gone through once for all checks together.
 */
import type { Event, EventOf } from './history.ts';
import type { AttemptTable, Observation, Observed, Recorded, Request, Rerun, WorkflowTable } from './observed.ts';
import { Lives } from './lives.ts';
import type { Run } from './run.ts';

export type { AttemptTable, Observed, Recorded } from './observed.ts';

/** Observations of runs that others are held against. Weak maps are slow to fill: the rest are only known one at a time. */
const kept = new WeakMap<Run, Observation>();
let last: { readonly run: Run; readonly observation: Observation } | null = null;

/** The observation of `run`: of the last run asked for, and of those kept, it is at hand. */
export function observe(run: Run): Observation {
  if (last?.run === run) return last.observation;
  const known = kept.get(run);
  if (known !== undefined) return known;
  const observation = new Reader().read(run.history);
  last = { run, observation };
  return observation;
}

/** Keeps the observation of a run that will be asked for again and again. */
export function keepObservation(run: Run): void {
  kept.set(run, observe(run));
}

/** What is recorded at the position of a call, by whatever attempt. */
export const recordAt = (table: AttemptTable, { entered }: Observed): Recorded | undefined =>
  table.of.records[entered.position];

/** Events of one type, in order. */
export function eventsOf<T extends Event['type']>(run: Run, type: T): readonly EventOf<T>[] {
  if (INDEXED.has(type)) return (observe(run).indexed.get(type) ?? []) as readonly EventOf<T>[];
  return run.history.filter((event): event is EventOf<T> => event.type === type);
}

const INDEXED: ReadonlySet<Event['type']> = new Set<Event['type']>([
  ...([
    'ambient.read',
    'value.refused',
    'process.died',
    'call.strayed',
    'call.denied',
    'schedule.skipped',
    'transaction.committed',
    'message.consumed',
  ] as const),
  ...(['world.called', 'world.answered', 'world.failed', 'record.refused', 'executor.crashed'] as const),
]);

/** Whether executors failed in this run. */
export const isFaulty = (run: Run): boolean => observe(run).faulty;

type Writable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };
type Attempt = Writable<Omit<AttemptTable, 'of' | 'afterwards'>> & {
  readonly of: Workflow;
  readonly afterwards: Writable<AttemptTable['afterwards']>;
};
/** A table that is being filled. */
export type Workflow = Writable<Omit<WorkflowTable, 'attempts'>> & { readonly attempts: Attempt[] };

class Reader {
  readonly #lives = new Lives();
  readonly #attempts: Attempt[] = [];
  readonly #reruns: Rerun[] = [];
  readonly #unrecorded: EventOf<'call.settled'>[] = [];
  #indexed: Map<Event['type'], Event[]> | null = null;
  #requests: Map<string, Request> | null = null;
  /** When calls were entered that the tables leave out, by `workflow/attempt/position`. */
  #derailed: Map<string, number> | null = null;
  #faulty = false;

  read(history: readonly Event[]): Observation {
    for (const event of history) this.#take(event);
    return {
      workflows: this.#lives.first,
      attempts: this.#attempts,
      reruns: this.#reruns,
      unrecorded: this.#unrecorded,
      faulty: this.#faulty,
      indexed: this.#indexed ?? NOTHING,
    };
  }

  #index(event: Event): void {
    const indexed = (this.#indexed ??= new Map());
    const list = indexed.get(event.type);
    if (list === undefined) indexed.set(event.type, [event]);
    else list.push(event);
  }

  #take(event: Event): void {
    switch (event.type) {
      case 'call.entered':
        return this.#entered(event);
      case 'outcome.recorded':
        return this.#recorded(event);
      case 'step.ran':
        return this.#ran(event);
      case 'call.settled':
        return this.#settled(event);
      case 'workflow.created':
        this.#lives.of(event.workflow).created = event;
        return;
      case 'workflow.begins':
        return this.#lives.begin(event);
      case 'attempt.started':
        return this.#started(event);
      case 'body.ended':
      case 'attempt.ended':
      case 'attempt.derailed':
        return conclude(this.#attempt(event.workflow, event.attempt), event);
      case 'world.called':
        this.#index(event);
        return this.#asked(event);
      case 'world.answered':
        this.#index(event);
        return this.#answered(event.call, event.reply.text);
      case 'world.failed':
        this.#index(event);
        return this.#answered(event.call, 'failed');
      case 'step.free': {
        const call = this.#attempt(event.workflow, event.attempt)?.calls[event.position];
        if (call !== undefined) call.free = true;
        return;
      }
      case 'executor.crashed':
      case 'executor.suspended':
        this.#faulty = true;
        return this.#index(event);
      case 'record.refused':
      case 'ambient.read':
      case 'value.refused':
      case 'process.died':
      case 'call.strayed':
      case 'call.denied':
      case 'schedule.skipped':
      case 'transaction.committed':
      case 'message.consumed':
        return this.#index(event);
      default:
    }
  }

  #attempt(workflow: string | null, attempt: number | null): Attempt | undefined {
    if (workflow === null) return undefined;
    const { attempts } = this.#lives.of(workflow);
    for (let index = attempts.length - 1; index >= 0; index--)
      if (attempts[index]!.attempt === attempt) return attempts[index];
    return undefined;
  }

  #started(started: EventOf<'attempt.started'>): void {
    const { workflow, attempt } = started;
    const of = this.#lives.of(workflow);
    const afterwards = { ran: [], ended: null };
    const none = { bodyEnded: null, ended: null, derailed: null };
    const table: Attempt = { workflow, attempt, of, started, calls: [], sharing: [], afterwards, ...none };
    of.attempts.push(table);
    this.#attempts.push(table);
  }

  #entered(entered: EventOf<'call.entered'>): void {
    const table = this.#attempt(entered.workflow, entered.attempt);
    const { workflow, attempt, position, seq } = entered;
    if (table?.derailed === null) {
      if (table.calls[position] !== undefined) table.sharing.push(entered);
      else table.calls[position] = { entered, requests: NO_REQUESTS, ran: false, threw: null, free: false };
    } else (this.#derailed ??= new Map()).set(`${workflow}/${attempt}/${position}`, seq);
  }

  #recorded(event: EventOf<'outcome.recorded'>): void {
    const { attempts, records } = this.#lives.of(event.workflow);
    let by: Observed | undefined;
    for (const { started, calls } of attempts) {
      const call = calls[event.position];
      if (call !== undefined && started.executor === event.executor && !call.entered.replayed) by = call;
    }
    records[event.position] = { event, by };
  }

  #ran(ran: EventOf<'step.ran'>): void {
    const { workflow, attempt, position } = ran;
    const table = this.#attempt(workflow, attempt);
    const call = table?.calls[position];
    if (call === undefined) table?.afterwards.ran.push(ran);
    else call.ran = true;
    const recorded = this.#lives.of(workflow).records[position]?.event;
    if (recorded === undefined) return;
    const enteredSeq = call?.entered.seq ?? this.#derailed?.get(`${workflow}/${attempt}/${position}`) ?? Infinity;
    // In flight already when another execution recorded the position: at least once, as promised.
    if (recorded.seq < enteredSeq) this.#reruns.push({ recorded, ran });
  }

  #settled(event: EventOf<'call.settled'>): void {
    const { workflow, attempt, position, ok, threw = null } = event;
    if (this.#lives.of(workflow).records[position] === undefined) this.#unrecorded.push(event);
    const call = ok ? undefined : this.#attempt(workflow, attempt)?.calls[position];
    if (call !== undefined) call.threw = threw;
  }

  #asked({ operation, input, key, call, origin }: EventOf<'world.called'>): void {
    const request = { asked: `${operation} ${input} ${key ?? ''}`, answer: null };
    (this.#requests ??= new Map()).set(call, request);
    const { workflow, attempt, position } = origin;
    const body = position === null ? undefined : this.#attempt(workflow, attempt)?.calls[position];
    if (body === undefined) return;
    // Requests side by side have no order of their own.
    if (body.requests.some((earlier) => earlier.answer === null)) body.free = true;
    body.requests = [...body.requests, request];
  }

  #answered(call: string, text: string): void {
    const request = this.#requests?.get(call);
    if (request !== undefined) request.answer = text;
  }
}

const NO_REQUESTS: readonly Request[] = [];
const NOTHING: Observation['indexed'] = new Map();

function conclude(
  table: Attempt | undefined,
  event: EventOf<'body.ended' | 'attempt.ended' | 'attempt.derailed'>,
): void {
  if (table === undefined) return;
  if (event.type === 'body.ended' && table.derailed !== null) table.afterwards.ended = event;
  else if (event.type === 'body.ended') table.bodyEnded = event;
  else if (event.type === 'attempt.ended') table.ended = event;
  else table.derailed = event;
}
