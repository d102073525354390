/**
 * What a passing test has tried, in one line: a green test means no more than that.
 */
import type { Findings } from '../findings.ts';
import { count } from '../phrase.ts';
import { WINDOWS } from '../windows.ts';

/** `312 runs in 204 ms; every run with at most 1 crash, then samples; 4 of 9 fault windows entered, never: ...`. */
export function summaryOf(findings: Findings, seeds: number, elapsedMs: number): string {
  const { runs, unjudged } = findings;
  return [
    `${count(runs, 'run')} in ${Math.round(elapsedMs).toLocaleString('en-US')} ms`,
    ...(seeds === 0 ? [] : [`${count(seeds, 'saved script')} passed`]),
    scopeOf(findings),
    windowsOf(findings),
    ...(unjudged === null ? [] : [`not judged: ${unjudged}`]),
  ].join('; ');
}

function scopeOf({ exhausted, complete }: Findings): string {
  if (exhausted === null) return complete ? 'nothing to try' : 'samples only: not even every single crash was tried';
  const { crashesMax, othersMax } = exhausted;
  const crashes = crashesMax === 0 ? 'no crash' : `at most ${count(crashesMax, 'crash', 'crashes')}`;
  const others = othersMax === 0 ? 'no other deviation' : `at most ${count(othersMax, 'other deviation')}`;
  return `every run with ${crashes} and ${others}${complete ? ', which is all there are' : ', then samples'}`;
}

function windowsOf({ reached }: Findings): string {
  const never = WINDOWS.filter((window) => reached[window] === 0);
  if (never.length === WINDOWS.length) return 'no fault window was ever entered: this says nothing of crashes';
  const entered = `${WINDOWS.length - never.length} of ${WINDOWS.length} fault windows entered`;
  return never.length === 0 ? entered : `${entered}, never: ${never.join(' · ')}`;
}
