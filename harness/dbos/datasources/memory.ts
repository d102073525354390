/**
 * A data source whose database is in memory: for simulations, where no SQL is needed. Commits and rolls back for real, and
 * fails to serialize where PostgreSQL would. The commit is a door: it lands, then it is answered, so that every crash there
 * can be around it is on offer. Works outside of simulations, too.
 */
import type { Outcome } from '../../values.ts';
import type { Boundary } from '../boundary.ts';
import { type Contents, DatabaseError, Store, Transaction } from './store.ts';
import { type Durable, type Sealing, through, type TransactionConfig, TransactionSource } from './source.ts';

/** What the code of a transaction works with. `D` says of what type the rows of each table are. */
export interface MemoryClient<D> {
  /** A row; undefined: there is none. */
  get<T extends keyof D & string>(table: T, key: string): Promise<D[T] | undefined>;
  /** A row, locked until the end of the transaction (`SELECT ... FOR UPDATE`). */
  getForUpdate<T extends keyof D & string>(table: T, key: string): Promise<D[T] | undefined>;
  /** All rows of a table, in order of insertion. */
  list<T extends keyof D & string>(table: T): Promise<[key: string, row: D[T]][]>;
  /** Inserts or replaces a row. */
  put<T extends keyof D & string>(table: T, key: string, row: D[T]): Promise<void>;
  delete(table: keyof D & string, key: string): Promise<void>;
}

/** One database: what is committed, and what is known of transactions that workflows ran. */
class Database {
  readonly store: Store;
  readonly #completions = new Map<string, Map<number, Outcome>>();

  constructor(contents: Contents) {
    this.store = new Store(contents);
  }

  completion({ workflow, position }: Durable): Outcome | undefined {
    return this.#completions.get(workflow)?.get(position);
  }

  complete({ workflow, position }: Durable, outcome: Outcome): void {
    const known = this.#completions.get(workflow);
    if (known === undefined) this.#completions.set(workflow, new Map([[position, outcome]]));
    else known.set(position, outcome);
  }

  forget(workflow: string, fromStep: number): void {
    const known = this.#completions.get(workflow);
    for (const position of [...(known?.keys() ?? [])]) if (position >= fromStep) known!.delete(position);
  }
}

/** The databases of the current run, by name: they outlive the processes of the run, and the user's modules. */
let run: object | null = null;
const databases = new Map<string, Database>();

/** Rows by key, by table: what a database holds when a run begins. */
type Rows<D> = { readonly [T in keyof D]: Readonly<Record<string, D[T]>> };

/** A data source over tables in memory, which every run begins with a copy of. */
export class MemoryDataSource<D extends Record<string, unknown>> extends TransactionSource<MemoryClient<D>> {
  readonly #contents: Rows<D>;

  /** Registers itself under `name`, as the SDK's own data sources do. */
  constructor(name: string, contents: Rows<D>, root?: string) {
    super(name, root);
    this.#contents = contents;
  }

  /** The committed rows of a table, in order of insertion: for `check` and `invariant`. A copy. */
  committed<T extends keyof D & string>(table: T): Map<string, D[T]> {
    return structuredClone(this.#database.store.rows(table)) as Map<string, D[T]>;
  }

  /** Goes back to the rows it began with. A simulation does that by itself, before every run. */
  reset(): void {
    databases.delete(this.name);
  }

  initialize(): Promise<void> {
    const tables = this.boundary?.tables ?? null;
    if (tables !== null && tables !== run) databases.clear();
    if (tables !== null) run = tables;
    return Promise.resolve();
  }

  get #database(): Database {
    let database = databases.get(this.name);
    if (database === undefined) databases.set(this.name, (database = new Database(this.#contents)));
    return database;
  }

  protected async recorded(durable: Durable): Promise<Outcome | null> {
    const database = this.#database;
    const read = (): Outcome | null => database.completion(durable) ?? null;
    const { boundary } = this;
    // As with what is recorded in the journal: finding something is a move, finding nothing is none.
    if (boundary === null || read() === null) return read();
    return boundary.answer('replay', `read ${this.name}`, read, durable.workflow);
  }

  protected async transact<T>(
    { name, isolationLevel = 'READ COMMITTED', readOnly = false }: TransactionConfig,
    { body, outcome, owned, durable }: Sealing<T>,
    enter: (client: MemoryClient<D>) => void,
  ): Promise<T> {
    const { boundary } = this;
    const database = this.#database;
    const isAlive = (): boolean => boundary?.executor.state !== 'dead';
    const transaction = new Transaction(database.store, isolationLevel, readOnly, isAlive);
    try {
      enter(new Statements<D>(transaction, boundary));
      const value = await body();
      const row = outcome(value);
      await owned();
      const commit = (): void => this.#commit(database, transaction, name ?? '', durable, row);
      // Nothing is written, and nobody waits for the end of it.
      if (readOnly) commit();
      else await through(boundary, `commit ${name ?? this.name}`, commit, durable);
      return value;
    } finally {
      transaction.end();
    }
  }

  /** One transaction of the database: the user's writes and the row that says so, or neither. */
  #commit(database: Database, transaction: Transaction, name: string, durable: Durable | null, outcome: Outcome): void {
    if (durable !== null && database.completion(durable) !== undefined)
      throw new this.sdk.datasource.DBOSStepAlreadyRecordedError(durable.workflow, durable.position);
    transaction.commit();
    if (durable === null) return;
    database.complete(durable, outcome);
    this.boundary?.tables.note({ type: 'transaction.committed', ...durable, name });
  }

  protected fail(durable: Durable, outcome: Outcome): Promise<void> {
    const database = this.#database;
    const land = (): void => {
      if (database.completion(durable) === undefined) database.complete(durable, outcome);
    };
    return through(this.boundary, `keep the error of ${this.name}`, land, durable);
  }

  async deleteCheckpoints(workflow: string, fromStep: number, beforeCommit?: () => Promise<void>): Promise<void> {
    const [database, { boundary }] = [this.#database, this];
    await beforeCommit?.();
    await through(boundary, `forget ${this.name}/${workflow}`, () => database.forget(workflow, fromStep), {
      workflow,
    });
  }
}

class Statements<D> implements MemoryClient<D> {
  readonly #transaction: Transaction;
  readonly #boundary: Boundary | null;

  constructor(transaction: Transaction, boundary: Boundary | null) {
    this.#transaction = transaction;
    this.#boundary = boundary;
  }

  async get<T extends keyof D & string>(table: T, key: string): Promise<D[T] | undefined> {
    return this.#transaction.get(table, key) as D[T] | undefined;
  }

  async getForUpdate<T extends keyof D & string>(table: T, key: string): Promise<D[T] | undefined> {
    await this.#lock(table, key);
    return this.get(table, key);
  }

  async list<T extends keyof D & string>(table: T): Promise<[key: string, row: D[T]][]> {
    return this.#transaction.list(table) as [string, D[T]][];
  }

  async put<T extends keyof D & string>(table: T, key: string, row: D[T]): Promise<void> {
    await this.#lock(table, key);
    this.#transaction.write(table, key, row);
  }

  async delete(table: keyof D & string, key: string): Promise<void> {
    await this.#lock(table, key);
    this.#transaction.write(table, key, undefined);
  }

  /** Waits until nobody else has written the row, or gives up at once where nothing schedules: that is run again. */
  async #lock(table: string, key: string): Promise<void> {
    const transaction = this.#transaction;
    while (!transaction.isFree(table, key)) {
      if (transaction.isDeadlocked) throw new DatabaseError('40P01', 'deadlock detected');
      if (this.#boundary === null) throw new DatabaseError('40001', `row ${key} of ${table} is locked`);
      const ready = (): boolean => transaction.isFree(table, key) || transaction.isDeadlocked;
      await this.#boundary.wait(`lock ${table}/${key}`, ready);
    }
    transaction.lock(table, key);
  }
}
