/**
 * A transactional data source of the DBOS SDK: the protocol by which a transaction commits exactly once, whatever crashes.
 * What it is a transaction *of* is left to the files beside this one.
 *
 * Together with the user's writes goes a row that says what the transaction came to. A replay that finds no checkpoint finds
 * that row, and runs nothing. Source: the contract in DBOS SDK 5.3.0, `datasource.d.ts`, and the SDK's own data sources
 * (`packages/nodepg-datasource` of its repository), which all follow it.
 */
import type { DataSourceTransactionHandler, DBOSDataSource, PGTransactionConfig } from '@dbos-inc/dbos-sdk/datasource';
import { inStep } from '../../lineage.ts';
import { encode, encodeError, type Outcome, reveal } from '../../values.ts';
import type { Boundary } from '../boundary.ts';
import { boundaryOf } from '../database.ts';
import { findSdk, type Sdk } from '../sdk.ts';

/** How a transaction is run: what the SDK's own data sources for PostgreSQL understand. */
export interface TransactionConfig extends PGTransactionConfig {
  readonly name?: string;
}

/** A durable transaction: the execution of the workflow asks for it at a position. */
export interface Durable {
  readonly workflow: string;
  readonly position: number;
}

/** What is to be done with a transaction once its body has returned. */
export interface Sealing<T> {
  /** Runs the user's code. */
  readonly body: () => Promise<T>;
  /** What is to be kept in its row. Throws if the value cannot be stored. */
  readonly outcome: (value: T) => Outcome;
  /** Asked before the commit; rejects if the workflow has another owner by now. */
  readonly owned: () => Promise<void>;
  /** The row to commit with; null: none. */
  readonly durable: Durable | null;
}

/** First and longest pause before a transaction that could not be serialized is run again, and how it grows. */
const RETRY = { firstMs: 1, rate: 1.5, mostMs: 2_000 };

/**
 * Where a context of the SDK, which makes one for every transaction, keeps the client. Not in a weak map: its values
 * outlive the runs that they lead to.
 */
const TRANSACTION = Symbol('transaction');

interface Context<Client> {
  [TRANSACTION]?: { readonly source: object; readonly client: Client };
}

type Method<This, A extends unknown[], T> = (this: This, ...args: A) => Promise<T>;

/** A data source over some database. `Client` is what the code of a transaction works with. */
export abstract class TransactionSource<Client>
  implements DataSourceTransactionHandler, DBOSDataSource<TransactionConfig>
{
  readonly name: string;
  protected readonly sdk: Sdk;
  /** Registers itself under `name`. `root`: the folder whose files import the SDK. */
  constructor(name: string, root: string = process.cwd()) {
    this.name = name;
    this.sdk = findSdk(root);
    this.sdk.datasource.registerDataSource(this);
  }

  /** What the database knows of a transaction; null: nothing. */
  protected abstract recorded(durable: Durable): Promise<Outcome | null>;
  /** Runs `body` in a transaction, and commits it together with its row. */
  protected abstract transact<T>(
    config: TransactionConfig,
    sealing: Sealing<T>,
    enter: (client: Client) => unknown,
  ): Promise<T>;
  /** Keeps what a transaction threw that was rolled back, unless there is a row already. */
  protected abstract fail(durable: Durable, outcome: Outcome): Promise<void>;
  abstract initialize(): Promise<void>;
  abstract deleteCheckpoints(workflow: string, fromStep: number, beforeCommit?: () => Promise<void>): Promise<void>;

  destroy(): Promise<void> {
    return Promise.resolve();
  }

  /** The transaction that the running code is part of. Throws outside of one. */
  get client(): Client {
    const context = this.sdk.context.getCurrentContextStore() as Context<Client> | undefined;
    const { source, client } = context?.[TRANSACTION] ?? {};
    if (source !== this || client === undefined)
      throw new Error(`the client of data source ${this.name} is for code in its transactions`);
    return client;
  }

  /** Runs `callback` as a transaction, named `config.name`. */
  runTransaction<T>(callback: () => Promise<T>, config: TransactionConfig = {}): Promise<T> {
    return this.sdk.datasource.runTransaction(callback, config.name ?? callback.name, { dsName: this.name, config });
  }

  /** A function that runs `func` as a transaction. Before launch, as all registration. */
  registerTransaction<This, A extends unknown[], T>(
    func: Method<This, A, T>,
    config: TransactionConfig = {},
  ): Method<This, A, T> {
    return this.sdk.datasource.registerTransaction(this.name, func, { ...config, name: config.name ?? func.name });
  }

  /** Decorates a method whose calls are transactions. */
  transaction(config: TransactionConfig = {}) {
    return <This, A extends unknown[], T>(
      target: object,
      key: string,
      descriptor: TypedPropertyDescriptor<Method<This, A, T>>,
    ): TypedPropertyDescriptor<Method<This, A, T>> => {
      const { registerTransaction } = this.sdk.datasource;
      const named = { ...config, name: config.name ?? key, ctorOrProto: target };
      return { ...descriptor, value: registerTransaction(this.name, descriptor.value!, named) };
    };
  }

  /** Runs `func` in a transaction: once for good, though it may take several attempts. */
  async invokeTransactionFunction<This, A extends unknown[], T>(
    given: unknown,
    target: This,
    func: Method<This, A, T>,
    ...args: A
  ): Promise<T> {
    const config = (given ?? {}) as TransactionConfig;
    const durable = this.#durable();
    const row = config.readOnly === true ? null : durable;
    const { DBOSStepAlreadyRecordedError, isPGRetriableTransactionError } = this.sdk.datasource;
    for (let tries = 1, pauseMs = RETRY.firstMs; ; tries++) {
      const known = row === null ? null : await this.recorded(row);
      if (known !== null) return reveal(known) as T;
      try {
        return await this.#once(config, durable, row, tries, () => func.apply(target, args));
      } catch (error) {
        // The winner's row is there to be read.
        if (error instanceof DBOSStepAlreadyRecordedError) continue;
        if (!isPGRetriableTransactionError(error)) throw await this.#failed(row, error);
      }
      await this.sdk.utils.sleepms(pauseMs);
      pauseMs = Math.min(RETRY.mostMs, pauseMs * RETRY.rate);
    }
  }

  #durable(): Durable | null {
    const { workflowID: workflow, stepID: position } = this.sdk.DBOS;
    return workflow === undefined || position === undefined ? null : { workflow, position };
  }

  #once<T>(
    config: TransactionConfig,
    durable: Durable | null,
    row: Durable | null,
    tries: number,
    code: () => Promise<T>,
  ): Promise<T> {
    const sealing: Sealing<T> = {
      body: () => this.#inStep(durable, tries, code),
      outcome: (value) => ({ ok: true, text: encode(value) }),
      owned: () => (row === null ? Promise.resolve() : this.sdk.datasource.assertStillOwnsWorkflow(row.workflow)),
      durable: row,
    };
    const context = this.sdk.context.getCurrentContextStore() as Context<Client>;
    return this.transact(config, sealing, (client) => (context[TRANSACTION] = { source: this, client }));
  }

  /** In a simulation the body of a transaction is told of as the body of a step is. */
  #inStep<T>(durable: Durable | null, tries: number, code: () => Promise<T>): Promise<T> {
    const execution = durable === null ? null : this.boundary?.execution(durable.workflow);
    const at = execution?.calls.get(durable!.position)?.at;
    if (execution == null || at === undefined) return code();
    execution.ran(durable!.position, tries);
    return inStep(at, durable!.position, code, []);
  }

  /** The error to throw: kept for replays, unless it says that this execution has lost the workflow. */
  async #failed(row: Durable | null, error: unknown): Promise<unknown> {
    if (row !== null && !(error instanceof this.sdk.datasource.DBOSWorkflowConflictError))
      await this.fail(row, { ok: false, text: encodeError(error) });
    return error;
  }

  /** The doors of the simulated process whose code is running; null outside of simulations. */
  protected get boundary(): Boundary | null {
    return boundaryOf(this.sdk.executor.DBOSExecutor.globalInstance?.systemDatabase);
  }
}

/** Over there and back: two moves in a simulation, at once outside of one. `land` takes effect when it is called. */
export async function through(
  boundary: Boundary | null,
  what: string,
  land: () => unknown,
  durable: Pick<Durable, 'workflow'> | null,
): Promise<void> {
  await (boundary === null ? land() : boundary.door(what, land, durable?.workflow ?? null));
}
