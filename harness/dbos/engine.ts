/**
 * The dbos engine: runs workflows of the real, unmodified DBOS SDK on the machine. The SDK's decorators, registration,
 * executor, retries, queue runner, serializer and errors are its own; only its database and its clock are ours.
 */
import type { Engine, Machine, Session, Unfinished, View } from '../engine.ts';
import type { Executor } from '../executor.ts';
import { inAttempt, place } from '../lineage.ts';
import type { Offer } from '../offer.ts';
import type { Result } from '../run.ts';
import type { Status } from '../history.ts';
import { Arrivals } from '../arrivals.ts';
import { Background } from './background.ts';
import { Boundary, type Surroundings } from './boundary.ts';
import { Execution, Executions } from './execution.ts';
import { listeners } from './lineage.ts';
import { launch, newProcess, poller, type Process, queuesOf } from './process.ts';
import { findSdk, type Sdk } from './sdk.ts';
import { shortCuts } from './serializer.ts';
import { allEnded, hasWork, isWaiting } from './tables/queues.ts';
import type { Rows } from './tables/rows.ts';
import { APPLICATION } from './tables/applications.ts';
import { Tables } from './tables/tables.ts';
import { register } from './tables/versions.ts';
import { isFinal, owns, reenqueue } from './tables/workflows.ts';
import { type Guest, type Slot, Takeover } from './takeover.ts';

/** What the engine may be told. */
export interface DbosOptions {
  /** The folder whose files import the SDK. Default: the current one. */
  readonly root?: string;
  /** The version under which workflows run. Default `v1`; a version computed from sources would differ between builds. */
  readonly applicationVersion?: string;
}

const takeovers = new WeakMap<Sdk, Takeover>();

function takeoverOf(sdk: Sdk): Takeover {
  let takeover = takeovers.get(sdk);
  if (takeover === undefined) takeovers.set(sdk, (takeover = new Takeover(sdk)));
  return takeover;
}

/** Gives the SDK that files in `root` import back as it was before it was simulated. The next run takes it over again. */
export function restore(root: string = process.cwd()): void {
  takeoverOf(findSdk(root)).restore();
}

/** An engine that runs the user's own copy of `@dbos-inc/dbos-sdk`. Throws if there is none, or none that is supported. */
export function dbos(options: DbosOptions = {}): Engine<void, null, Rows> {
  const { root = process.cwd(), applicationVersion = 'v1' } = options;
  const sdk = findSdk(root);
  return { name: 'dbos', begin: (machine) => new DbosSession(sdk, machine, applicationVersion) };
}

class DbosSession implements Session<void, null, Rows>, Guest {
  readonly client: void = undefined;
  readonly #sdk: Sdk;
  readonly #machine: Machine;
  readonly #version: string;
  readonly #takeover: Takeover;
  readonly #tables: Tables;
  readonly #arrivals: Arrivals;
  readonly #executions = new Executions();
  readonly #surroundings: Surroundings;
  readonly #background: Background;
  readonly #processes = new Map<Executor, Process>();
  readonly #polls = new Map<string, number>();

  constructor(sdk: Sdk, machine: Machine, applicationVersion: string) {
    this.#sdk = sdk;
    this.#machine = machine;
    this.#version = applicationVersion;
    const { cluster, note } = machine;
    const { client } = cluster;
    this.#arrivals = new Arrivals(client, machine.scheduler);
    this.#tables = new Tables(sdk, {
      note,
      nowMs: () => client.clock.nowMs + machine.limits.databaseSkewMs,
    });
    this.#background = new Background(sdk, machine, this.#tables, this.#processes);
    this.#surroundings = {
      sdk,
      machine,
      tables: this.#tables,
      arrivals: this.#arrivals,
      executions: this.#executions,
      assign: (creator) => this.#assign(creator),
    };
    this.#takeover = takeoverOf(sdk);
    this.#takeover.install((theirs, takeover) => [...listeners(theirs, takeover), ...shortCuts(theirs)]);
    this.#takeover.guest = this;
  }

  // ---- who is running ----------------------------------------------------------------------------------------------

  /** The process whose code is running: by its async context, else by the move that is being made. */
  #current(): Executor | null {
    return place()?.executor ?? this.#machine.scheduler.turn;
  }

  slot(): Slot | null {
    const executor = this.#current();
    return executor === null ? null : (this.#processes.get(executor)?.slot ?? null);
  }

  boundary(): Boundary {
    return new Boundary(this.#surroundings, this.#current()!);
  }

  execute<T>(workflow: string, token: string, body: () => T | Promise<T>): Promise<T> {
    const executor = this.#current()!;
    // Deleted workflows may still be running somewhere.
    const row = this.#tables.workflows.get(workflow) ?? this.#tables.deleted.get(workflow)!;
    const execution = new Execution(this.#tables, this.#machine.note, executor, row, token);
    this.#executions.add(execution, token);
    return execution.run(body);
  }

  // ---- processes ---------------------------------------------------------------------------------------------------

  boot(executor: Executor): void {
    const { client } = this.#machine.cluster;
    // The client is a process like any other: it launches DBOS, and runs nothing.
    if (!this.#processes.has(client)) this.#launch(client);
    this.#launch(executor);
  }

  #launch(executor: Executor): void {
    // Whoever uses DBOS has waited for its launch, which does this.
    register(this.#tables, this.#version, this.#version, APPLICATION);
    const started = newProcess(this.#sdk);
    this.#processes.set(executor, started);
    inAttempt(executor, null, () => launch(this.#sdk, executor, started, this.#takeover.config ?? {}, this.#version));
  }

  owns(executorId: string): boolean {
    return owns(this.#tables, executorId);
  }

  abandon(executorId: string): string[] {
    return reenqueue(this.#tables, executorId, this.#sdk.utils.INTERNAL_QUEUE_NAME);
  }

  #assign(token: string): ReturnType<Surroundings['assign']> {
    const [executor] = this.#machine.cluster.available;
    if (executor === undefined) return null;
    const begin = (id: string): void => this.#begin(executor, id, token);
    return { executor, begin };
  }

  /** The SDK's own way to run a workflow from its row. */
  #begin(executor: Executor, id: string, token: string): void {
    this.#machine.scheduler.turn = executor;
    const { instance } = this.#processes.get(executor)!.slot;
    const status = { ...this.#tables.row(id).status };
    // What becomes of it is in its row; that it failed is nobody's to handle.
    void inAttempt(executor, null, () => instance!.executeDequeuedWorkflow(status, token).catch(() => undefined));
  }

  // ---- moves -------------------------------------------------------------------------------------------------------

  moves(into: Offer): void {
    for (const executor of this.#machine.cluster.available) this.#offerPolls(executor, into);
    this.#arrivals.offer(into);
    this.#background.offer(into);
  }

  #offerPolls(executor: Executor, into: Offer): void {
    if (!isWaiting(this.#tables)) return;
    const { slot, polling } = this.#processes.get(executor)!;
    const { instance, runner } = slot;
    if (instance === undefined) return;
    for (const queue of queuesOf(this.#sdk, this.#tables, slot)) {
      const { name } = queue;
      if (polling.has(name) || !hasWork(this.#tables, queue, this.#version, instance.systemDatabase)) continue;
      const what = `claim ${name}`;
      const count = (this.#polls.get(what) ?? 0) + 1;
      const by = this.#machine.limits.executors > 1 ? ` by ${executor.id}` : '';
      const apply = (): boolean => {
        this.#machine.scheduler.turn = executor;
        this.#polls.set(what, count);
        polling.add(name);
        const over = (): boolean => polling.delete(name);
        void inAttempt(executor, null, () => poller(runner).pollQueue(instance, queue).then(over, over));
        return true;
      };
      into.add({ kind: 'claim', label: `${what}${count === 1 ? '' : `#${count}`}${by}`, apply });
    }
  }

  // ---- what became of it -------------------------------------------------------------------------------------------

  finished(): boolean {
    return allEnded(this.#tables);
  }

  unfinished(): Unfinished[] {
    const rows = [...this.#tables.workflows.values()].filter((row) => !isFinal(row));
    return rows.map(({ status: { workflowUUID: id, status, queueName } }) => {
      const children = rows.filter((row) => row.status.parentWorkflowID === id);
      return {
        who: `workflow ${id}`,
        // A parent awaits a child of its own process in memory.
        inFlight: [
          ...this.#machine.scheduler.inFlight(id),
          ...(status === 'PENDING' ? [] : [`claim ${queueName}`]),
          ...children.map((child) => `workflow ${child.status.workflowUUID}`),
        ],
        lastCall: this.#executions.latest(id)?.lastCall ?? null,
      };
    });
  }

  results(): Record<string, Result> {
    const results: Record<string, Result> = {};
    for (const [id, { status, outcome }] of this.#tables.workflows)
      results[id] = { status: statusOf(status.status), outcome, parent: status.parentWorkflowID ?? null };
    return results;
  }

  view(): View<null, Rows> {
    return { world: null, tables: this.#tables };
  }

  end(): void {
    const { DBOS } = this.#sdk;
    // As a process that was never launched: only such may be configured, and DBOS may be launched outside.
    this.#takeover.guest = GONE;
    DBOS.setConfig(this.#takeover.config as never);
    this.#takeover.release();
  }
}

/** Nobody runs any more, and nothing was ever launched. */
const GONE: Guest = {
  slot: () => NEVER_LAUNCHED,
  boundary: (): never => {
    throw new Error('the run is over');
  },
  execute: (): never => {
    throw new Error('the run is over');
  },
};

const NEVER_LAUNCHED = { instance: undefined } as Slot;

/** A delayed workflow waits to be claimed, as far as a result is concerned. */
const statusOf = (status: string): Status => (status === 'DELAYED' ? 'ENQUEUED' : (status as Status));
