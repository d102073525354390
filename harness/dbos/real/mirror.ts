/**
 * Lets a real database follow a simulated run. Every call that the SDK makes to its system database goes to both: the
 * simulation says in which order calls land and are answered; the SDK's own system database does what it does there, in
 * SQL; and the program is answered by the real one. Where the two answers differ is noted.
 *
 * What the SDK polls for in the background is a move of the simulation (see `engine.ts`), and is told to the real database
 * as the SDK would.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { SystemDatabase } from '@dbos-inc/dbos-sdk/internal/system_database';
import type { Pool } from 'pg';
import type { Machine } from '../../engine.ts';
import type { Executor } from '../../executor.ts';
import { place } from '../../lineage.ts';
import { random } from '../../random.ts';
import { isThenable } from '../../values.ts';
import type { Backing } from '../backing.ts';
import { Boundary, type Surroundings } from '../boundary.ts';
import type { DatabaseClass } from '../database.ts';
import type { Sdk } from '../sdk.ts';
import { membersOf } from '../sdk.ts';
import { INHERITED } from '../surface.ts';
import { type Difference, differenceOf } from './difference.ts';
import { type Answer, Followed, following } from './followed.ts';
import { Line } from './line.ts';
import { wireTo } from './wire.ts';

/** Where the rows are to be. */
export interface Place {
  readonly pool: Pool;
  readonly schema: string;
}

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
  readonly #sdk: Sdk;
  /** The SDK's own, found before any process is simulated: those find another. */
  readonly #real: Members;
  readonly #place: Place;
  readonly #applicationVersion: string;
  readonly #random = random('mirror', 'ids');
  readonly #databases = new Map<string, { readonly process: Executor; readonly database: object }>();
  #class: DatabaseClass | null = null;
  #machine: Machine | null = null;

  constructor(sdk: Sdk, at: Place, applicationVersion: string) {
    this.#sdk = sdk;
    this.#real = sdk.database.SystemDatabase.prototype as unknown as Members;
    this.#place = at;
    this.#applicationVersion = applicationVersion;
  }

  /** What goes on between two moves of the simulation is no simulated process's turn. */
  async #betweenTurns(carry: () => Promise<void>): Promise<void> {
    const { scheduler } = this.#machine!;
    const { turn } = scheduler;
    scheduler.turn = null;
    await carry();
    scheduler.turn = turn;
  }

  boundary(surroundings: Surroundings, executor: Executor): Boundary {
    this.#machine = surroundings.machine;
    return new MirroredBoundary(surroundings, executor, this.line);
  }

  database(simulated: DatabaseClass): DatabaseClass {
    return (this.#class ??= this.#classOver(simulated));
  }

  abandoned(executorId: string): void {
    const [{ process, database }] = this.#databases.values() as unknown as [{ process: Executor; database: object }];
    const { INTERNAL_QUEUE_NAME } = this.#sdk.utils;
    const args = [executorId, this.#applicationVersion, INTERNAL_QUEUE_NAME];
    const call = this.#call('reenqueueWorkflowsForRecovery', process, database, args);
    this.line.add(() => call.goOn(Infinity));
  }

  #call(member: string, process: Executor, database: object, args: readonly unknown[]): Followed {
    const real = this.#real[member]!;
    const id = typeof args[0] === 'string' ? ` of ${args[0]}` : '';
    return new Followed(`${member}${id}`, process, this.#random, () =>
      Promise.resolve(real.apply(database, [...args])),
    );
  }

  #classOver(simulated: DatabaseClass): DatabaseClass {
    const [{ pool, schema }, mirror, { Semaphore }] = [this.#place, this, this.#sdk.utils];
    const Mirrored = class extends simulated {
      readonly process = place()!.executor;
      constructor(...args: ConstructorParameters<typeof SystemDatabase>) {
        super(...args);
        const pooled = wireTo(pool);
        // What the SDK's own constructor makes of a pool.
        Object.assign(this, { pool: pooled, schemaName: schema, shouldUseDBNotifications: false });
        Object.assign(this, { pollLimiter: new Semaphore(pooled.options.max), ...NO_POLLING });
        mirror.#databases.set(this.process.id, { process: this.process, database: this });
      }
    };
    for (const name of membersOf(this.#real)) {
      const { value } = Object.getOwnPropertyDescriptor(this.#real, name)!;
      if (typeof value !== 'function') continue;
      const twin = (simulated.prototype as unknown as Members)[name]!;
      const member: Member = function (...args) {
        // The SDK's own system database calls itself.
        if (following() !== null) return (value as Member).apply(this, args);
        if (IN_MEMORY.has(name)) return twin.apply(this, args);
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
    if (LANDS_AT_ONCE.has(name)) this.line.add(() => call.goOn(Infinity));
    const answered = simulated.then(
      (value) => this.#answer(call, name, { ok: true, value }),
      (error: unknown) => this.#answer(call, name, { ok: false, error }),
    );
    if (simulated !== asked.atOnce) return answered;
    answered.then(undefined, () => undefined);
    return simulated;
  }

  async #answer(call: Followed, name: string, simulated: Answer): Promise<unknown> {
    if (call.answer === null)
      await new Promise<void>((resolve) => this.line.add(() => call.goOn(Infinity).then(resolve)));
    return this.#told(call, name, simulated);
  }

  /** The real answer, held against the simulated one. */
  #told(call: Followed, name: string, simulated: Answer): unknown {
    const real = call.answer!;
    const difference = differenceOf(call.what, simulated, real);
    if (difference !== null) this.differences.push(difference);
    const value = reveal(real);
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
  readonly #line: Line;

  constructor(surroundings: Surroundings, executor: Executor, line: Line) {
    super(surroundings, executor);
    this.#line = line;
  }

  override door<T>(what: string, land: () => T, workflow: string | null = null, position: number | null = null) {
    const asked = asking.getStore();
    const follow = (): T => {
      // On the line before what the landing sets going; carried after it.
      if (asked !== undefined) this.#line.add(() => asked.call.goOn(1));
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
