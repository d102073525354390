/**
 * Lets a real database follow a simulated run. Every call that the SDK makes to its system database goes to both: the
 * simulation says in which order calls land and are answered; the SDK's own system database does what it does there, in
 * SQL; and the program is answered by the real one. Where the two answers differ is noted.
 *
 * What the SDK polls for in the background is a move of the simulation (see `background.ts`), and is told to the real database
 * as the SDK would.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { SystemDatabase } from '@dbos-inc/dbos-sdk/internal/system_database';
import type { Executor } from '../../executor.ts';
import { inEngine, place } from '../../lineage.ts';
import { random } from '../../random.ts';
import { isThenable } from '../../values.ts';
import type { Backing, InBackground } from '../backing.ts';
import { Boundary, type Surroundings } from '../boundary.ts';
import type { DatabaseClass } from '../database.ts';
import { membersOf, type Sdk } from '../sdk.ts';
import { INHERITED } from '../surface.ts';
import type { RealDatabase } from './database.ts';
import { type Difference, differenceOf } from './difference.ts';
import { type Answer, Followed, following } from './followed.ts';
import { Line } from './line.ts';
import { wireTo } from './wire.ts';

/** These live in memory: connecting is ours to do, and the watch for cancellations is a move of the simulation. */
const IN_MEMORY: ReadonlySet<string> = new Set(['init', 'destroy', 'watchForCancellation', ...INHERITED]);
/** Their landing is part of the move in which they are called. */
const LANDS_AT_ONCE: ReadonlySet<string> = new Set([
  'findAndMarkStartableWorkflows',
  'findAndMarkStartablePartitionedWorkflows',
]);

/** A call asks when the simulation has its answer, and so never needs to ask again before its time is up. */
const NO_POLLING = {
  dbPollingIntervalResultMs: 2 ** 31 - 1,
  dbPollingIntervalEventMs: 2 ** 31 - 1,
  dbPollingIntervalStreamMs: 2 ** 31 - 1,
};

/** A call whose simulated twin is being asked. */
interface Asked {
  readonly call: Followed;
  /** The answer, if it takes no move. */
  atOnce: Promise<unknown> | null;
}

const asking = new AsyncLocalStorage<Asked>();

type Member = (this: unknown, ...args: unknown[]) => unknown;
type Members = Readonly<Record<string, Member>>;

/** A real database under one run. */
export class Mirror implements Backing {
  readonly line: Line = new Line((carry) => this.#betweenTurns(carry));
  readonly differences: Difference[] = [];
  /** Landings that are of no call to the system database: those of data sources, which are databases of their own. */
  readonly beside = new Set<string>();
  readonly #sdk: Sdk;
  /** The SDK's own, found before any process is simulated: those find another. */
  readonly #real: Members;
  readonly #at: RealDatabase;
  readonly #random = random('mirror', 'ids');
  /** By the id of the process, whose latest incarnation it is. */
  readonly #databases = new Map<string, object>();
  /** The time of the database when what is being carried was put on the line. */
  #carriedMs = 0;
  #class: DatabaseClass | null = null;
  #surroundings: Surroundings | null = null;

  constructor(sdk: Sdk, at: RealDatabase) {
    this.#sdk = sdk;
    this.#real = sdk.database.SystemDatabase.prototype as unknown as Members;
    this.#at = at;
  }

  /** What goes on between two moves of the simulation is no simulated process's turn. */
  async #betweenTurns(carry: () => Promise<void>): Promise<void> {
    const { scheduler } = this.#surroundings!.machine;
    const { turn } = scheduler;
    scheduler.turn = null;
    await carry();
    scheduler.turn = turn;
  }

  boundary(surroundings: Surroundings, executor: Executor): Boundary {
    this.#surroundings = surroundings;
    return new MirroredBoundary(surroundings, executor, this);
  }

  database(simulated: DatabaseClass): DatabaseClass {
    return (this.#class ??= this.#classOver(simulated));
  }

  done(by: Executor, member: InBackground, args: readonly unknown[], simulated: unknown): void {
    const call = this.#call(member, by, this.#databases.get(by.id)!, args);
    void this.carry(call, Infinity).then(() => this.#compare(call, { ok: true, value: simulated }));
  }

  /** Lets a call go on, as of now: with so many more transactions, at this time of its process and of the database. */
  carry(call: Followed, transactions: number): Promise<void> {
    const [atMs, { nowMs }] = [this.#surroundings!.tables.nowMs(), call];
    return new Promise((resolve) => {
      this.line.add(async () => {
        this.#carriedMs = atMs;
        await call.goOn(transactions, nowMs);
        resolve();
      });
    });
  }

  #call(member: string, process: Executor, database: object, args: readonly unknown[]): Followed {
    const [real, at] = [this.#real[member]!, place()];
    const id = typeof args[0] === 'string' ? ` of ${args[0]}` : '';
    // Code of the SDK that is to run in the transaction looks for the process that handed it over.
    const given = args.map((arg) => {
      if (typeof arg !== 'function' || at === undefined) return arg;
      return (...client: unknown[]) => inEngine(at, () => (arg as Member).apply(undefined, client));
    });
    return new Followed(`${member}${id}`, process, this.#random, () => Promise.resolve(real.apply(database, given)));
  }

  #classOver(simulated: DatabaseClass): DatabaseClass {
    const [{ pool, schema, isOneSession }, mirror, { Semaphore }] = [this.#at, this, this.#sdk.utils];
    const begin = (): Promise<void> => this.#at.setClock(this.#carriedMs);
    const Mirrored = class extends simulated {
      readonly process = place()!.executor;
      constructor(...args: ConstructorParameters<typeof SystemDatabase>) {
        super(...args);
        const pooled = wireTo(pool, isOneSession, begin);
        // What the SDK's own constructor makes of a pool.
        Object.assign(this, { pool: pooled, schemaName: schema, shouldUseDBNotifications: false });
        Object.assign(this, { pollLimiter: new Semaphore(pooled.options.max), ...NO_POLLING });
        mirror.#databases.set(this.process.id, this);
      }
    };
    for (const name of membersOf(this.#real)) {
      const { value } = Object.getOwnPropertyDescriptor(this.#real, name)!;
      if (typeof value !== 'function') continue;
      const twin = (simulated.prototype as unknown as Members)[name]!;
      const member: Member = function (...args) {
        // The SDK's own system database calls itself, and so does the simulated one.
        if (following() !== null) return (value as Member).apply(this, args);
        if (IN_MEMORY.has(name) || asking.getStore() !== undefined) return twin.apply(this, args);
        return mirror.#both(name, twin, this as InstanceType<typeof Mirrored>, args);
      };
      Object.defineProperty(Mirrored.prototype, name, { value: member });
    }
    return Mirrored;
  }

  /**
   * Asks both databases. The program gets the real answer when the simulation gives its own; only where that takes no move,
   * and so no time, it gets the simulated one, and the real one is looked at afterwards.
   */
  #both(name: string, twin: Member, database: { readonly process: Executor }, args: unknown[]): unknown {
    const call = this.#call(name, database.process, database, args);
    const asked: Asked = { call, atOnce: null };
    const simulated = asking.run(asked, () => twin.apply(database, args));
    if (!isThenable(simulated)) return simulated;
    if (LANDS_AT_ONCE.has(name)) void this.carry(call, Infinity);
    const answered = simulated.then(
      (value) => this.#answer(call, name, { ok: true, value }),
      (error: unknown) => this.#answer(call, name, { ok: false, error }),
    );
    if (simulated !== asked.atOnce) return answered;
    answered.then(undefined, () => undefined);
    return simulated;
  }

  async #answer(call: Followed, name: string, simulated: Answer): Promise<unknown> {
    if (call.answer === null) await this.carry(call, Infinity);
    return this.#told(call, name, simulated);
  }

  #compare(call: Followed, simulated: Answer): void {
    const difference = differenceOf(call.what, simulated, call.answer!);
    if (difference !== null) this.differences.push(difference);
  }

  /** The real answer, held against the simulated one. */
  #told(call: Followed, name: string, simulated: Answer): unknown {
    this.#compare(call, simulated);
    const value = reveal(call.answer!);
    return name === 'initWorkflowStatus' && simulated.ok ? whoRuns(value, simulated.value) : value;
  }
}

function reveal(answer: Answer): unknown {
  if (!answer.ok) throw answer.error;
  return answer.value;
}

/** A client's workflow runs on an executor, not in the client: that is for the simulation to say. */
function whoRuns(real: unknown, simulated: unknown): unknown {
  const { shouldExecuteOnThisExecutor } = simulated as { readonly shouldExecuteOnThisExecutor: boolean };
  return { ...(real as object), shouldExecuteOnThisExecutor };
}

/** Doors that tell the real database when a call has landed, and the mirror when there is no door. */
class MirroredBoundary extends Boundary {
  readonly #mirror: Mirror;

  constructor(surroundings: Surroundings, executor: Executor, mirror: Mirror) {
    super(surroundings, executor);
    this.#mirror = mirror;
  }

  override door<T>(what: string, land: () => T, workflow: string | null = null, position: number | null = null) {
    const asked = asking.getStore();
    const follow = (): T => {
      // On the line before what the landing sets going; carried after it.
      if (asked === undefined) this.#mirror.beside.add(what);
      else void this.#mirror.carry(asked.call, 1);
      return land();
    };
    return super.door(what, follow, workflow, position);
  }

  override now<T>(read: () => T): Promise<T> {
    const answer = super.now(read);
    const asked = asking.getStore();
    if (asked !== undefined) asked.atOnce = answer;
    return answer;
  }
}
