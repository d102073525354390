/**
 * What the loop knows of an engine: something that boots executors over doors, and gives back what an executor leaves.
 * Nothing outside the engines may tell one from another.
 */
import type { Cluster, Lifecycle, Limits } from './cluster.ts';
import type { Note } from './history.ts';
import type { Idiom } from './idiom.ts';
import type { Offer } from './offer.ts';
import type { Result } from './run.ts';
import type { Scheduler } from './scheduler.ts';

/** The machine of one run, as an engine sees it. */
export interface Machine {
  readonly scheduler: Scheduler;
  readonly cluster: Cluster;
  readonly limits: Limits;
  /** Adds an event to the history. */
  readonly note: Note;
}

/** A workflow (or the client) that has not ended, and what keeps it. */
export interface Unfinished {
  readonly who: string;
  /** Labels of its calls in flight. None: it awaits something that is not simulated. */
  readonly inFlight: readonly string[];
  readonly lastCall: string | null;
}

/** What a scenario's `check` and `invariant` may look at, besides results. */
export interface View<World = unknown, Tables = unknown> {
  /** State of every service of the outside world. */
  readonly world: World;
  /** The application's tables, as committed. */
  readonly tables: Tables;
}

/** One run of an engine. */
export interface Session<Client, World, Tables> extends Lifecycle {
  /** What `start` is given. */
  readonly client: Client;
  /** Moves of the engine's own: queued workflows to claim, calls from outside. Calmest first, in chunks. */
  moves(into: Offer): void;
  /** Whether every workflow has ended. */
  finished(): boolean;
  unfinished(): Unfinished[];
  results(): Record<string, Result>;
  view(): View<World, Tables>;
  /** The run is over: gives back what the engine took from the process. */
  end?(): void;
}

export interface Engine<Client = unknown, World = unknown, Tables = unknown> {
  readonly name: string;
  readonly idiom: Idiom;
  /** Makes ready what the processes of a run will need and only the real world has; null: nothing. Before every run. */
  prepare?(limits: Limits): Promise<void> | null;
  /** Begins a run on a fresh machine. Executors are booted one by one afterwards. */
  begin(machine: Machine): Session<Client, World, Tables>;
}
