/**
 * Listens to one run, on either engine, and says what its moves mean: `plan.ts` says what meanings there are. Changes one
 * thing about the run: moves take no time.
 */
import type { Option } from '../../../harness/decision.ts';
import type { Machine } from '../../../harness/engine.ts';
import type { Executor } from '../../../harness/executor.ts';
import type { Claim, Fact, Note, Origin } from '../../../harness/history.ts';
import type { Scheduler, Seat } from '../../../harness/scheduler.ts';

/** A step of a plan, in words. */
export type Step = string;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const executorIn = (label: string): string => /@(executor-\d+|client)/.exec(label)?.[1] ?? 'executor-1';
/** `charge` of `charge#2`. */
export const withoutOrdinal = (name: string): string => name.replace(/#.*$/, '');

/** A second record at one position: the SDK tries to record that it was refused to record, and is refused again. */
const AGAIN = /\/\d+#\d+$/;

/** What is awaited in memory, or not at all, by one of the engines. */
const OWN_WAIT = /^(result|cancellation)\b/;

/** An execution of a workflow begins that was claimed before. */
export const begins = (workflow: string, attempt: number, executor: string): Step =>
  `begin ${workflow}.${attempt} by ${executor}`;

/** Who writes the end of a workflow: on the SDK, nobody's body runs by then. */
const betweenSteps = (name: string, attempt: string): string =>
  `${withoutOrdinal(name)} ${name.startsWith('finish ') ? `by ${executorIn(name)}` : `in ${attempt}`}`;

/** A parent learns that its child has ended. */
export const known = ({ workflow, attempt, position }: Origin): Step => `know ${workflow}.${attempt}/${position}`;

/** Listens to one run, and says what its moves mean. */
export abstract class Ear {
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
    const send = scheduler.send.bind(scheduler);
    const answer = scheduler.answer.bind(scheduler);
    const wait = scheduler.wait.bind(scheduler);
    const hear = scheduler as Mutable<Scheduler>;
    hear.send = (seat, door, ...rest) => {
      const meaning = this.#meaning(seat, door);
      if (door !== 'journal' || !AGAIN.test(meaning)) {
        this.sent(seat);
        for (const phase of ['land', 'reply', 'fail']) this.mean(`${phase} ${seat.name}`, `${phase} ${meaning}`);
      }
      send(seat, door, ...rest);
    };
    hear.answer = (seat, door, read, listener) => {
      if (door !== 'replay') this.answered(seat, read);
      else this.mean(`reply ${seat.name}`, `read ${this.#meaning(seat, door)}`);
      answer(seat, door, read, listener);
    };
    hear.wait = (seat, ready) => {
      if (!OWN_WAIT.test(seat.name)) this.mean(`reply ${seat.name}`, `wake ${this.#meaning(seat, 'wait')}`);
      else if (seat.origin.position !== null) this.mean(`reply ${seat.name}`, known(seat.origin));
      return wait(seat, ready);
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
    return begins(workflow, attempt, executor.id);
  }

  protected mean(label: string, step: Step): void {
    this.#meanings.set(label, step);
  }

  #meaning({ name, origin: { workflow, attempt, position } }: Seat, door: string): Step {
    const from = `${workflow}.${attempt}`;
    const meaning = `${door} ${position === null ? betweenSteps(name, from) : `${from}/${position}`}`;
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
    const before = options
      .slice(0, index)
      .filter((other) => other.kind === 'timer' && executorIn(other.label) === executor);
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
