/**
 * The model engine: our own small durable runtime with the position semantics of DBOS. Fast enough for exhaustive search,
 * and the executable statement of what a durable engine promises.
 */
import type { Engine, Machine, Session, Unfinished, View } from './engine.ts';
import type { Executor } from './executor.ts';
import { Execution, type Host } from './execution.ts';
import type { Result } from './run.ts';
import { isFinal, Journal, type Tables, type WorkflowRow } from './journal.ts';
import { inAttempt, origin, place } from './lineage.ts';
import type { Surroundings, Workflow } from './program.ts';
import { contextOf } from './runtime.ts';
import type { Move } from './scheduler.ts';
import { CallFailedError } from './errors.ts';
import { decode, decodeError, encode } from './values.ts';
import { type Services, type States, World } from './world.ts';

/** A program on the model engine. */
export interface Program<W extends Services, T extends Tables> {
  /** The user's module: evaluated anew in every process, so that module state dies with it. Workflows by name. */
  readonly workflows: (surroundings: Surroundings<W, T>) => Readonly<Record<string, Workflow>>;
  /** The outside world that steps call. */
  readonly world?: W;
  /** The application's tables at the beginning of a run. */
  readonly tables?: () => T;
}

/** Calls from outside. Each is one move: the client never crashes, so only their arrival matters. */
export interface Client {
  /** Starts a workflow, once for each id; a repeat changes nothing. Runs on the first executor that is up unless queued. */
  start(
    workflow: string,
    options: { readonly id: string; readonly input?: unknown; readonly queued?: boolean },
  ): Promise<void>;
  send(to: string, message: unknown, topic?: string): Promise<void>;
  cancel(workflow: string): Promise<void>;
  resume(workflow: string): Promise<void>;
  /** What the workflow returned, once it has ended. Rejects with what it threw, or if it was cancelled. */
  result<T = unknown>(workflow: string): Promise<T>;
}

/** An engine that runs `program`. */
export function model<W extends Services = Record<never, never>, T extends Tables = Record<never, never>>(
  program: Program<W, T>,
): Engine<Client, States<W>, T> {
  return { name: 'model', begin: (machine) => new ModelSession(machine, program) };
}

class ModelSession<W extends Services, T extends Tables> implements Session<Client, States<W>, T>, Host {
  readonly journal: Journal<T>;
  readonly scheduler: Machine['scheduler'];
  readonly note: Machine['note'];
  readonly client: Client;
  readonly #machine: Machine;
  readonly #program: Program<W, T>;
  readonly #world: World<W>;
  readonly #modules = new Map<Executor, Readonly<Record<string, Workflow>>>();
  /** Latest execution of each workflow, for telling what it waits for. */
  readonly #executions = new Map<string, Execution>();
  /** How often each workflow was claimed: labels count on, whatever becomes of the attempts. */
  readonly #claims = new Map<string, number>();
  #outside: { readonly name: string; readonly apply: () => void }[] = [];

  constructor(machine: Machine, program: Program<W, T>) {
    this.#machine = machine;
    this.#program = program;
    this.scheduler = machine.scheduler;
    this.note = machine.note;
    this.#world = new World((program.world ?? {}) as W, machine.note);
    this.journal = new Journal((program.tables?.() ?? {}) as T, machine.note);
    this.client = this.#clientCalls();
  }

  // ---- processes ---------------------------------------------------------------------------------------------------

  boot(executor: Executor): void {
    inAttempt(executor, null, () => this.#modules.set(executor, this.#program.workflows(this.#surroundings(executor))));
  }

  #surroundings(executor: Executor): Surroundings<W, T> {
    // Whoever runs the code makes the call; the process that evaluated the module speaks for code without a context.
    const who = (): Executor => place()?.executor ?? executor;
    const world = this.#world.handles((service, operation, input, key) => {
      const seat = { executor: who(), name: who().name(`${service}.${operation}`), origin: origin() };
      const request = { call: seat.name, service, operation, input, key, origin: seat.origin };
      if (seat.executor.state !== 'dead')
        this.note({
          type: 'world.called',
          call: seat.name,
          operation: `${service}.${operation}`,
          input,
          key,
          executor: seat.executor.id,
          origin: seat.origin,
        });
      return this.scheduler.call(
        seat,
        'world',
        () => this.#world.land(request),
        () => new CallFailedError(`${service}.${operation}`),
      );
    });
    const commit = <V>(name: string, body: (tables: T) => V): Promise<V> =>
      this.scheduler.call({ executor: who(), name: who().name(`db.${name}`), origin: origin() }, 'world', () =>
        this.journal.commit(body),
      );
    return { world, database: { commit } };
  }

  owns(executorId: string): boolean {
    return [...this.journal.workflows.values()].some(
      ({ status, executor }) => status === 'PENDING' && executor === executorId,
    );
  }

  abandon(executorId: string): string[] {
    return this.journal.reenqueue(executorId);
  }

  launch(executor: Executor, workflow: string, owner: string): void {
    const { name } = this.journal.row(workflow);
    const execution = new Execution(this, executor, workflow, owner);
    this.#executions.set(workflow, execution);
    const body = this.#modules.get(executor)?.[name];
    execution.run((input) => {
      if (body === undefined)
        throw new Error(
          `no workflow is called "${name}"; there are ${Object.keys(this.#modules.get(executor) ?? {}).join(', ')}`,
        );
      return body(contextOf(execution), input);
    });
  }

  // ---- moves -------------------------------------------------------------------------------------------------------

  moves(into: Move[]): void {
    for (const { id, status } of this.journal.workflows.values())
      if (status === 'ENQUEUED')
        for (const executor of this.#machine.cluster.available) into.push(this.#claim(executor, id));
    for (const call of this.#outside) into.push({ kind: 'client', label: call.name, apply: () => this.#arrive(call) });
  }

  /** The claim lands in the move; its reply starts the execution. A crash in between leaves a claimed workflow that does not run. */
  #claim(executor: Executor, workflow: string): Move {
    const what = `claim ${workflow}`;
    const count = this.#claims.get(workflow) ?? 0;
    const apply = (): boolean => {
      this.scheduler.turn = executor;
      this.#claims.set(workflow, count + 1);
      const owner = executor.token();
      if (!this.journal.claim(workflow, owner, executor.id, this.#machine.limits.recoveriesMax)) return false;
      const seat = { executor, name: executor.name(what), origin: { workflow, attempt: null, position: null } };
      void this.scheduler.answer(seat, 'journal', () => owner).then((token) => this.launch(executor, workflow, token));
      return true;
    };
    const by = this.#machine.limits.executors > 1 ? ` by ${executor.id}` : '';
    return { kind: 'claim', label: `${what}${count === 0 ? '' : `#${count + 1}`}${by}`, apply };
  }

  // ---- the client --------------------------------------------------------------------------------------------------

  #arrive(call: { readonly apply: () => void }): boolean {
    this.scheduler.turn = this.#machine.cluster.client;
    this.#outside = this.#outside.filter((other) => other !== call);
    call.apply();
    return true;
  }

  #clientCalls(): Client {
    const { journal, scheduler } = this;
    const { client } = this.#machine.cluster;
    const outside = (name: string, body: () => void): Promise<void> =>
      new Promise((resolve, reject) => {
        const apply = (): void => {
          try {
            resolve(body());
          } catch (error) {
            reject(error);
          }
        };
        this.#outside.push({ name: unique(name), apply });
      });
    const counts = new Map<string, number>();
    const unique = (name: string): string => {
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      return count === 1 ? name : `${name}#${count}`;
    };
    return {
      start: (workflow, { id, input, queued = false }) =>
        outside(`start ${id}`, () => this.#startWorkflow(workflow, id, encode(input), queued)),
      send: (to, message, topic = '') =>
        outside(`send ${to}${topic === '' ? '' : `/${topic}`}`, () => journal.send(to, topic, encode(message))),
      cancel: (workflow) => outside(`cancel ${workflow}`, () => journal.cancel(workflow)),
      resume: (workflow) => outside(`resume ${workflow}`, () => journal.resume(workflow)),
      result: async <V>(workflow: string): Promise<V> => {
        const seat = {
          executor: client,
          name: client.name(`result ${workflow}`),
          origin: { workflow: null, attempt: null, position: null },
        };
        await scheduler.wait(seat, () => isFinal(journal.workflows.get(workflow)?.status ?? 'PENDING'));
        const { status, outcome } = journal.row(workflow);
        if (outcome === null) throw new Error(`workflow ${workflow} ended with status ${status}`);
        if (!outcome.ok) throw decodeError(outcome.text);
        return decode(outcome.text) as V;
      },
    };
  }

  #startWorkflow(name: string, id: string, input: string, queued: boolean): void {
    const executor = queued ? undefined : this.#machine.cluster.available[0];
    // Nobody is up to take it: it waits to be claimed.
    if (executor === undefined) return void this.journal.create(id, name, input, null, null, null);
    const owner = executor.token();
    if (!this.journal.create(id, name, input, owner, executor.id, null)) return;
    this.scheduler.turn = executor;
    this.launch(executor, id, owner);
  }

  // ---- what became of it -------------------------------------------------------------------------------------------

  unfinished(): Unfinished[] {
    return [...this.journal.workflows.values()]
      .filter(({ status }) => !isFinal(status))
      .map(({ id }) => this.#whatKeeps(id));
  }

  #whatKeeps(id: string): Unfinished {
    return {
      who: `workflow ${id}`,
      inFlight: this.scheduler.inFlight(id),
      lastCall: this.#executions.get(id)?.lastCall ?? null,
    };
  }

  results(): Record<string, Result> {
    const result = ({ status, outcome, parent }: WorkflowRow): Result => ({ status, outcome, parent });
    return Object.fromEntries([...this.journal.workflows.values()].map((row) => [row.id, result(row)]));
  }

  view(): View<States<W>, T> {
    return { world: this.#world.states, tables: this.journal.tables };
  }
}
