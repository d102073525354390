/**
 * Tables in memory with the transactions of PostgreSQL: snapshots, row locks, and the errors of its isolation levels.
 *
 * READ COMMITTED reads what is committed at the time of reading, REPEATABLE READ and SERIALIZABLE what was committed when
 * the transaction began. A row that was written is locked until the end; a later writer waits, and under the two stricter
 * levels then fails with 40001, as PostgreSQL says it. SERIALIZABLE also fails if what it read was changed since, which is
 * stricter than PostgreSQL (it looks for cycles): it may fail needlessly, and be run again, but lets no anomaly through.
 *
 * Knows nothing of promises, clocks or workflows. Source: PostgreSQL documentation, chapter 13.
 */
import type { PGIsolationLevel } from '@dbos-inc/dbos-sdk/datasource';

/** Rows by key, by name of their table. */
export type Contents = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What PostgreSQL would say, with its code. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

type Tables = ReadonlyMap<string, Map<string, unknown>>;

const addressOf = (table: string, key: string): string => JSON.stringify([table, key]);

/** A database in memory. */
export class Store {
  /** How many transactions have been committed. */
  commits = 0;
  readonly #tables: Tables;
  /** When rows, and tables as a whole, were changed last. */
  readonly #changed = new Map<string, number>();
  readonly #holders = new Map<string, Transaction>();

  constructor(contents: Contents) {
    const copies = Object.entries(contents).map(([table, rows]) => [table, new Map(copied(rows))] as const);
    this.#tables = new Map(copies);
  }

  /** The rows of a table as they are committed, in order of insertion. Throws 42P01 if there is no such table. */
  rows(table: string): Map<string, unknown> {
    return found(this.#tables, table);
  }

  /** What is committed, as it is now. */
  snapshot(): Tables {
    return new Map([...this.#tables].map(([table, rows]) => [table, new Map(rows)]));
  }

  /** When a row (`key` null: any of the table) was changed last, counted in commits. */
  changedAt(table: string, key: string | null): number {
    return this.#changed.get(key === null ? table : addressOf(table, key)) ?? 0;
  }

  /** Who keeps a row from being written; undefined: nobody. The locks of processes that died are gone. */
  holder(table: string, key: string): Transaction | undefined {
    const holder = this.#holders.get(addressOf(table, key));
    return holder?.isOpen === true ? holder : undefined;
  }

  /** Gives a row to one transaction until its end. */
  lock(table: string, key: string, holder: Transaction): void {
    this.#holders.set(addressOf(table, key), holder);
  }

  /** Makes changes, all of them: undefined deletes. */
  commit(writes: readonly Write[]): void {
    this.commits++;
    for (const { table, key, row } of writes) {
      const rows = this.rows(table);
      if (row === undefined) rows.delete(key);
      else rows.set(key, row);
      for (const what of [table, addressOf(table, key)]) this.#changed.set(what, this.commits);
    }
  }
}

/** A row as it is to be: undefined if it is to be deleted. */
interface Write {
  readonly table: string;
  readonly key: string;
  readonly row: unknown;
}

const copied = (rows: Readonly<Record<string, unknown>>): [string, unknown][] =>
  Object.entries(rows).map(([key, row]) => [key, structuredClone(row)]);

function found(tables: Tables, table: string): Map<string, unknown> {
  const rows = tables.get(table);
  if (rows === undefined) throw new DatabaseError('42P01', `relation "${table}" does not exist`);
  return rows;
}

/** One transaction. Its statements happen at once; only for the lock of a row may it have to wait. */
export class Transaction {
  readonly #store: Store;
  readonly #level: PGIsolationLevel;
  readonly #readOnly: boolean;
  readonly #isAlive: () => boolean;
  readonly #began: number;
  /** What it reads; null: what is committed at the time. */
  readonly #snapshot: Tables | null;
  readonly #writes = new Map<string, Write>();
  readonly #read = new Map<string, readonly [table: string, key: string | null]>();
  #waitsFor: Transaction | undefined = undefined;
  #over = false;

  /** `isAlive`: whether its process is. */
  constructor(store: Store, level: PGIsolationLevel, readOnly: boolean, isAlive: () => boolean) {
    this.#store = store;
    this.#level = level;
    this.#readOnly = readOnly;
    this.#isAlive = isAlive;
    this.#began = store.commits;
    this.#snapshot = level === 'READ COMMITTED' || level === 'READ UNCOMMITTED' ? null : store.snapshot();
  }

  /** Whether it keeps its locks. */
  get isOpen(): boolean {
    return !this.#over && this.#isAlive();
  }

  /** A row as this transaction sees it, its own writes included. */
  get(table: string, key: string): unknown {
    const own = this.#writes.get(addressOf(table, key));
    this.#note(table, key);
    return structuredClone(own === undefined ? this.#seen(table).get(key) : own.row);
  }

  /** All rows of a table as this transaction sees them. */
  list(table: string): [key: string, row: unknown][] {
    this.#note(table, null);
    const rows = new Map(this.#seen(table));
    for (const write of this.#writes.values()) {
      if (write.table !== table) continue;
      if (write.row === undefined) rows.delete(write.key);
      else rows.set(write.key, write.row);
    }
    return structuredClone([...rows]);
  }

  #seen(table: string): Map<string, unknown> {
    return this.#snapshot === null ? this.#store.rows(table) : found(this.#snapshot, table);
  }

  #note(table: string, key: string | null): void {
    this.#read.set(key === null ? table : addressOf(table, key), [table, key]);
  }

  /** Whether a row can be locked now. If not, this transaction waits for whoever holds it. */
  isFree(table: string, key: string): boolean {
    const holder = this.#store.holder(table, key);
    this.#waitsFor = holder === this ? undefined : holder;
    return this.#waitsFor === undefined;
  }

  /** Whether those it waits for wait for it. */
  get isDeadlocked(): boolean {
    for (let next = this.#waitsFor; next !== undefined; next = next.#waitsFor) if (next === this) return true;
    return false;
  }

  /** Locks a row that is free. Throws 40001 if it was changed since the snapshot, 25006 if nothing may be written. */
  lock(table: string, key: string): void {
    if (this.#readOnly) throw new DatabaseError('25006', 'cannot execute UPDATE in a read-only transaction');
    // There has to be such a table.
    this.#seen(table);
    if (this.#snapshot !== null && this.#store.changedAt(table, key) > this.#began) throw unserializable('update');
    this.#store.lock(table, key, this);
  }

  /** Writes a row that is locked; undefined deletes it. */
  write(table: string, key: string, row: unknown): void {
    this.#writes.set(addressOf(table, key), { table, key, row: structuredClone(row) });
  }

  /** Makes its writes those of everybody. Throws 40001, and has changed nothing, if it cannot be serialized. */
  commit(): void {
    const outdated = (): boolean =>
      [...this.#read.values()].some(([table, key]) => this.#store.changedAt(table, key) > this.#began);
    const fails = this.#level === 'SERIALIZABLE' && this.#writes.size > 0 && outdated();
    this.end();
    if (fails) throw unserializable('read/write');
    if (this.#writes.size > 0) this.#store.commit([...this.#writes.values()]);
  }

  /** Gives its locks back. What it wrote is forgotten unless it was committed. */
  end(): void {
    this.#over = true;
  }
}

const unserializable = (because: 'update' | 'read/write'): DatabaseError =>
  new DatabaseError(
    '40001',
    because === 'update'
      ? 'could not serialize access due to concurrent update'
      : 'could not serialize access due to read/write dependencies among transactions',
  );
