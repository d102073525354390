/**
 * The executors and what can befall them: crash, restart, suspension, being presumed dead and replaced, waking as a zombie.
 *
 * Legality and budgets live here (`limits`), likelihood with the strategies. Knows an engine only as something that boots
 * an executor and hands over what an executor leaves behind.
 */
import { Clock } from './clock.ts';
import type { MoveKind } from './decision.ts';
import { Executor, executorId } from './executor.ts';
import type { Claim, Fact } from './history.ts';
import { random } from './random.ts';
import type { Move, Scheduler } from './scheduler.ts';

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

/** The processes of one run. Holds what faults are left to spend, and simulated time. */
export class Cluster {
  readonly executors: Executor[];
  /** The process that stands outside and calls in: it never crashes. */
  readonly client: Executor;
  /** The executors and, after them, the client. */
  readonly #everyone: Executor[];
  readonly #limits: Limits;
  readonly #scheduler: Scheduler;
  readonly #note: (event: Fact | Claim) => void;
  readonly #made = new Map<string, number>();
  #nowMs = EPOCH_MS;
  #crashes = 0;
  #failures = 0;
  #suspensions = 0;

  constructor(limits: Limits, scheduler: Scheduler, note: (event: Fact | Claim) => void) {
    this.#limits = limits;
    this.#scheduler = scheduler;
    this.#note = note;
    this.executors = Array.from({ length: limits.executors }, (_, index) => this.#process(executorId(index), index));
    this.client = this.#process('client', limits.executors);
    this.#everyone = [...this.executors, this.client];
  }

  #process(id: string, index: number): Executor {
    const clock = (clocks[index] ??= new Clock());
    clock.reset(EPOCH_MS + this.#skewMs(index));
    return new Executor(id, 1, clock, random('ambient', id), this.#note);
  }

  #skewMs(index: number): number {
    return index < this.#limits.executors ? index * this.#limits.skewMs : 0;
  }

  /** Milliseconds of simulated time since the run began. */
  get atMs(): number {
    return this.#nowMs - EPOCH_MS;
  }

  /** Every move takes a millisecond: a frozen clock would hide two writes that happen in a row. */
  tick(): void {
    this.#passTo(this.#nowMs + 1);
  }

  #passTo(nowMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, nowMs);
    for (const [index, executor] of this.#everyone.entries()) {
      executor.clock.advanceTo(this.#nowMs + this.#skewMs(index));
      executor.moved();
    }
  }

  /** Executors that can take work. */
  get available(): Executor[] {
    return this.executors.filter(({ state }) => state === 'up');
  }

  /** Ends every process without a trace: the run is over. */
  end(): void {
    for (const executor of this.#everyone) executor.state = 'dead';
  }

  /** Moves that bring things forward without a call: restarts, then timers, then waking up. */
  progress(engine: Lifecycle, into: Move[]): void {
    this.executors.forEach((executor, index) => {
      if (executor.state === 'dead')
        into.push(this.#move('restart', `restart ${executor.id}`, () => this.#restart(index, engine)));
    });
    const advance = (executor: Executor, dueMs: number): void =>
      this.#passTo(dueMs - this.#skewMs(this.#everyone.indexOf(executor)));
    this.#scheduler.timers(this.#everyone, advance, into);
    for (const executor of this.executors)
      if (executor.state === 'suspended')
        into.push(this.#move('wake', `wake ${executor.id}`, () => this.#wake(executor)));
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
    this.#scheduler.turn = executor;
    this.#note({ type: 'executor.restarted', executor: executor.id, reenqueued: engine.abandon(executor.id) });
    engine.boot(executor);
    return true;
  }

  #wake(executor: Executor): boolean {
    executor.state = 'up';
    this.#note({ type: 'executor.woken', executor: executor.id });
    return false;
  }

  /** Faults that the limits still allow. */
  faults(engine: Lifecycle, into: Move[]): void {
    if (this.#failures < this.#limits.failuresMax)
      this.#scheduler.failures((call, landed, origin) => {
        this.#failures++;
        this.#note({ type: 'world.failed', call, operation: call.slice(0, call.indexOf('#')), landed, origin });
      }, into);
    for (const executor of this.executors) {
      const { id, state } = executor;
      const busy = state === 'up' && this.#scheduler.busy(executor);
      if (busy && this.#crashes < this.#limits.crashesMax)
        into.push(this.#move('crash', `crash ${id}`, () => this.#crash(executor)));
      if (busy && this.#suspensions < this.#limits.suspensionsMax)
        into.push(this.#move('suspend', `suspend ${id}`, () => this.#suspend(executor)));
      if (state !== 'up') this.#takeovers(executor, engine, into);
    }
  }

  /** Ends a process: what it waited for is forgotten, what has landed stays. */
  #crash(executor: Executor): boolean {
    this.#crashes++;
    const pendingTimers = executor.clock.pending;
    const lost = this.#scheduler.drop(executor);
    executor.state = 'dead';
    executor.clock.reset(executor.clock.nowMs);
    this.#note({ type: 'executor.crashed', executor: executor.id, lost, pendingTimers });
    return false;
  }

  #suspend(executor: Executor): boolean {
    this.#suspensions++;
    executor.state = 'suspended';
    this.#note({ type: 'executor.suspended', executor: executor.id });
    return false;
  }

  /** Others may presume a silent executor dead; one decision hands over all it had. */
  #takeovers(silent: Executor, engine: Lifecycle, into: Move[]): void {
    if (!engine.owns(silent.id)) return;
    for (const { id, state } of this.executors) {
      if (state !== 'up') continue;
      const apply = (): boolean => {
        this.#note({ type: 'executor.replaced', executor: silent.id, by: id, reenqueued: engine.abandon(silent.id) });
        return false;
      };
      into.push(this.#move('takeover', `takeover ${silent.id} by ${id}`, apply));
    }
  }
}
