/**
 * One process that runs workflows: its clock, its randomness, whether it is alive. A restart makes a new `Executor` with
 * the same id, so that whatever still belongs to the old one can be told apart and refused.
 */
import type { Ambient, AmbientKind } from './ambient.ts';
import type { Clock } from './clock.ts';
import type { Note } from './history.ts';
import { place } from './lineage.ts';
import type { Random } from './random.ts';
import { withSite } from './site.ts';

/** A loop that reads the clock this often without a move in between waits for time that will not pass. */
const READS_MAX = 100_000;
/** Reads noted between two moves: more of them tell nothing new, and would fill the memory. */
const READS_NOTED_MAX = 100;

/** Thrown into a loop that spins on the clock: simulated time passes between moves, never during one. */
class BusyWaitError extends Error {
  override readonly name = 'BusyWaitError';
  constructor(what: string) {
    super(
      `${what} was read ${READS_MAX} times without a pause: a loop waits for time to pass, and blocks its whole process`,
    );
  }
}

/** What simulated code is, from the inside: a clock, a source of randomness, and a name for each of its calls. */
export class Executor implements Ambient {
  readonly id: string;
  /** 1 for the first process of this id, 2 after its first restart. */
  readonly incarnation: number;
  readonly clock: Clock;
  state: 'up' | 'suspended' | 'dead' = 'up';
  /** How many calls wait for their reply. */
  inFlight = 0;
  /** Why its code would never give the process back; null: it did, so far. */
  blocked: string | null = null;
  readonly #random: Random;
  readonly #note: Note;
  readonly #names: Map<string, number>;
  /** What tells the labels of this executor from those of the first: nothing on the first. */
  readonly #suffix: string;
  #reads = 0;
  #owners = 0;

  constructor(
    id: string,
    incarnation: number,
    clock: Clock,
    random: Random,
    note: Note,
    names: Map<string, number> = new Map(),
  ) {
    this.id = id;
    this.incarnation = incarnation;
    this.clock = clock;
    this.#random = random;
    this.#note = note;
    this.#names = names;
    this.#suffix = id === FIRST ? '' : `@${id}`;
  }

  /** The next incarnation, on the same clock (its timers are gone, its time goes on) and with labels that go on counting. */
  reborn(): Executor {
    this.clock.reset(this.clock.nowMs);
    return new Executor(this.id, this.incarnation + 1, this.clock, this.#random, this.#note, this.#names);
  }

  /** Whether a crash would lose anything. */
  get busy(): boolean {
    return this.inFlight > 0 || this.clock.pending > 0;
  }

  /** `charge#2` for the second call named charge: unique in a run. Executors other than the first add their name. */
  name(what: string): string {
    const ordinal = (this.#names.get(what) ?? 0) + 1;
    this.#names.set(what, ordinal);
    return `${what}#${ordinal}${this.#suffix}`;
  }

  /** A fresh owner token: no two executions of a run share one. */
  token(): string {
    return `${this.id}/${this.incarnation}/${++this.#owners}`;
  }

  random(): number {
    return this.#random.unit();
  }

  /** Notes what a workflow reads from its surroundings: harmless in a step, whose result is recorded, not between steps. */
  read(what: AmbientKind, value: string | number): void {
    if (++this.#reads > READS_MAX) {
      const error = new BusyWaitError(what);
      this.blocked = error.message;
      throw error;
    }
    const at = place();
    if (at?.attempt == null || at.engine || this.#reads > READS_NOTED_MAX) return;
    const { workflow, number: attempt } = at.attempt;
    if (at.position !== null) this.#note({ type: 'step.free', workflow, attempt, position: at.position });
    else this.#note(withSite({ type: 'ambient.read', workflow, attempt, what, value, branch: at.branch }));
  }

  /** Notes that a step goes by the clock. */
  timed(): void {
    const at = place();
    if (at?.attempt == null || at.position === null) return;
    const { workflow, number: attempt } = at.attempt;
    this.#note({ type: 'step.free', workflow, attempt, position: at.position });
  }

  /** Called before every move: reads are counted from one move to the next. */
  moved(): void {
    this.#reads = 0;
  }
}

const FIRST = 'executor-1';

/** `executor-1`, `executor-2`, ... */
export const executorId = (index: number): string => `executor-${index + 1}`;
