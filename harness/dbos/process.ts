/**
 * The simulated processes that run the SDK: each incarnation launches it for real, with a state and a database of its own.
 * Source: DBOS SDK 5.3.0, `dbos.js` 225, `dbos-executor.js` 68.
 */
import type { DBOSConfig } from '@dbos-inc/dbos-sdk';
import type { Executor } from '../executor.ts';
import type { Registry } from './cold/registry.ts';
import type { Sdk } from './sdk.ts';
import { type Slot, slotOf } from './takeover.ts';

/** One incarnation of one process. */
export interface Process {
  readonly slot: Slot;
  /** Queues it is asking for work just now. */
  readonly polling: Set<string>;
}

type Runner = Sdk['queues']['wfQueueRunner'];

/** A process that is about to be launched. */
export function newProcess(sdk: Sdk, registry: Registry | null = null): Process {
  const Runner = sdk.queues.wfQueueRunner.constructor as new () => Runner;
  return { slot: slotOf(sdk, new Runner(), registry), polling: new Set() };
}

const nothing = (): void => undefined;
const SILENT = { info: nothing, debug: nothing, warn: nothing, error: nothing };

/** The part of a user's configuration that changes what workflows do. */
export type Kept = Pick<DBOSConfig, 'enablePatching' | 'serializer'>;

/** Launches DBOS, as the process whose code is running. What it starts in the background is stopped: that will be moves. */
export function launch(sdk: Sdk, { id }: Executor, { slot }: Process, theirs: Kept, applicationVersion: string): void {
  const { enablePatching, serializer } = theirs;
  sdk.DBOS.setConfig({
    name: 'simulated',
    systemDatabaseUrl: 'postgresql://simulated@127.0.0.1:1/simulated',
    executorID: id,
    applicationVersion,
    logger: SILENT,
    ...(enablePatching === undefined ? {} : { enablePatching }),
    ...(serializer === undefined ? {} : { serializer }),
  });
  void sdk.DBOS.launch();
  tame(sdk, slot);
}

/** The telemetry interval would keep the run from ever being quiet; the scheduler loop registers with every process. */
function tame({ decorators }: Sdk, { instance }: Slot): void {
  const { telemetryCollector } = instance!.logger as unknown as {
    readonly telemetryCollector: { readonly signalBufferID: NodeJS.Timeout };
  };
  clearInterval(telemetryCollector.signalBufferID);
  const listeners = decorators.getLifecycleListeners() as object[];
  for (let index = listeners.length - 1; index >= 0; index--)
    if (listeners[index]!.constructor.name === 'DynamicSchedulerLoop') listeners.splice(index, 1);
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
    DBOS.launch().catch(nothing);
  } finally {
    target.translateDbosConfig = translateDbosConfig;
  }
  return found;
}
