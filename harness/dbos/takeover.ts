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
import { databaseClass } from './database.ts';
import type { Sdk } from './sdk.ts';

/** What the SDK keeps of one process. */
export interface Slot {
  instance: DBOSExecutor | undefined;
  runner: Sdk['queues']['wfQueueRunner'];
  readonly params: Record<Param, unknown>;
  /** The queues it polls, beside those of the SDK; null: all. */
  listenQueues: ReadonlySet<string> | null;
  /** Makes its scheduler look at schedules; null: it is not waiting for that. */
  wakeScheduler: (() => void) | null;
}

const PARAMS = ['executorID', 'appVersion', 'appName', 'enableOTLP', 'tracingEnabled'] as const;
type Param = (typeof PARAMS)[number];

/** Who is being simulated. */
export interface Guest {
  /** The state of the process whose code is running; null: nobody's. */
  slot(): Slot | null;
  /** The doors of that process. */
  boundary(): Boundary;
  /** Runs the body of a workflow that an execution with this token has begun. */
  execute<T>(workflow: string, token: string, body: () => T | Promise<T>): Promise<T>;
}

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
  #replaced: readonly (Omit<Replacement, 'descriptor'> & { readonly descriptor: PropertyDescriptor | undefined })[] =
    [];
  #isRecorded = false;
  readonly #loans: { call: (() => unknown) | null }[] = [];

  constructor(sdk: Sdk) {
    this.#sdk = sdk;
  }

  /** Replaces what is to be replaced. A second call changes nothing. */
  install(hooks: (sdk: Sdk, takeover: Takeover) => readonly Replacement[]): void {
    if (this.#base !== null) return;
    this.#base = slotOf(this.#sdk, this.#sdk.queues.wfQueueRunner);
    this.#base.instance = this.#sdk.executor.DBOSExecutor.globalInstance;
    this.config = configOf(this.#sdk);
    const replacements = [...this.#accessors(), ...hooks(this.#sdk, this)];
    this.#replaced = replacements.map(({ target, key }) => {
      return { target, key, descriptor: Object.getOwnPropertyDescriptor(target, key) };
    });
    for (const { target, key, descriptor } of replacements) Object.defineProperty(target, key, descriptor);
  }

  /** Gives the SDK back as it was, with what it has come to outside of simulations in the meantime. */
  restore(): void {
    if (this.#base === null) return;
    const { instance, runner, params } = this.#base;
    for (const { target, key, descriptor } of this.#replaced)
      if (descriptor === undefined) Reflect.deleteProperty(target, key);
      else Object.defineProperty(target, key, descriptor);
    this.#replaced = [];
    this.#base = null;
    (this.#sdk.executor.DBOSExecutor as { globalInstance: unknown }).globalInstance = instance;
    (this.#sdk.queues as { wfQueueRunner: unknown }).wfQueueRunner = runner;
    Object.assign(this.#sdk.utils.globalParams, params);
  }

  /** The state of the simulated process whose code is running; null: nobody is simulated. */
  get simulated(): Slot | null {
    return this.guest?.slot() ?? null;
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
    return this.simulated ?? this.#base!;
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
      accessor(database, 'SystemDatabase', {
        get: () => (this.simulated === null ? real : simulated),
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
        if (this.simulated === null) this.config = config;
      }),
    ];
  }
}

const nothing = (): void => undefined;

/** Says nothing: a run is made thousands of times. */
const SILENT = { info: nothing, debug: nothing, warn: nothing, error: nothing };

/** The SDK's logger, of which every process and every client has one: silent, unless it is given where to write. */
function silentLogger({ logs }: Sdk): Sdk['logs']['GlobalLogger'] {
  return class extends logs.GlobalLogger {
    constructor(...[collector, config, application]: ConstructorParameters<Sdk['logs']['GlobalLogger']>) {
      super(collector, { ...config, logger: config?.logger ?? SILENT }, application);
    }
  };
}

type Collector = Sdk['telemetry']['TelemetryCollector'];

/** A collector of telemetry that never sends anything: no simulated process traces, and its timer would be set for nothing. */
function silentCollector({ telemetry }: Sdk): Collector {
  const { prototype } = telemetry.TelemetryCollector;
  return function (exporter: unknown): object {
    const signals = { push: nothing, pop: nothing, size: () => 0 };
    return Object.assign(Object.create(prototype) as object, { exporter, signals });
  } as unknown as Collector;
}

/** Thrown through `DBOS.launch()` by `configOf`, before anything has happened. */
class Peek extends Error {}

/** The configuration that `DBOS.setConfig` was given; undefined if it was not. It is private, but shown to its translator. */
export function configOf({ DBOS, config }: Sdk): DBOSConfig | undefined {
  const target = config as { translateDbosConfig: unknown };
  const { translateDbosConfig } = target;
  let found: DBOSConfig | undefined;
  target.translateDbosConfig = (given: DBOSConfig): never => {
    found = given;
    throw new Peek();
  };
  try {
    DBOS.launch().catch(() => undefined);
  } finally {
    target.translateDbosConfig = translateDbosConfig;
  }
  return found;
}

const accessor = (target: object, key: string, descriptor: PropertyDescriptor): Replacement => ({
  target,
  key,
  descriptor: { ...descriptor, configurable: true, enumerable: true },
});

/** The state of a process that has not been launched. */
export function slotOf({ utils }: Sdk, runner: Slot['runner']): Slot {
  const { executorID, appVersion, appName, enableOTLP, tracingEnabled } = utils.globalParams;
  const params = { executorID, appVersion, appName, enableOTLP, tracingEnabled };
  return { instance: undefined, runner, params, listenQueues: null, wakeScheduler: null };
}
