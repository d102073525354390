/**
 * What there may be under a run of the dbos engine besides the simulated database. Types only.
 */
import type { Engine } from '../engine.ts';
import type { Executor } from '../executor.ts';
import type { Boundary, Surroundings } from './boundary.ts';
import type { DatabaseClass } from './database.ts';
import type { confirm } from './real/confirm.ts';
import type { Sdk } from './sdk.ts';
import type { Rows } from './tables/rows.ts';

/** Stands under the simulated processes of one run, and sees what they do. */
export interface Backing {
  /** The doors of the process that is being launched. */
  readonly boundary: (surroundings: Surroundings, executor: Executor) => Boundary;
  /** The class of its system database, made from the simulated one. */
  readonly database: (simulated: DatabaseClass) => DatabaseClass;
  /** Told what a process has had done in the background: by which member of its system database, and what came of it. */
  readonly done: (by: Executor, member: InBackground, args: readonly unknown[], simulated: unknown) => void;
}

/** What the SDK does without being asked; in a simulation, moves that call no member. */
export type InBackground =
  | 'createApplicationVersion'
  | 'reenqueueWorkflowsForRecovery'
  | 'transitionDelayedWorkflows'
  | 'cancelTimedOutWorkflows';

/** The engine `dbos()`: it can also run over a backing. */
export interface DbosEngine<App = void> extends Engine<App, null, Rows> {
  readonly sdk: Sdk;
  /** The version under which workflows run. */
  readonly applicationVersion: string;
  readonly over: (backing: Backing) => DbosEngine<App>;
}

/** Knows how to have a scenario of its own confirmed on a real database. */
export interface Confirmable {
  readonly confirm: typeof confirm;
}
