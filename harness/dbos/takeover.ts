/**
 * What the SDK keeps once per Node process, split so that several simulated processes can share its code: while code of a
 * simulated process runs, the SDK sees the state of that process; otherwise its own, as if we were not there.
 *
 * Installed once, in memory, and taken back by `restore`. Source: DBOS SDK 5.3.0, `dbos-executor.js` 69, `utils.js` 46,
 * `wfqueue.js` 752.
 */
import type { DBOSConfig } from '@dbos-inc/dbos-sdk';
import type { DBOSExecutor } from '@dbos-inc/dbos-sdk/internal/dbos-executor';
import { withoutStack } from '../site.ts';
import type { Boundary } from './boundary.ts';
import { type Registry, registryKeys } from './cold/registry.ts';
import { configOf, silentCollector, silentLogger } from './config.ts';
import { type DatabaseClass, databaseClass } from './database.ts';
import type { Sdk } from './sdk.ts';

/** What the SDK keeps of one process. */
export interface Slot {
  instance: DBOSExecutor | undefined;
  runner: Sdk['queues']['wfQueueRunner'];
  readonly params: Record<Param, unknown>;
  /** What its modules have registered; null: it shares the modules of the test, and their registry. */
  readonly registry: Registry | null;
  /** The queues it polls, beside those of the SDK; null: all. */
  listenQueues: ReadonlySet<string> | null;
  /** Makes its scheduler look at schedules; null: it is not waiting for that. */
  wakeScheduler: (() => void) | null;
}

const PARAMS = ['executorID', 'appVersion', 'appName'] as const;
/** Asked at every turn. Nobody traces who is simulated. */
const TRACING = ['enableOTLP', 'tracingEnabled'] as const;
type Param = (typeof PARAMS | typeof TRACING)[number];

/** Who is being simulated. */
export interface Guest {
  /** The state of the process whose code is running; null: nobody's. */
  slot(): Slot | null;
  /** The doors of that process. */
  boundary(): Boundary;
  /** The class of system databases that simulated processes are given. */
  database(simulated: DatabaseClass): DatabaseClass;
  /** Runs the body of a workflow that an execution with this token has begun. */
  execute<T>(workflow: string, token: string, body: () => T | Promise<T>): Promise<T>;
  /** A step is called by code of no workflow. */
  strayed(): void;
}

const over = (): never => {
  throw new Error('the run is over');
};

const launched = (): never => {
  throw new Error(
    'DBOS.launch() was called where no run is going on: while `app` was evaluated? ' +
      'Simulated processes launch DBOS themselves; `app` is to import the modules that register workflows, no more',
  );
};

/** Nobody runs anything: a run is over, or an application is being evaluated. */
const nobodyIn = (slot: Slot): Guest => {
  return { slot: () => slot, boundary: launched, database: launched, execute: over, strayed: over };
};

/** A property to be replaced. */
export interface Replacement {
  readonly target: object;
  readonly key: string;
  readonly descriptor: PropertyDescriptor;
}

/** A property that becomes `value`, also where it was inherited. */
export const replaced = (target: object, key: string, value: unknown): Replacement => {
  return { target, key, descriptor: { value, configurable: true, writable: true } };
};

/** A property that becomes `make(what it was)`. */
export function wrapped<F>(target: object, key: string, make: (original: F) => F): Replacement {
  const found = Object.getOwnPropertyDescriptor(target, key)!;
  return { target, key, descriptor: { ...found, value: make(found.value as F) } };
}

/** The SDK of one user, with room for guests. */
export class Takeover {
  /** The run that is going on; null: none. */
  guest: Guest | null = null;
  /** What the user told `DBOS.setConfig`; undefined: nothing. */
  config: DBOSConfig | undefined;
  readonly #sdk: Sdk;
  /** What the SDK sees when nobody is simulated. */
  #base: Slot | null = null;
  readonly #replaced: (Omit<Replacement, 'descriptor'> & { readonly descriptor: PropertyDescriptor | undefined })[] =
    [];
  #isSeparate = false;
  #isAdmitted = false;
  #isRecorded = false;
  readonly #loans: { call: (() => unknown) | null }[] = [];

  constructor(sdk: Sdk) {
    this.#sdk = sdk;
  }

  /** Replaces what is to be replaced. A second call changes nothing. */
  install(hooks: (sdk: Sdk, takeover: Takeover) => readonly Replacement[]): void {
    if (this.#base !== null) return;
    const { executor, queues, utils } = this.#sdk;
    const { executorID, appVersion, appName, enableOTLP, tracingEnabled } = utils.globalParams;
    const params = { executorID, appVersion, appName, enableOTLP, tracingEnabled };
    const [instance, runner] = [executor.DBOSExecutor.globalInstance, queues.wfQueueRunner];
    this.#base = { instance, runner, params, registry: null, listenQueues: null, wakeScheduler: null };
    this.config = configOf(this.#sdk);
    this.#replace([...this.#accessors(), ...hooks(this.#sdk, this)]);
  }

  /** Lets processes have registries of their own. A second call changes nothing. */
  separate(): void {
    if (this.#isSeparate) return;
    this.#isSeparate = true;
    const { decorators } = this.#sdk;
    const shared = { ...decorators };
    const replacements = registryKeys(this.#sdk).map((key) =>
      accessor(decorators, key, { get: () => (this.simulated?.registry ?? shared)[key] }),
    );
    this.#replace(replacements);
  }

  #replace(replacements: readonly Replacement[]): void {
    for (const { target, key, descriptor } of replacements) {
      this.#replaced.push({ target, key, descriptor: Object.getOwnPropertyDescriptor(target, key) });
      Object.defineProperty(target, key, descriptor);
    }
  }

  /** Gives the SDK back as it was, with what it has come to outside of simulations in the meantime. */
  restore(): void {
    if (this.#base === null) return;
    const { instance, runner, params } = this.#base;
    // A property that was replaced twice was first what it was at first.
    for (const { target, key, descriptor } of this.#replaced.splice(0).toReversed())
      if (descriptor === undefined) Reflect.deleteProperty(target, key);
      else Object.defineProperty(target, key, descriptor);
    this.#isSeparate = false;
    this.#base = null;
    (this.#sdk.executor.DBOSExecutor as { globalInstance: unknown }).globalInstance = instance;
    (this.#sdk.queues as { wfQueueRunner: unknown }).wfQueueRunner = runner;
    Object.assign(this.#sdk.utils.globalParams, params);
  }

  /** Lets the SDK see a process that runs nothing, until the function that is returned is called. */
  admit(slot: Slot): () => void {
    const before = this.guest;
    this.guest = nobodyIn(slot);
    this.#isAdmitted = true;
    return () => {
      this.guest = before;
      this.#isAdmitted = false;
    };
  }

  /** The state of the simulated process whose code is running; null: nobody is simulated. */
  get simulated(): Slot | null {
    return this.guest?.slot() ?? null;
  }

  /** What the SDK keeps outside of simulations, for as long as it is taken over. */
  get base(): Slot {
    return this.#base!;
  }

  /** Whether DBOS is launched outside of simulations. */
  get isLaunched(): boolean {
    return this.#base?.instance?.initialized === true;
  }

  /**
   * A way to call `call` for as long as the guest stays; from then on it calls `afterwards`. For functions that V8 keeps longer
   * than anybody needs them (it makes a shape of every object that has a getter of its own, and shapes are old from the start):
   * runs that are over would be kept with them, and moved about by its collector.
   */
  lend<T>(call: () => T, afterwards: () => T): () => T {
    const loan: { call: (() => T) | null } = { call };
    this.#loans.push(loan);
    return () => (loan.call ?? afterwards)();
  }

  /** The guest leaves: code may be registered again, unless DBOS is launched outside of simulations. */
  release(): void {
    this.guest = null;
    for (const loan of this.#loans) loan.call = null;
    this.#loans.length = 0;
    this.#isRecorded = false;
    if (!this.isLaunched) this.#sdk.decorators.recordDBOSShutdown();
  }

  get #slot(): Slot {
    return this.simulated ?? this.base;
  }

  #accessors(): Replacement[] {
    const { DBOS, decorators, executor, queues, utils, database, logs, telemetry } = this.#sdk;
    const [heard, unheard] = [telemetry.TelemetryCollector, silentCollector(this.#sdk)];
    const [real, spoken, silent] = [database.SystemDatabase, logs.GlobalLogger, silentLogger(this.#sdk)];
    const simulated = databaseClass(this.#sdk, () => this.guest!.boundary());
    return [
      accessor(executor.DBOSExecutor, 'globalInstance', {
        get: () => this.#slot.instance,
        set: (instance: DBOSExecutor | undefined) => (this.#slot.instance = instance),
      }),
      accessor(queues, 'wfQueueRunner', {
        get: () => this.#slot.runner,
        set: (runner: Slot['runner']) => (this.#slot.runner = runner),
      }),
      ...PARAMS.map((key) =>
        accessor(utils.globalParams, key, {
          get: () => this.#slot.params[key],
          set: (value: unknown) => (this.#slot.params[key] = value),
        }),
      ),
      ...TRACING.map((key) =>
        accessor(utils.globalParams, key, {
          get: () => this.guest === null && this.base.params[key],
          set: (value: unknown) => this.guest === null && (this.base.params[key] = value),
        }),
      ),
      accessor(database, 'SystemDatabase', {
        get: () => (this.simulated === null ? real : this.guest!.database(simulated)),
      }),
      accessor(logs, 'GlobalLogger', { get: () => (this.simulated === null ? spoken : silent) }),
      accessor(telemetry, 'TelemetryCollector', { get: () => (this.simulated === null ? heard : unheard) }),
      // The launch point is a stack, which takes its time: once a run is enough to refuse registrations.
      wrapped<typeof decorators.recordDBOSLaunch>(decorators, 'recordDBOSLaunch', (original) => () => {
        if (this.#isRecorded) return;
        this.#isRecorded = this.simulated !== null;
        if (this.#isRecorded) withoutStack(original);
        else original();
      }),
      wrapped<typeof DBOS.setConfig>(DBOS, 'setConfig', (original) => (config) => {
        original.call(DBOS, config);
        if (this.guest === null || this.#isAdmitted) this.config = config;
      }),
    ];
  }
}

const takeovers = new WeakMap<Sdk, Takeover>();

/** The one takeover of an SDK. */
export function takeoverOf(sdk: Sdk): Takeover {
  let takeover = takeovers.get(sdk);
  if (takeover === undefined) takeovers.set(sdk, (takeover = new Takeover(sdk)));
  return takeover;
}

const accessor = (target: object, key: string, descriptor: PropertyDescriptor): Replacement => ({
  target,
  key,
  descriptor: { ...descriptor, configurable: true, enumerable: true },
});
