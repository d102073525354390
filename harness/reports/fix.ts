/**
 * What to change: the fix of a verdict, in the words of what was found. Where the verdict has none, a step that was repeated
 * may be all there is to say.
 */
import type { Finding } from '../findings.ts';
import { branchesBy, witnessesOf } from './callers.ts';
import { stepFix } from './effects.ts';

/** What to do about `finding`; undefined if nobody knows. */
export function fixOf(finding: Finding): string | undefined {
  const { fix } = finding.violations[0]!;
  if (fix === undefined) return stepFix(finding);
  return fix === finding.run.idiom.remedies.sequences ? named(finding, fix) : fix;
}

/** `start each sequence (news, mail) as ...`, where both have names of their own. */
function named(finding: Finding, fix: string): string {
  const seen = witnessesOf(finding);
  const branch = branchesBy(seen);
  const names = seen.map(({ event }) => branch(event.site));
  const all = names.length === 2 && names.every((name) => /^[\w$.]+$/.test(name));
  return all ? fix.replace('each sequence', `$& (${names.join(', ')})`) : fix;
}
