/**
 * The simulated processes that run the SDK: each incarnation launches it for real, with a state and a database of its own.
 * Source: DBOS SDK 5.3.0, `dbos.js` 225, `dbos-executor.js` 68.
 */
import type { DBOSConfig } from '@dbos-inc/dbos-sdk';
import type { Executor } from '../executor.ts';
import type { Registry } from './cold/registry.ts';
import { UNTIL_TOLD_MS } from './loops.ts';
import type { Sdk } from './sdk.ts';
import { APPLICATION } from './tables/applications.ts';
import type { Limits } from './tables/queues.ts';
import type { Tables } from './tables/tables.ts';
import type { Slot, Takeover } from './takeover.ts';

/** One incarnation of one process. */
export interface Process {
  readonly slot: Slot;
  /** Queues it is asking for work just now. */
  readonly polling: Set<string>;
  /** The SDK's own loop that fires schedules; null until it is launched. */
  scheduler: SchedulerLoop | null;
  /** How many changes of schedules there were when that loop last looked; 0: it does not run yet. */
  seen: number;
}

/** What is used of the SDK's loop over schedules. */
interface SchedulerLoop {
  /** Starts it. */
  initialize(): Promise<void>;
}

type Runner = Sdk['queues']['wfQueueRunner'];

/** A process that is about to be launched: with the queues that modules registered when they were loaded, outside of any. */
export function newProcess({ base }: Takeover, registry: Registry | null = null): Process {
  const [runner, params] = [runnerLike(base.runner), { ...base.params }];
  const slot = { instance: undefined, runner, params, registry, listenQueues: null, wakeScheduler: null };
  return { slot, polling: new Set(), scheduler: null, seen: 0 };
}

function runnerLike(loaded: Runner): Runner {
  const runner = new (loaded.constructor as new () => Runner)();
  const { internalQueues, pollerQueueNames } = poller(loaded);
  for (const queue of internalQueues.values()) runner.addInternalQueue(queue as never);
  for (const name of pollerQueueNames) runner.pollerQueueNames.add(name);
  return runner;
}

/** The part of a user's configuration that changes what workflows do. */
export type Kept = Pick<DBOSConfig, 'enablePatching' | 'serializer' | 'listenQueues'>;

/** Launches DBOS, as the process whose code is running. What it starts in the background is stopped: that will be moves. */
export function launch(sdk: Sdk, { id }: Executor, process: Process, theirs: Kept, applicationVersion: string): void {
  const { enablePatching, serializer, listenQueues } = theirs;
  sdk.DBOS.setConfig({
    name: APPLICATION,
    systemDatabaseUrl: 'postgresql://simulated@127.0.0.1:1/simulated',
    executorID: id,
    applicationVersion,
    schedulerPollingIntervalMs: UNTIL_TOLD_MS,
    ...(enablePatching === undefined ? {} : { enablePatching }),
    ...(serializer === undefined ? {} : { serializer }),
    ...(listenQueues === undefined ? {} : { listenQueues }),
  });
  void sdk.DBOS.launch();
  tame(sdk, process);
}

/** The loop that fires schedules would register with every process: it is ours to run. */
function tame({ decorators }: Sdk, process: Process): void {
  const listeners = decorators.getLifecycleListeners() as object[];
  for (let index = listeners.length - 1; index >= 0; index--)
    if (listeners[index]!.constructor.name === 'DynamicSchedulerLoop')
      process.scheduler = listeners.splice(index, 1)[0] as SchedulerLoop;
}

/** What the SDK's own loop uses of its queue runner. */
interface Poller {
  readonly internalQueues: ReadonlyMap<string, Limits>;
  /** Queues that it polls whatever it was told to listen to. */
  readonly pollerQueueNames: ReadonlySet<string>;
  /** Claims from one queue, and starts what it was given. */
  pollQueue(instance: unknown, queue: Limits): Promise<unknown>;
}

/** The queue runner of a process, for what the SDK's own loop does with it. */
export const poller = (runner: Runner): Poller => runner as unknown as Poller;

/** The queues that a process polls. */
export function queuesOf({ queues }: Sdk, tables: Tables, { runner, listenQueues }: Slot): Limits[] {
  const { internalQueues, pollerQueueNames } = poller(runner);
  const listens = (name: string): boolean =>
    listenQueues === null || listenQueues.has(name) || pollerQueueNames.has(name);
  // A queue of the SDK's own goes by its name, whatever is registered under it.
  const records = [...tables.queues.values()].filter(({ name }) => !internalQueues.has(name) && listens(name));
  return [...internalQueues.values(), ...records.map((record) => new queues.WorkflowQueue(record))];
}
