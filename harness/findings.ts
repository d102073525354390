/**
 * What a campaign is asked for and what it answers. Plain data.
 */
import type { Script } from './decision.ts';
import type { Run } from './run.ts';
import type { Scope, Strategy } from './strategies/strategy.ts';
import type { Violation } from './verdict.ts';
import type { Window } from './windows.ts';

/** How much to try. */
export interface Budget {
  /** Any text; equal texts plan equal runs. Default `reprise`. */
  readonly seed?: string;
  /** Runs to plan, not counting those that shrink and prove a finding. Default 2,000. */
  readonly runsMax?: number;
  /** Stop planning after this much real time, in milliseconds. Default: no limit. Makes the number of runs vary. */
  readonly forMs?: number;
  /** Runs to plan even if the time is over. Default 0. */
  readonly runsMin?: number;
  /** What to plan, one after another; default `strategiesFor(seed)`. */
  readonly strategies?: readonly Strategy[];
  /** Names of the checks that judge. Default: all. */
  readonly checks?: readonly string[];
  /** Told after every run how far the search has come. */
  readonly onProgress?: (progress: Progress) => void;
}

/** How far a search has come. */
export interface Progress {
  readonly runs: number;
  /** Runs that differ from all earlier ones in the order of their moves; beyond some thousands, within a percent. */
  readonly interleavings: number;
  /** In how many runs each fault window was entered. */
  readonly reached: Readonly<Record<Window, number>>;
}

/** A broken law, with the smallest script known to break it. */
export interface Finding {
  readonly scenario: string;
  readonly violations: readonly Violation[];
  readonly script: Script;
  /** Whether all runs with fewer deviations were made and break no law; false: the best found; null: nobody looked. */
  readonly minimal: boolean | null;
  /** The run of the script, with source lines; `reference` is the run it is held against. */
  readonly run: Run;
  readonly reference: Run;
  /** Runs it took to find, and then to shrink and prove. */
  readonly runs: { readonly found: number; readonly shrunk: number };
}

/** What a campaign did and found. */
export interface Findings {
  readonly scenario: string;
  readonly seed: string;
  readonly runs: number;
  readonly decisions: number;
  /** Largest scope of which every run was made; null: runs were only sampled. */
  readonly exhausted: Scope | null;
  /** Whether the plan was run to its end: nothing it could still try. */
  readonly complete: boolean;
  /** In how many runs each fault window was entered; a window at 0 was never tested. */
  readonly reached: Readonly<Record<Window, number>>;
  /** Why the law of results could not be applied, in words; null: it could be, as far as it was needed. */
  readonly unjudged: string | null;
  readonly finding: Finding | null;
}
