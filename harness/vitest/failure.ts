/**
 * The errors that a simulated test fails with. The message is all that every reporter prints, so it is the whole story; the
 * frames are in the user's files, so that code frames and annotations point there.
 */
import { fromFolder } from '../seeds/naming.ts';
import type { Finding } from '../findings.ts';
import { callersOf } from '../reports/callers.ts';
import { htmlReport } from '../reports/html.ts';
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
  const [what, applies, them] =
    stale.length === 1 ? ['a saved script', 'applies', 'it'] : [`${stale.length} saved scripts`, 'apply', 'them'];
  const lines = [
    `${what} of this test no longer ${applies}, so nobody knows whether the bug is still there.`,
    `Nothing was found near ${them}, nor by searching.`,
    ...stale.flatMap(({ target, because }) => ['', `  ${target}`, `    ${because}`]),
    '',
    'If the program was changed to mend the bug, this is what has to happen. Then:',
    '',
    `  npx reprise seeds --update   records ${them} again, as near as can be to what ${them === 'it' ? 'it was' : 'they were'}`,
    `  npx reprise seeds --prune    removes ${them}`,
  ];
  return withFrames(new StaleSeedError(lines.join('\n')), site);
}

/** The page on which `finding` is drawn. */
export const page = (finding: Finding, { because: _because, ...saved }: Saved): string => htmlReport(finding, saved);

/** What is known of a finding beside itself. Null: it is not. */
export interface Circumstances extends Saved {
  /** The page on which it is drawn: an absolute path. */
  readonly timeline: string | null;
  readonly elapsedMs: number | null;
}

/** The report of `finding` in a test. */
export function report(finding: Finding, { because, timeline, elapsedMs, ...saved }: Circumstances): string {
  const told = because === undefined ? saved : {};
  return [
    textReport(finding, { ...told, ...(elapsedMs !== null && { elapsedMs }) }),
    ...(timeline === null ? [] : [`  timeline ${fromFolder(process.cwd(), timeline)}`]),
    // A report would break so long a line.
    ...(because === undefined ? [] : [`  replay   ${saved.replayCommand}\n\n${because}`]),
  ].join('\n');
}
