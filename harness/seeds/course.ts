/**
 * What a saved script did, so that it is noticed when it does something else: names that still apply may have come to
 * stand for other calls, and a run that passes then says nothing of the failure that was saved.
 */
import { createHash } from 'node:crypto';
import type { Run } from '../run.ts';

/** The moves of a run, in their order, as 16 hex digits. */
export function courseOf({ history }: Run): string {
  const hash = createHash('sha256');
  for (const event of history) if (event.type === 'move.made') hash.update(`${event.label}\n`);
  return hash.digest('hex').slice(0, 16);
}
