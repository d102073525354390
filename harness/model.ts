/**
 * The model engine: our own small durable runtime with the position semantics of DBOS. Fast enough for exhaustive search,
 * and the executable statement of what a durable engine promises.
 */
import { contextOf } from './context.ts';
import type { Engine, Machine, Session, Unfinished, View } from './engine.ts';
import type { Executor } from './executor.ts';
import { Execution, type Host } from './execution.ts';
import type { Result } from './run.ts';
import { Journal } from './journal.ts';
import { PLAIN } from './idiom.ts';
import { inAttempt } from './lineage.ts';
import type { Surroundings, Workflow } from './program.ts';
import type { Move, Offer } from './offer.ts';
import type { Chunk } from './queue.ts';
import { isFinal, type Tables, type WorkflowRow } from './rows.ts';
import { unrefused } from './scheduler.ts';
import { type Client, Outside } from './client.ts';
import { request } from './request.ts';
import { encode, encodeError, type Outcome, reveal } from './values.ts';
import { type Request, type Services, type States, World } from './world.ts';

/** A program on the model engine. */
export interface Program<W extends Services, T extends Tables> {
  /** The user's module: evaluated anew in every process, so that module state dies with it. Workflows by name. */
  readonly workflows: (surroundings: Surroundings<W, T>) => Readonly<Record<string, Workflow>>;
  /** The outside world that steps call. */
  readonly world?: W;
  /** The application's tables at the beginning of a run. */
  readonly tables?: () => T;
}

/** An engine that runs `program`. */
export function model<W extends Services = Record<never, never>, T extends Tables = Record<never, never>>(
  program: Program<W, T>,
): Engine<Client, States<W>, T> {
  return { name: 'model', idiom: PLAIN, begin: (machine) => new ModelSession(machine, program) };
}

class ModelSession<W extends Services, T extends Tables> implements Session<Client, States<W>, T>, Host {
  readonly journal: Journal<T>;
  readonly scheduler: Machine['scheduler'];
  readonly note: Machine['note'];
  readonly client: Client;
  readonly #outside: Outside;
  readonly #machine: Machine;
  readonly #program: Program<W, T>;
  readonly #world: World<W>;
  readonly #modules = new Map<Executor, Readonly<Record<string, Workflow>>>();
  /** Latest execution of each workflow, for telling what it waits for. */
  readonly #executions = new Map<string, Execution>();
  /** How often each workflow was claimed: labels count on, whatever becomes of the attempts. */
  readonly #claimed = new Map<string, number>();
  /** Claims on offer, by workflow, for the executors that were up when they were made. */
  readonly #claims = new Map<string, readonly Move[]>();
  #claimChunks: WeakMap<readonly WorkflowRow[], Chunk<Move>> | null = null;
  #claimants: readonly Executor[] = [];

  constructor(machine: Machine, program: Program<W, T>) {
    this.#machine = machine;
    this.#program = program;
    this.scheduler = machine.scheduler;
    this.note = machine.note;
    this.#world = new World((program.world ?? {}) as W, machine.note);
    this.journal = new Journal((program.tables?.() ?? {}) as T, machine.note);
    this.#outside = new Outside(
      machine.cluster.client,
      this.journal,
      machine.scheduler,
      (workflow, id, input, queued) => this.#start(workflow, id, input, queued),
    );
    this.client = this.#outside.client;
  }

  // ---- processes ---------------------------------------------------------------------------------------------------

  boot(executor: Executor): void {
    inAttempt(executor, null, () => this.#modules.set(executor, this.#program.workflows(this.#surroundings(executor))));
  }

  #surroundings(executor: Executor): Surroundings<W, T> {
    const world = this.#world.handles((operation, input, key) =>
      request(this, executor, { operation, input, key }, (made) => this.#world.land(made)),
    );
    const commit = <V>(name: string, body: (tables: T) => V): Promise<V> =>
      request(this, executor, { operation: `db.${name}`, input: encode(undefined), key: null }, (made) =>
        this.#commit(made, body),
      ) as Promise<V>;
    return { world, database: { commit } };
  }

  /** A plain write to the application's database is a call to the outside world, as far as workflows are concerned. */
  #commit<V>({ call, operation, origin: from }: Request, body: (tables: T) => V): V {
    let reply: Outcome;
    try {
      reply = { ok: true, text: encode(this.journal.commit(body)) };
    } catch (error) {
      reply = { ok: false, text: encodeError(error) };
    }
    this.note({ type: 'world.answered', call, operation, reply, effect: reply.ok, origin: from });
    return reveal(reply) as V;
  }

  owns(executorId: string): boolean {
    return [...this.journal.workflows.values()].some(
      ({ status, executor }) => status === 'PENDING' && executor === executorId,
    );
  }

  abandon(executorId: string): string[] {
    return this.journal.reenqueue(executorId);
  }

  launch(executor: Executor, workflow: string, owner: string, number = 1): Execution {
    const { name } = this.journal.row(workflow);
    const execution = new Execution(this, executor, workflow, owner, number);
    if ((this.#executions.get(workflow)?.number ?? 0) <= number) this.#executions.set(workflow, execution);
    execution.run((input) => this.#body(executor, name)(contextOf(execution), input));
    return execution;
  }

  #body(executor: Executor, name: string): Workflow {
    const module = this.#modules.get(executor) ?? {};
    const body = module[name];
    if (body === undefined)
      throw new Error(`no workflow is called "${name}"; there are ${Object.keys(module).join(', ')}`);
    return body;
  }

  // ---- moves -------------------------------------------------------------------------------------------------------

  moves(into: Offer): void {
    for (const rows of this.journal.enqueued.chunks) if (rows.entries.length > 0) into.addAll(this.#claimsOn(rows));
    this.#outside.moves(into);
  }

  /** The claims on a chunk of workflows: the same chunk again until workflows or executors come or go. */
  #claimsOn(rows: Chunk<WorkflowRow>): Chunk<Move> {
    const { available } = this.#machine.cluster;
    if (available !== this.#claimants) {
      this.#claimants = available;
      this.#claims.clear();
      this.#claimChunks = null;
    }
    let claims = this.#claimChunks?.get(rows.entries);
    if (claims === undefined) {
      rows.shared = true;
      const entries: Move[] = [];
      for (const { id } of rows.entries) entries.push(...this.#claimsOf(id));
      claims = { entries, shared: true };
      (this.#claimChunks ??= new WeakMap()).set(rows.entries, claims);
    }
    return claims;
  }

  #claimsOf(workflow: string): readonly Move[] {
    let claims = this.#claims.get(workflow);
    if (claims === undefined) {
      claims = this.#machine.cluster.available.map((executor) => this.#claim(executor, workflow));
      this.#claims.set(workflow, claims);
    }
    return claims;
  }

  /** The claim lands in the move; its reply starts the execution. A crash in between leaves a claimed workflow that does not run. */
  #claim(executor: Executor, workflow: string): Move {
    const what = `claim ${workflow}`;
    const count = this.#claimed.get(workflow) ?? 0;
    const apply = (): boolean => {
      this.scheduler.turn = executor;
      this.#claimed.set(workflow, count + 1);
      this.#claims.delete(workflow);
      const owner = executor.token();
      if (!this.journal.claim(workflow, owner, executor.id, this.#machine.limits.recoveriesMax)) return false;
      const seat = { executor, name: executor.name(what), origin: { workflow, attempt: null, position: null } };
      const { executions } = this.journal.row(workflow);
      // As in DBOS: what has ended or was taken back by then is not run.
      const begin = unrefused((token: string) => {
        if (this.journal.row(workflow).status === 'PENDING') this.launch(executor, workflow, token, executions);
      });
      this.scheduler.answer(seat, 'journal', () => owner, begin);
      return true;
    };
    const by = this.#machine.limits.executors > 1 ? ` by ${executor.id}` : '';
    return { kind: 'claim', label: `${what}${count === 0 ? '' : `#${count + 1}`}${by}`, apply };
  }

  #start(name: string, id: string, input: string, queued: boolean): void {
    const executor = queued ? undefined : this.#machine.cluster.available[0];
    // A client that asks for what nobody defined is told at once: its mistake is no finding about the program.
    this.#body(executor ?? this.#machine.cluster.executors[0]!, name);
    // Nobody is up to take it: it waits to be claimed.
    if (executor === undefined) return void this.journal.create(id, name, input, null, null, null);
    const owner = executor.token();
    if (!this.journal.create(id, name, input, owner, executor.id, null)) return;
    this.scheduler.turn = executor;
    this.launch(executor, id, owner);
  }

  // ---- what became of it -------------------------------------------------------------------------------------------

  finished(): boolean {
    for (const { status } of this.journal.workflows.values()) if (!isFinal(status)) return false;
    return true;
  }

  unfinished(): Unfinished[] {
    const unfinished: Unfinished[] = [];
    for (const { id, status } of this.journal.workflows.values())
      if (!isFinal(status)) unfinished.push(this.#whatKeeps(id));
    return unfinished;
  }

  #whatKeeps(id: string): Unfinished {
    return {
      who: `workflow ${id}`,
      inFlight: this.scheduler.inFlight(id),
      lastCall: this.#executions.get(id)?.lastCall ?? null,
    };
  }

  results(): Record<string, Result> {
    const results: Record<string, Result> = {};
    for (const { id, status, outcome, parent } of this.journal.workflows.values())
      results[id] = { status, outcome, parent };
    return results;
  }

  view(): View<States<W>, T> {
    return { world: this.#world.states, tables: this.journal.tables };
  }
}
