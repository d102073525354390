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
const AT_ONCE: ReadonlySet<string> = new Set([
  'findAndMarkStartableWorkflows',
  'findAndMarkStartablePartitionedWorkflows',
]);

/** The call to the simulated database whose doors are being opened. */
const asking = new AsyncLocalStorage<Followed>();

type Member = (this: unknown, ...args: unknown[]) => unknown;
type Members = Readonly<Record<string, Member>>;

/** A real database under one run. */
export class Mirror implements Backing {
  readonly line: Line = new Line(() => this.#noTurn());
  readonly differences: Difference[] = [];
  readonly #sdk: Sdk;
  /** The SDK's own, found before any process is simulated: those find another. */
  readonly #real: Members;
  readonly #place: Place;
  readonly #applicationVersion: string;
  readonly #random = random('mirror', 'ids');
  readonly #databases = new Map<string, { readonly process: Executor; readonly database: object }>();
  #class: DatabaseClass | null = null;
  #scheduler: Surroundings['machine']['scheduler'] | null = null;

  constructor(sdk: Sdk, at: Place, applicationVersion: string) {
    this.#sdk = sdk;
    this.#real = sdk.database.SystemDatabase.prototype as unknown as Members;
    this.#place = at;
    this.#applicationVersion = applicationVersion;
  }

  #noTurn(): void {
    this.#scheduler!.turn = null;
  }

  boundary(surroundings: Surroundings, executor: Executor): Boundary {
    this.#scheduler = surroundings.machine.scheduler;
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
    return new Followed(`${member}${id}`, process, this.#random, () => Promise.resolve(real.apply(database, [...args])));
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
        Object.assign(this, { pollLimiter: new Semaphore(pooled.options.max) });
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

  /** Asks both databases. The answer is the real one's, when the simulated one gives its own. */
  #both(name: string, twin: Member, database: { readonly process: Executor }, args: unknown[]): unknown {
    const call = this.#call(name, database.process, database, args);
    const simulated = asking.run(call, () => twin.apply(database, args));
    if (!isThenable(simulated)) return simulated;
    if (AT_ONCE.has(name)) this.line.add(() => call.goOn(Infinity));
    return simulated.then(
      (value) => this.#answer(call, name, { ok: true, value }),
      (error: unknown) => this.#answer(call, name, { ok: false, error }),
    );
  }

  #answer(call: Followed, name: string, simulated: Answer): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.line.add(async () => {
        await call.goOn(Infinity);
        const real = call.answer!;
        const difference = differenceOf(call.what, simulated, real);
        if (difference !== null) this.differences.push(difference);
        if (!real.ok) reject(real.error as Error);
        else resolve(name === 'initWorkflowStatus' ? whoRuns(real.value, simulated) : real.value);
      });
    });
  }
}

/** A client's workflow runs on an executor, not in the client: that is for the simulation to say. */
function whoRuns(started: unknown, simulated: Answer): unknown {
  if (!simulated.ok) return started;
  const { shouldExecuteOnThisExecutor } = simulated.value as { readonly shouldExecuteOnThisExecutor: boolean };
  return { ...(started as object), shouldExecuteOnThisExecutor };
}

/** Doors that tell the real database when a call has landed. */
class MirroredBoundary extends Boundary {
  readonly #line: Line;

  constructor(surroundings: Surroundings, executor: Executor, line: Line) {
    super(surroundings, executor);
    this.#line = line;
  }

  override door<T>(what: string, land: () => T, workflow: string | null = null, position: number | null = null) {
    const call = asking.getStore();
    const follow = (): T => {
      // On the line before what the landing sets going; carried after it.
      if (call !== undefined) this.#line.add(() => call.goOn(1));
      return land();
    };
    return super.door(what, follow, workflow, position);
  }
}
