/**
 * One script for two engines: what happened in a run of one, in terms that the other understands, so that it can follow.
 *
 * Labels do not carry over: the SDK reads a record by a move, claims a queue in one, waits for a child in memory. Both
 * engines stand on one machine, though, so what a move *does* has one meaning in both. A *step* of the plan is
 *  - a call that lands or is answered: through which door, from which position of which attempt of which workflow, and the
 *    how-manieth of those (a record that is read, a message that is awaited, a request to the outside world);
 *  - a claim of one workflow by one executor, and the beginning of its execution;
 *  - a parent that learns of the end of its child, in memory or not, or is cancelled while it waits for it;
 *  - what the client does; a timer of an executor (those due together by the order in which they were set);
 *  - a fault, a restart, a takeover.
 * Moves that are none of these belong to one engine only and decide nothing that anybody sees: the other makes its own
 * when the plan cannot go on without. Moves take no time (the engines make different numbers of them): only timers do.
 * The SDK leads, because it claims whole queues at once and begins what it has claimed in its own time. That says nothing
 * of who is right: a step that the model engine cannot make, or one that it makes too many, is a disagreement.
 */
import type { Choice, Decider } from '../../../harness/decision.ts';
import type { Engine, Machine, Session } from '../../../harness/engine.ts';
import type { Executor } from '../../../harness/executor.ts';
import type { Claim, Fact } from '../../../harness/history.ts';
import type { Seat } from '../../../harness/scheduler.ts';
import { begins, Ear, known, type Step, withoutOrdinal } from './ear.ts';

/** Thrown into a run that cannot follow its plan. */
export class OffPlanError extends Error {
  override readonly name = 'OffPlanError';
}

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
    if (event.type === 'call.entered' && event.kind === 'result' && !event.replayed)
      this.#awaited.set(known(event), this.#moves);
    // Or it is cancelled and learns that, unless it knew before it began to wait.
    if (event.type === 'call.settled') this.#know(known(event), this.#moves - 1);
    if (event.type !== 'attempt.started') return;
    const step = begins(event.workflow, event.attempt, event.executor);
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
  return { ...engine, begin };
}
