/**
 * What a passing test has tried, in one line: a green test means no more than that.
 */
import type { Findings } from '../findings.ts';
import { count } from '../phrase.ts';
import { WINDOWS } from '../windows.ts';

/** `312 runs in 204 ms: every run with at most 1 crash; 4 of 9 fault windows entered, never: ...`. */
export function summaryOf(
  { runs, exhausted, complete, reached, unjudged }: Findings,
  seeds: number,
  elapsedMs: number,
): string {
  const never = WINDOWS.filter((window) => reached[window] === 0);
  const entered = WINDOWS.length - never.length;
  return [
    `${count(runs, 'run')} in ${Math.round(elapsedMs).toLocaleString('en-US')} ms`,
    ...(seeds === 0 ? [] : [`${count(seeds, 'saved script')} replayed`]),
    complete
      ? 'nothing left to try'
      : exhausted === null
        ? 'only samples: not even every single crash was tried'
        : `tried every run with at most ${count(exhausted.crashesMax, 'crash', 'crashes')} and ${count(exhausted.othersMax, 'other deviation')}, then samples`,
    entered === 0
      ? 'no fault window was ever entered: this says nothing of crashes'
      : never.length === 0
        ? 'all fault windows entered'
        : `${entered} of ${WINDOWS.length} fault windows entered, never: ${never.join(' · ')}`,
    ...(unjudged === null ? [] : [`not judged: ${unjudged}`]),
  ].join('; ');
}
