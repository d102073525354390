/**
 * One run of the dbos engine: simulated processes that launch the SDK, the moves by which they ask for work, and what became
 * of it. What calls do is the doors' business.
 */
import type { Machine, Session, Unfinished, View } from '../engine.ts';
import type { Executor } from '../executor.ts';
import { inAttempt, place } from '../lineage.ts';
import type { Offer } from '../offer.ts';
import type { Result } from '../run.ts';
import type { Status } from '../history.ts';
import { Arrivals } from '../arrivals.ts';
import type { Apps } from './cold/apps.ts';
import { Background } from './background.ts';
import { Boundary, type Surroundings } from './boundary.ts';
import type { DatabaseClass } from './database.ts';
import { Execution, Executions } from './execution.ts';
import type { Backing } from './backing.ts';
import { launch, newProcess, poller, type Process, queuesOf } from './process.ts';
import type { Sdk } from './sdk.ts';
import { allEnded, hasWork, isWaiting } from './tables/queues.ts';
import type { Rows } from './tables/rows.ts';
import { APPLICATION } from './tables/applications.ts';
import { Tables } from './tables/tables.ts';
import { register } from './tables/versions.ts';
import { isFinal, owns, reenqueue } from './tables/workflows.ts';
import type { Guest, Slot, Takeover } from './takeover.ts';

/** What does not change from run to run. */
export interface Setting<App> {
  readonly sdk: Sdk;
  readonly takeover: Takeover;
  readonly applicationVersion: string;
  /** Evaluations of the application; null: it is shared. */
  readonly apps: Apps<App> | null;
  readonly backing: Backing | null;
}

/** One run. */
export class DbosSession<App> implements Session<App, null, Rows>, Guest {
  /** What the client's process has evaluated. */
  client = undefined as App;
  readonly #sdk: Sdk;
  readonly #backing: Backing | null;
  readonly #machine: Machine;
  readonly #version: string;
  readonly #takeover: Takeover;
  readonly #tables: Tables;
  readonly #arrivals: Arrivals;
  readonly #executions = new Executions();
  readonly #surroundings: Surroundings;
  readonly #background: Background;
  readonly #processes = new Map<Executor, Process>();
  /** Of the process that launches DBOS at this moment, which asks a hundred times for what is its own; null: none does. */
  #launching: Slot | null = null;
  readonly #polls = new Map<string, number>();
  /** Evaluations of the application; null: it is shared. */
  readonly #apps: Apps<App> | null;

  constructor(machine: Machine, { sdk, takeover, applicationVersion, apps, backing }: Setting<App>) {
    this.#sdk = sdk;
    this.#backing = backing;
    this.#machine = machine;
    this.#version = applicationVersion;
    const { cluster, note } = machine;
    const { client } = cluster;
    this.#arrivals = new Arrivals(client, machine.scheduler);
    this.#tables = new Tables(sdk, {
      note,
      nowMs: () => client.clock.nowMs + machine.limits.databaseSkewMs,
    });
    this.#background = new Background(sdk, machine, this.#tables, this.#processes, backing);
    this.#surroundings = {
      sdk,
      machine,
      tables: this.#tables,
      arrivals: this.#arrivals,
      executions: this.#executions,
      assign: (creator) => this.#assign(creator),
    };
    this.#takeover = takeover;
    this.#apps = apps;
    this.#takeover.guest = this;
  }

  // ---- who is running ----------------------------------------------------------------------------------------------

  /** The process whose code is running: by its async context, else by the move that is being made. */
  #current(): Executor | null {
    return place()?.executor ?? this.#machine.scheduler.turn;
  }

  slot(): Slot | null {
    if (this.#launching !== null) return this.#launching;
    const executor = this.#current();
    return executor === null ? null : (this.#processes.get(executor)?.slot ?? null);
  }

  boundary(): Boundary {
    const executor = this.#current()!;
    return this.#backing?.boundary(this.#surroundings, executor) ?? new Boundary(this.#surroundings, executor);
  }

  database(simulated: DatabaseClass): DatabaseClass {
    return this.#backing?.database(simulated) ?? simulated;
  }

  execute<T>(workflow: string, token: string, body: () => T | Promise<T>): Promise<T> {
    const executor = this.#current()!;
    // Deleted workflows may still be running somewhere.
    const row = this.#tables.workflows.get(workflow) ?? this.#tables.deleted.get(workflow)!;
    const execution = new Execution(this.#tables, this.#machine.note, executor, row, token);
    this.#executions.add(execution, token);
    return execution.run(body);
  }

  strayed(): void {
    this.#executions.strayed(this.#machine);
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
    const evaluated = this.#apps?.take();
    if (evaluated !== undefined && executor === this.#machine.cluster.client) this.client = evaluated.app;
    const started = newProcess(this.#takeover, evaluated?.registry);
    this.#processes.set(executor, started);
    this.#launching = started.slot;
    inAttempt(executor, null, () => launch(this.#sdk, executor, started, this.#takeover.config ?? {}, this.#version));
    this.#launching = null;
    this.#backing?.done(executor, 'createApplicationVersion', [this.#version, APPLICATION], undefined);
  }

  owns(executorId: string): boolean {
    return owns(this.#tables, executorId, this.#version);
  }

  abandon(executorId: string): string[] {
    const { INTERNAL_QUEUE_NAME } = this.#sdk.utils;
    const ids = reenqueue(this.#tables, executorId, this.#version, INTERNAL_QUEUE_NAME);
    const args = [executorId, this.#version, INTERNAL_QUEUE_NAME];
    this.#backing?.done(this.#machine.cluster.client, 'reenqueueWorkflowsForRecovery', args, ids);
    return ids;
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
    const leave = this.#takeover.admit(NEVER_LAUNCHED);
    DBOS.setConfig(this.#takeover.config as never);
    leave();
    this.#takeover.release();
  }
}

const NEVER_LAUNCHED = { instance: undefined } as Slot;

/** A delayed workflow waits to be claimed, as far as a result is concerned. */
const statusOf = (status: string): Status => (status === 'DELAYED' ? 'ENQUEUED' : (status as Status));
