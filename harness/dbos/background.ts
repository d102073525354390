/**
 * What processes of the SDK do in the background, by event instead of every second: sweep up what has fallen due, notice
 * that a rate limit lets go, look for schedules. Each waits for nothing but time or a change, and is a move.
 *
 * Which process sweeps makes no difference but for its clock, so the one whose clock is most ahead does it: however late
 * the move is chosen, that covers every process that might. Source: DBOS SDK 5.3.0, `workflow_management.js` 182,
 * `wfqueue.js` 470, `scheduler/scheduler.js` 76.
 */
import type { Machine } from '../engine.ts';
import type { Executor } from '../executor.ts';
import { inAttempt } from '../lineage.ts';
import type { Move, Offer } from '../offer.ts';
import { ringAt } from '../retry.ts';
import type { Backing, InBackground } from './backing.ts';
import type { Process } from './process.ts';
import type { Sdk } from './sdk.ts';
import { nextWindow } from './tables/queues.ts';
import { type Due, expire, nextDeadline, nextDelay, release } from './tables/sweeps.ts';
import type { Tables } from './tables/tables.ts';

/** How many workflows one sweep cancels. */
const EXPIRED_MAX = 1000;

/** Something that every process looks for once a second: the member of its system database by which, and what it does. */
interface Sweep {
  readonly key: string;
  readonly member: InBackground;
  readonly args: readonly unknown[];
  readonly next: (tables: Tables) => Due | null;
  readonly apply: (tables: Tables, nowMs: number) => unknown;
}

const SWEEPS: readonly Sweep[] = [
  { key: 'delay', member: 'transitionDelayedWorkflows', args: [], next: nextDelay, apply: release },
  {
    ...{ key: 'timeout', member: 'cancelTimedOutWorkflows', args: [EXPIRED_MAX], next: nextDeadline },
    apply: (tables, nowMs) => expire(tables, nowMs, EXPIRED_MAX),
  },
];

/** Of these, the one whose clock is most ahead; null: there is none. */
function mostAhead(executors: readonly Executor[]): Executor | null {
  let first: Executor | null = null;
  for (const executor of executors) if (first === null || executor.clock.nowMs > first.clock.nowMs) first = executor;
  return first;
}

/** What is waited for, and how to give it up. */
interface Alarm {
  readonly name: string;
  readonly atMs: number;
  readonly callOff: () => void;
}

/** The background of one run. */
export class Background {
  readonly #sdk: Sdk;
  readonly #machine: Machine;
  readonly #tables: Tables;
  readonly #processes: ReadonlyMap<Executor, Process>;
  readonly #backing: Backing | null;
  readonly #alarms = new Map<string, Alarm>();
  readonly #polls = new Map<Process, Move>();

  constructor(
    sdk: Sdk,
    machine: Machine,
    tables: Tables,
    processes: ReadonlyMap<Executor, Process>,
    backing: Backing | null,
  ) {
    this.#sdk = sdk;
    this.#backing = backing;
    this.#machine = machine;
    this.#tables = tables;
    this.#processes = processes;
  }

  /** Sees to it that what is next comes up when it is due, and offers what can happen now. */
  offer(into: Offer): void {
    const tables = this.#tables;
    // Asked before every move; most programs know neither time limits nor queues.
    const { timed, queues, scheduleChanges } = tables;
    if (timed.size === 0 && queues.size === 0 && scheduleChanges === 0 && this.#alarms.size === 0) return;
    const { available } = this.#machine.cluster;
    for (const sweep of SWEEPS) this.#await(sweep, mostAhead(available));
    this.#windows();
    if (scheduleChanges > 0) for (const executor of available) this.#offerPoll(executor, into);
  }

  #await({ key, member, args, next, apply }: Sweep, by: Executor | null): void {
    const [tables, { client }] = [this.#tables, this.#machine.cluster];
    const due = next(tables);
    const isComing = due !== null && by !== null;
    const aheadMs = isComing ? by.clock.nowMs - client.clock.nowMs : 0;
    const atMs = isComing ? due.dueMs - aheadMs : Infinity;
    this.#keep(key, `${key} ${due?.row.status.workflowUUID}`, atMs, () => {
      const came = apply(tables, client.clock.nowMs + aheadMs);
      this.#backing?.done(by!, member, args, came);
    });
  }

  /** A rate limit lets go by the clock of the database: all there is to do is to let that time come. */
  #windows(): void {
    const { clock } = this.#machine.cluster.client;
    for (const record of this.#tables.queues.values()) {
      const what = `rate limit of ${record.name}`;
      const isLimited = record.rateLimitMax !== null || record.partitionRateLimitMax !== null;
      if (!isLimited && !this.#alarms.has(what)) continue;
      const dueMs = nextWindow(this.#tables, new this.#sdk.queues.WorkflowQueue(record));
      this.#keep(what, what, dueMs - this.#tables.nowMs() + clock.nowMs, () => undefined);
    }
  }

  /** One alarm for each key, on the clock of the client, which never crashes and keeps true time. */
  #keep(key: string, name: string, atMs: number, ring: () => void): void {
    const { client } = this.#machine.cluster;
    const kept = this.#alarms.get(key);
    if (kept?.atMs === atMs && kept.name === name) return;
    kept?.callOff();
    this.#alarms.delete(key);
    if (atMs === Infinity) return;
    const rung = (): void => {
      this.#alarms.delete(key);
      ring();
    };
    this.#alarms.set(key, { name, atMs, callOff: ringAt(client.clock, Math.ceil(atMs), client.name(name), rung) });
  }

  /** The SDK's own loop looks for schedules once they have changed since it last did. */
  #offerPoll(executor: Executor, into: Offer): void {
    const process = this.#processes.get(executor)!;
    if (process.seen === this.#tables.scheduleChanges || process.slot.instance?.initialized !== true) return;
    if (process.seen > 0 && process.slot.wakeScheduler === null) return;
    let move = this.#polls.get(process);
    if (move === undefined) this.#polls.set(process, (move = this.#poll(executor, process)));
    into.add(move);
  }

  #poll(executor: Executor, process: Process): Move {
    const apply = (): boolean => {
      this.#polls.delete(process);
      this.#machine.scheduler.turn = executor;
      const { slot, scheduler } = process;
      const isFirst = process.seen === 0;
      process.seen = this.#tables.scheduleChanges;
      const wake = slot.wakeScheduler;
      slot.wakeScheduler = null;
      inAttempt(executor, null, () => (isFirst ? void scheduler!.initialize() : wake!()));
      return true;
    };
    return { kind: 'timer', label: `fire ${executor.name('poll of schedules')}`, apply };
  }
}
