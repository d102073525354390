/**
 * Makes a failing run easier to understand: fewest deviations, then fewest crashes among them, then a shorter run. Works on
 * scripts, and only ever keeps runs that were made and failed.
 */
import { chosen, type Deviation, type Script, scriptOf } from './decision.ts';
import type { Run } from './run.ts';
import { followLoosely } from './strategies/script.ts';
import { exhaustive } from './strategies/exhaustive.ts';
import { isCrash, type Strategy } from './strategies/strategy.ts';

/** Order of ease: deviations, crashes among them, moves. */
function cost(run: Run): readonly number[] {
  const deviations = run.decisions.filter(({ chose }) => chose > 0);
  return [deviations.length, deviations.filter((decision) => isCrash(chosen(decision).kind)).length, run.moves];
}

function easier(a: Run, b: Run): boolean {
  const [left, right] = [cost(a), cost(b)];
  const differing = left.findIndex((value, index) => value !== right[index]);
  return differing >= 0 && left[differing]! < right[differing]!;
}

/** Tries ever calmer versions of `failing`; calls `keep` with each that still fails and is easier than the last. */
export function* shrink(failing: Run, fails: (run: Run) => boolean, keep: (run: Run) => void): Strategy {
  let best = failing;
  for (let improved = true; improved;) {
    improved = false;
    for (const candidate of shorterScripts(scriptOf(best.decisions))) {
      const run = yield followLoosely(candidate);
      if (!easier(run, best) || !fails(run)) continue;
      best = run;
      keep(run);
      improved = true;
      break;
    }
  }
  return null;
}

/** Shorter scripts to try: without a span of deviations, long spans first, crashes before all others. */
export function* shorterScripts(script: Script): Generator<Script> {
  const crashes = ({ choose }: Deviation): boolean => choose.startsWith('crash ');
  for (let span = script.length; span >= 1; span = Math.floor(span / 2))
    for (const crashesOnly of [true, false])
      for (let from = 0; from < script.length; from += span) {
        const inSpan = (index: number): boolean => index >= from && index < from + span;
        const kept = script.filter((deviation, index) => !inSpan(index) || (crashesOnly && !crashes(deviation)));
        if (kept.length < script.length) yield kept;
      }
}

/** With more deviations than this, exchanges are too many to try. */
const EXCHANGED_MAX = 4;

/**
 * Scripts with one deviation less in which another has been exchanged for any that was on offer in `run`: what leaving
 * out alone does not reach, because two small deviations can do the work of one better placed.
 */
export function* exchanges({ decisions }: Run): Generator<Script> {
  const script = scriptOf(decisions);
  if (script.length < 2 || script.length > EXCHANGED_MAX) return;
  const offered = decisions.flatMap(({ after, options }) =>
    options.slice(1).map(({ label }) => ({ after, choose: label })),
  );
  for (const dropped of script)
    for (const exchanged of script)
      for (const other of dropped === exchanged ? [] : offered)
        yield [...script.filter((deviation) => deviation !== dropped && deviation !== exchanged), other];
}

/** Proves that fewer than `deviations` do not fail, smallest first, or finds (and keeps) a run with fewer that does. */
export function* prove(deviations: number, fails: (run: Run) => boolean, keep: (run: Run) => void): Strategy {
  for (let deviationsMax = 0; deviationsMax < deviations; deviationsMax++) {
    const all = exhaustive({ crashesMax: deviationsMax, othersMax: deviationsMax, deviationsMax });
    for (let step = all.next(); step.done !== true;) {
      const run = yield step.value;
      if (fails(run)) {
        keep(run);
        return null;
      }
      step = all.next(run);
    }
  }
  return { crashesMax: deviations - 1, othersMax: deviations - 1, deviationsMax: deviations - 1 };
}
