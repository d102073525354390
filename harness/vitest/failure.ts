/**
 * The errors that a simulated test fails with. The message is all that every reporter prints, so it is the whole story; the
 * frames are in the user's files, so that code frames and annotations point there.
 */
import type { Finding } from '../findings.ts';
import { callersOf } from '../reports/callers.ts';
import { textReport } from '../reports/text.ts';
import { frameAt, userFrames, withFrames } from './frames.ts';
import type { Saved } from './kept.ts';

/** A law is broken. The message is the report of the finding. */
export class FindingError extends Error {
  override readonly name = 'FindingError';
}

/** Saved scripts no longer apply to the program, so they say nothing of it, and nothing else was found. */
export class StaleSeedError extends Error {
  override readonly name = 'StaleSeedError';
}

/** A saved script that no longer applies: as commands name it, and what is not on offer. */
export interface Stale {
  readonly target: string;
  readonly because: string;
}

/**
 * The error for `finding`. `thrown` is what a law of the user's threw, if one did: its frames come first, else those of the
 * calls that the verdict is about, and in the end those of the test.
 */
export function findingError(finding: Finding, told: string, thrown: unknown, site: readonly string[]): FindingError {
  const error = new FindingError(told, thrown === undefined ? {} : { cause: thrown });
  const own = thrown === undefined ? callersOf(finding).flatMap((caller) => frameAt(caller.site)) : userFrames(thrown);
  // Of a cause, vitest shows every frame there is.
  if (thrown instanceof Error) withFrames(thrown, own);
  return withFrames(error, [...own, ...site]);
}

/** The error for a test in which nothing was found, but whose saved scripts are stale. */
export function staleError(stale: readonly Stale[], site: readonly string[]): StaleSeedError {
  const lines = stale.flatMap(({ target, because }) => [`  ${target}`, `    ${because}`]);
  const error = new StaleSeedError(
    [
      `${stale.length === 1 ? 'a saved script' : `${stale.length} saved scripts`} of this test no longer ${stale.length === 1 ? 'applies' : 'apply'}, ` +
        'so nobody knows whether the bug is gone. Nothing else was found.',
      '',
      ...lines,
      '',
      '  npx reprise seeds --update   looks for the same bug near them, and records what it finds',
      '  npx reprise seeds --prune    removes those that are stale or pass, when the bug is gone for good',
    ].join('\n'),
  );
  return withFrames(error, site);
}

/** The report of `finding` in a test, and what became of its script. */
export function report(finding: Finding, { unsaved, ...saved }: Saved, elapsedMs?: number): string {
  const text = textReport(finding, { ...saved, ...(elapsedMs !== undefined && { elapsedMs }) });
  return unsaved === undefined ? text : `${text}\n${unsaved}`;
}
