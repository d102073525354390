/**
 * What earlier runs have shown: the calm run, runs that parted from it in good right, and what crash-free runs came to.
 */
import type { Reference } from './checks/check.ts';
import { partsFromAll } from './checks/lineage.ts';
import { outcomeOf } from './checks/results.ts';
import { isFaulty, keepObservation } from './observe.ts';
import type { Run } from './run.ts';

/** Runs kept beside the calm one: comparing with more finds little and costs every run. */
const RUNS_MAX = 16;

/** A reference that grows as runs are learned. */
export class KnownRuns implements Reference {
  readonly runs: Run[] = [];
  readonly outcomes: Set<string> = new Set();
  readonly compare: Reference['compare'];
  searched: Reference['searched'] = null;

  constructor(compare: Reference['compare']) {
    this.compare = compare;
  }

  /** Takes in a run that broke no law. The first one learned is the calm run. */
  learn(run: Run): void {
    if (isFaulty(run)) return;
    this.learnOutcome(run);
    if (this.runs.length > 0 && (this.runs.length >= RUNS_MAX || !partsFromAll(run, this))) return;
    keepObservation(run);
    this.runs.push(run);
  }

  /** Takes in what a crash-free run came to, and says whether that was new. */
  learnOutcome(run: Run): boolean {
    const known = this.outcomes.size;
    if (run.ending.how === 'finished') this.outcomes.add(outcomeOf(run, this.compare));
    return this.outcomes.size > known;
  }
}
