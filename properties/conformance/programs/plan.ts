/**
 * One script for two engines: what happened in a run of one, in terms that the other understands, so that it can follow.
 *
 * Labels do not carry over: the SDK reads a record by a move, claims a queue in one, waits for a child in memory. Both
 * engines stand on one machine, though, so what a move *does* has one meaning in both. A *step* of the plan is
 *  - a call that lands or is answered: through which door, from which position of which attempt of which workflow, and the
 *    how-manieth of those (a record that is read, a message that is awaited, a request to the outside world);
 *  - a claim of one workflow by one executor, and the beginning of its execution;
 *  - what the client does; a timer of an executor (those due together by the order in which they were set);
 *  - a fault, a restart, a takeover.
 * Moves that are none of these belong to one engine only and decide nothing that anybody sees: the other makes its own
 * when the plan cannot go on without. Moves take no time (the engines make different numbers of them): only timers do.
 * The SDK leads, because it claims whole queues at once and begins what it has claimed in its own time.
 */
import { type Choice, type Decider, type Option } from '../../../harness/decision.ts';
import type { Engine, Machine, Session } from '../../../harness/engine.ts';
import type { Executor } from '../../../harness/executor.ts';
import type { Claim, Fact, Note, Origin } from '../../../harness/history.ts';
import type { Scheduler, Seat } from '../../../harness/scheduler.ts';

/** A step of a plan, in words. */
export type Step = string;

/** Thrown into a run that cannot follow its plan. */
export class OffPlanError extends Error {
  override readonly name = 'OffPlanError';
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const executorIn = (label: string): string => /@(executor-\d+|client)/.exec(label)?.[1] ?? 'executor-1';
const withoutOrdinal = (name: string): string => name.replace(/#.*$/, '');

/** A second record at one position: the SDK tries to record that it was refused to record, and is refused again. */
const AGAIN = /\/\d+#\d+$/;

/** What is awaited in memory, or not at all, by one of the engines. */
const OWN_WAIT = /^(result|cancellation)\b/;

const begin = (workflow: string, attempt: number, executor: string): Step =>
  `begin ${workflow}.${attempt} by ${executor}`;

/** Who writes the end of a workflow: on the SDK, nobody's body runs by then. */
const betweenSteps = (name: string, attempt: string): string =>
  `${withoutOrdinal(name)} ${name.startsWith('finish ') ? `by ${executorIn(name)}` : `in ${attempt}`}`;

/** Listens to one run, and says what its moves mean. */
abstract class Ear {
  /** By label: what landing, answering and failing of calls mean. */
  readonly #meanings = new Map<string, Step>();
  readonly #counts = new Map<string, number>();
  /** How often each workflow was given to an execution. */
  readonly #executions = new Map<string, number>();
  /** What the move being made was found to mean by whoever chose it. */
  #chosen: Step | null | undefined = undefined;

  /** Called with every step of the plan that is made. */
  protected abstract made(step: Step, label: string): void;
  /** What a claim, or the answer to one, means; null: nothing yet. */
  protected abstract claimed(label: string): Step | null;
  protected abstract answered(seat: Seat, read: () => unknown): void;
  protected moved(): void {}
  protected noted(_event: Fact | Claim): void {}
  protected sent(_seat: Seat): void {}
  /** Called with every process that is about to start. */
  booting(_executor: Executor): void {}

  /** Follows what `machine` does from now on. */
  listen(machine: Machine): void {
    const { scheduler, cluster, note } = machine;
    const { send, answer, wait } = scheduler;
    const hear = scheduler as Mutable<Scheduler>;
    hear.send = (seat, door, ...rest) => {
      const meaning = this.#meaning(seat, door);
      if (door !== 'journal' || !AGAIN.test(meaning)) {
        this.sent(seat);
        for (const phase of ['land', 'reply', 'fail']) this.mean(`${phase} ${seat.name}`, `${phase} ${meaning}`);
      }
      send.call(scheduler, seat, door, ...(rest as [never, never]));
    };
    hear.answer = (seat, door, read, listener) => {
      if (door !== 'replay') this.answered(seat, read);
      else this.mean(`reply ${seat.name}`, `read ${this.#meaning(seat, door)}`);
      answer.call(scheduler, seat, door, read as never, listener as never);
    };
    hear.wait = (seat, ready) => {
      if (!OWN_WAIT.test(seat.name)) this.mean(`reply ${seat.name}`, `wake ${this.#meaning(seat, 'wait')}`);
      else if (seat.origin.position !== null) this.mean(`reply ${seat.name}`, known(seat.origin));
      return wait.call(scheduler, seat, ready);
    };
    cluster.tick = () => {
      for (const executor of [...cluster.executors, cluster.client]) executor.moved();
    };
    (machine as { note: Note }).note = (event) => {
      if (event.type === 'move.made') this.#moved(event);
      else {
        this.#given(event);
        this.noted(event);
      }
      note(event);
    };
  }

  /** A child is given to its parent's process when it is made, whether or not that lives to begin it. */
  #given(event: Fact | Claim): void {
    const isGiven = event.type === 'attempt.started' || (event.type === 'workflow.created' && event.parent !== null);
    if (isGiven && !this.#executions.has(event.workflow)) this.#executions.set(event.workflow, 1);
  }

  /** The beginning that follows from the claim of a workflow. */
  protected beginning(workflow: string, executor: Executor): Step {
    const attempt = 1 + (this.#executions.get(workflow) ?? 0);
    this.#executions.set(workflow, attempt);
    return begin(workflow, attempt, executor.id);
  }

  protected mean(label: string, step: Step): void {
    this.#meanings.set(label, step);
  }

  #meaning({ name, origin: { workflow, attempt, position } }: Seat, door: string): Step {
    const meaning = `${door} ${position === null ? betweenSteps(name, `${workflow}.${attempt}`) : `${workflow}.${attempt}/${position}`}`;
    const count = (this.#counts.get(meaning) ?? 0) + 1;
    this.#counts.set(meaning, count);
    return count === 1 ? meaning : `${meaning}#${count}`;
  }

  /** What an option of a choice means; null: it is no step of a plan. */
  protected meaning(options: readonly Option[], index: number): Step | null {
    const { kind, label } = options[index]!;
    if (kind === 'claim') return this.claimed(label);
    if (kind !== 'timer') return this.#meanings.get(label) ?? (kind === 'land' || kind === 'reply' ? null : label);
    const executor = executorIn(label);
    const before = options.slice(0, index).filter((other) => other.kind === 'timer' && executorIn(other.label) === executor);
    return `timer ${before.length + 1} of ${executor}`;
  }

  /** Remembers what was chosen, and returns its index. */
  protected choose(meaning: Step | null, index: number): number {
    this.#chosen = meaning;
    return index;
  }

  #moved(move: Option): void {
    const step = this.#chosen === undefined ? this.meaning([move], 0) : this.#chosen;
    this.#chosen = undefined;
    this.moved();
    if (step !== null) this.made(step, move.label);
  }
}

const known = ({ workflow, attempt, position }: Origin): Step => `know ${workflow}.${attempt}/${position}`;

/** What befalls processes; when all is over, it is nobody's concern. */
const FATE = /^(crash|restart|suspend|wake|takeover) executor/;
/** What the SDK sees no need to do when a workflow has ended meanwhile: a move of the model engine's own. */
const MOOT = /^(begin|know) /;

/** Leads: writes down the plan of its run. */
export class Leader extends Ear {
  readonly steps: Step[] = [];
  /** What follows from claims: the executions that have not begun. */
  readonly #claimed = new Set<Step>();
  /** Ends of children that somebody waits for, with the number of the move since when. */
  readonly #awaited = new Map<Step, number>();
  #moves = 0;

  /** `decide` decides the run. */
  decider(decide: Decider): Decider {
    return (choice) => {
      const index = decide(choice);
      return this.choose(this.meaning(choice.options, index), index);
    };
  }

  protected override made(step: Step): void {
    this.steps.push(step);
  }

  protected override moved(): void {
    this.#moves++;
  }

  protected override claimed(): null {
    return null;
  }

  protected override answered({ name, executor }: Seat, read: () => unknown): void {
    if (!name.startsWith('claim ')) return;
    for (const workflow of read() as readonly string[]) {
      this.#claimed.add(this.beginning(workflow, executor));
      this.steps.push(`claim ${workflow} by ${executor.id}`);
    }
  }

  /** In memory or not: when the end of a child is on its way to its record, its parent knows of it. */
  protected override sent({ origin }: Seat): void {
    this.#know(known(origin));
  }

  #know(step: Step, sinceMax = this.#moves): void {
    const since = this.#awaited.get(step);
    if (this.#awaited.delete(step) && since! <= sinceMax) this.steps.push(step);
  }

  protected override noted(event: Fact | Claim): void {
    if (event.type === 'call.entered' && event.kind === 'result' && !event.replayed) this.#awaited.set(known(event), this.#moves);
    // Or it is cancelled and learns that, unless it knew before it began to wait.
    if (event.type === 'call.settled') this.#know(known(event), this.#moves - 1);
    if (event.type !== 'attempt.started') return;
    const step = begin(event.workflow, event.attempt, event.executor);
    if (this.#claimed.delete(step)) this.steps.push(step);
  }
}

/** Follows the plan of another run, as far as it goes. */
export class Follower extends Ear {
  readonly #steps: readonly Step[];
  #at = 0;

  constructor(steps: readonly Step[]) {
    super();
    this.#steps = steps;
  }

  /** Throws `OffPlanError` if the next step of the plan cannot be made. */
  readonly decide = ({ options }: Choice): number => {
    const next = this.#steps[this.#at];
    const meanings: (Step | null)[] = [];
    for (const index of options.keys()) {
      const meaning = this.meaning(options, index);
      if (meaning !== null && meaning === next) return this.choose(meaning, index);
      meanings.push(meaning);
    }
    const own = meanings.findIndex((meaning) => this.#isOwn(meaning));
    if (own < 0) throw new OffPlanError(`${this.#planned}, but there are only ${meanings.join('; ')}`);
    return this.choose(null, own);
  };

  /** Throws `OffPlanError` if the run ended before its plan. */
  done(): void {
    if (!this.#isOver) throw new OffPlanError(`${this.#planned}, but the run is over`);
  }

  get #isOver(): boolean {
    return this.#steps.slice(this.#at).every((step) => FATE.test(step));
  }

  #isOwn(meaning: Step | null): boolean {
    return meaning === null || (MOOT.test(meaning) && !this.#steps.includes(meaning, this.#at));
  }

  protected override made(step: Step, label: string): void {
    if (this.#steps[this.#at] === step) this.#at++;
    else if (!this.#isOwn(step) && !(this.#isOver && step.startsWith('timer ')))
      throw new OffPlanError(`${this.#planned}, but what happens is ${step} (${label})`);
  }

  protected override claimed(label: string): Step {
    const [, workflow, by = 'executor-1'] = /^claim (.*?)(?:#\d+)?(?: by (.*))?$/.exec(label)!;
    return `claim ${workflow} by ${by}`;
  }

  protected override answered({ name, executor }: Seat): void {
    if (!name.startsWith('claim ')) return;
    this.mean(`reply ${name}`, this.beginning(withoutOrdinal(name).slice('claim '.length), executor));
  }

  /** An execution that lost its workflow goes on waiting, on the SDK: there, a process has more that a crash can end. */
  override booting(executor: Executor): void {
    Object.defineProperty(executor, 'busy', { value: true });
  }

  get #planned(): string {
    const before = this.#steps.slice(Math.max(0, this.#at - 3), this.#at).join('; ');
    return `step ${this.#at} of the plan is ${this.#steps[this.#at] ?? 'to end'} (after ${before})`;
  }
}

/** `engine`, with somebody listening to its runs. */
export function overheard<C, W, T>(engine: Engine<C, W, T>, ear: Ear): Engine<C, W, T> {
  const begin = (machine: Machine): Session<C, W, T> => {
    ear.listen(machine);
    const session = engine.begin(machine);
    const boot = session.boot.bind(session);
    session.boot = (executor) => {
      ear.booting(executor);
      boot(executor);
    };
    return session;
  };
  return { name: engine.name, begin };
}
