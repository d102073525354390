/**
 * The executors and what can befall them: crash, restart, suspension, being presumed dead and replaced, waking as a zombie.
 *
 * Legality and budgets live here (`limits`), likelihood with the strategies. Knows an engine only as something that boots
 * an executor and hands over what an executor leaves behind.
 */
import { Clock } from './clock.ts';
import type { MoveKind } from './decision.ts';
import { Executor, executorId } from './executor.ts';
import type { Note, Origin } from './history.ts';
import { remembered } from './random.ts';
import type { Move, Offer } from './offer.ts';
import type { Scheduler } from './scheduler.ts';

/** Budgets of one run: how much may go wrong, and when to give up. */
export interface Limits {
  /** Processes that run workflows. Default 1. */
  readonly executors: number;
  /** Crashes in one run. Default 2: the second can hit the recovery from the first. */
  readonly crashesMax: number;
  /** Calls to the outside world that fail or whose answer is lost. Default 0. */
  readonly failuresMax: number;
  /** Executors suspended in one run (a long pause: to others, if there are any, it looks dead). Default 0. */
  readonly suspensionsMax: number;
  /** Moves after which a run is given up as a livelock. Default 10,000. */
  readonly movesMax: number;
  /** Recoveries after which a workflow is dead-lettered. Default 100, as in DBOS. */
  readonly recoveriesMax: number;
  /** Difference between the clocks of neighbouring executors, in milliseconds. Default 0. */
  readonly skewMs: number;
  /** How far the clock of the database is ahead of that of the first executor, in milliseconds; may be less than 0. Default 0. */
  readonly databaseSkewMs: number;
}

/** One executor, two crashes, a reliable world. */
export const DEFAULT_LIMITS: Limits = {
  executors: 1,
  crashesMax: 2,
  failuresMax: 0,
  suspensionsMax: 0,
  movesMax: 10_000,
  recoveriesMax: 100,
  skewMs: 0,
  databaseSkewMs: 0,
};

/** What the machine asks of an engine when processes come and go. */
export interface Lifecycle {
  /** Starts the user's program in a new process, afresh. */
  boot(executor: Executor): void;
  /** Whether `executorId` has workflows it did not finish. */
  owns(executorId: string): boolean;
  /** Gives up what `executorId` had not finished, for any executor to claim; returns the workflow ids. */
  abandon(executorId: string): string[];
}

/** Simulated time begins here, in milliseconds since 1970. */
export const EPOCH_MS = Date.UTC(2030, 0, 1);

/** Clocks are kept from run to run: making one costs more than a short run. */
const clocks: Clock[] = [];

/** What can befall an executor by itself. */
type Fate = 'restart' | 'wake' | 'crash' | 'suspend';

/** The processes of one run. Holds what faults are left to spend, and simulated time. */
export class Cluster {
  readonly executors: Executor[];
  /** The process that stands outside and calls in: it never crashes. */
  readonly client: Executor;
  /** The executors and, after them, the client. */
  readonly #everyone: Executor[];
  readonly #limits: Limits;
  readonly #scheduler: Scheduler;
  readonly #note: Note;
  readonly #made = new Map<string, number>();
  /** For each executor, the moves about it: made when they first come up, offered until they are taken. */
  readonly #fates: Record<Fate, Move | null>[];
  #available: readonly Executor[] | null = null;
  #atMs = 0;
  #crashes = 0;
  #failures = 0;
  #suspensions = 0;

  constructor(limits: Limits, scheduler: Scheduler, note: Note) {
    this.#limits = limits;
    this.#scheduler = scheduler;
    this.#note = note;
    this.executors = [];
    for (let index = 0; index < limits.executors; index++) this.executors.push(this.#process(executorId(index), index));
    this.client = this.#process('client', limits.executors);
    this.#everyone = [...this.executors, this.client];
    this.#fates = this.executors.map(() => ({ restart: null, wake: null, crash: null, suspend: null }));
  }

  #process(id: string, index: number): Executor {
    const clock = (clocks[index] ??= new Clock());
    clock.reset(EPOCH_MS + this.#skewMs(index));
    return new Executor(id, 1, clock, remembered('ambient', id), this.#note);
  }

  #skewMs(index: number): number {
    return index < this.#limits.executors ? index * this.#limits.skewMs : 0;
  }

  /** Milliseconds of simulated time since the run began. */
  get atMs(): number {
    return this.#atMs;
  }

  /** Every move takes a millisecond: a frozen clock would hide two writes that happen in a row. */
  tick(): void {
    this.#passTo(this.#atMs + 1);
  }

  #passTo(atMs: number): void {
    // A small integer if it is one: every event has this number, and others take 16 bytes more each.
    const whole = atMs | 0;
    this.#atMs = Math.max(this.#atMs, whole === atMs ? whole : atMs);
    for (let index = 0; index < this.#everyone.length; index++) {
      const executor = this.#everyone[index]!;
      executor.clock.advanceTo(EPOCH_MS + this.#atMs + this.#skewMs(index));
      executor.moved();
    }
  }

  /** Why some process will never go on; null: every one will. */
  get blocked(): string | null {
    for (const { id, blocked } of this.#everyone) if (blocked !== null) return `${id} is blocked: ${blocked}`;
    return null;
  }

  /** Whether some executor hears nothing for the time being. */
  get deaf(): boolean {
    for (const { state } of this.executors) if (state === 'suspended') return true;
    return false;
  }

  /** Executors that can take work. The same array until one comes or goes. */
  get available(): readonly Executor[] {
    return (this.#available ??= this.executors.filter(({ state }) => state === 'up'));
  }

  /** Ends every process without a trace: the run is over. */
  end(): void {
    for (const executor of this.#everyone) executor.state = 'dead';
  }

  /** Moves that bring things forward without a call: restarts, then timers, then waking up. */
  progress(engine: Lifecycle, into: Offer): void {
    this.#offer('restart', 'dead', engine, into);
    this.#scheduler.timers(this.#everyone, this.#advance, into);
    this.#offer('wake', 'suspended', engine, into);
  }

  /** Offers a fate to all executors in a state. */
  #offer(fate: Fate, state: Executor['state'], engine: Lifecycle, into: Offer): void {
    for (let index = 0; index < this.executors.length; index++)
      if (this.executors[index]!.state === state) into.add(this.#fate(fate, index, engine));
  }

  readonly #advance = (executor: Executor, dueMs: number): void =>
    this.#passTo(dueMs - EPOCH_MS - this.#skewMs(this.#everyone.indexOf(executor)));

  #fate(fate: Fate, index: number, engine: Lifecycle): Move {
    const fates = this.#fates[index]!;
    return (fates[fate] ??= this.#move(fate, `${fate} ${this.executors[index]!.id}`, () => {
      fates[fate] = null;
      if (fate === 'restart') return this.#restart(index, engine);
      const executor = this.executors[index]!;
      if (fate === 'wake') this.#wake(executor);
      else if (fate === 'crash') this.#crash(executor);
      else this.#suspend(executor);
      return false;
    }));
  }

  /** A move that can be made again: from the second time on, its label counts. */
  #move(kind: MoveKind, what: string, apply: () => boolean): Move {
    const made = this.#made.get(what) ?? 0;
    const counted = (): boolean => {
      this.#made.set(what, made + 1);
      return apply();
    };
    return { kind, label: made === 0 ? what : `${what}#${made + 1}`, apply: counted };
  }

  #restart(index: number, engine: Lifecycle): boolean {
    const executor = this.executors[index]!.reborn();
    this.executors[index] = this.#everyone[index] = executor;
    this.#available = null;
    this.#scheduler.turn = executor;
    this.#note({ type: 'executor.restarted', executor: executor.id, reenqueued: engine.abandon(executor.id) });
    engine.boot(executor);
    return true;
  }

  #wake(executor: Executor): void {
    this.#enter(executor, 'up');
    this.#note({ type: 'executor.woken', executor: executor.id });
  }

  /** Faults that the limits still allow. */
  faults(engine: Lifecycle, into: Offer): void {
    const { crashesMax, failuresMax, suspensionsMax } = this.#limits;
    if (this.#failures < failuresMax) this.#scheduler.failures(this.#failed, into);
    for (let index = 0; index < this.executors.length; index++) {
      const executor = this.executors[index]!;
      if (executor.state !== 'up') this.#takeovers(executor, engine, into);
      else if (executor.busy) {
        if (this.#crashes < crashesMax) into.add(this.#fate('crash', index, engine));
        if (this.#suspensions < suspensionsMax) into.add(this.#fate('suspend', index, engine));
      }
    }
  }

  readonly #failed = (call: string, landed: boolean, origin: Origin): void => {
    this.#failures++;
    this.#note({ type: 'world.failed', call, operation: call.slice(0, call.indexOf('#')), landed, origin });
  };

  /** Ends a process: what it waited for is forgotten, what has landed stays. */
  #crash(executor: Executor): void {
    this.#crashes++;
    const pendingTimers = executor.clock.pending;
    const lost = this.#scheduler.drop(executor);
    this.#enter(executor, 'dead');
    executor.clock.reset(executor.clock.nowMs);
    this.#note({ type: 'executor.crashed', executor: executor.id, lost, pendingTimers });
  }

  #suspend(executor: Executor): void {
    this.#suspensions++;
    this.#enter(executor, 'suspended');
    this.#note({ type: 'executor.suspended', executor: executor.id });
  }

  #enter(executor: Executor, state: Executor['state']): void {
    executor.state = state;
    this.#available = null;
  }

  /** Others may presume a silent executor dead; one decision hands over all it had. */
  #takeovers(silent: Executor, engine: Lifecycle, into: Offer): void {
    if (!engine.owns(silent.id)) return;
    for (const { id, state } of this.executors) {
      if (state !== 'up') continue;
      const apply = (): boolean => {
        this.#note({ type: 'executor.replaced', executor: silent.id, by: id, reenqueued: engine.abandon(silent.id) });
        return false;
      };
      into.add(this.#move('takeover', `takeover ${silent.id} by ${id}`, apply));
    }
  }
}
