/** The database law: ours and the SDK's own, on a real database, cannot be told apart by any sequence of calls. */
import fc from 'fast-check';
import { findSdk } from '../../../harness/dbos/sdk.ts';
import type { Call } from './call.ts';
import { sequences } from './commands/index.ts';
import { disagreement, report } from './comparison.ts';
import { MET } from './met.ts';
import type { Witness } from './witness.ts';

/** What was tried. */
export interface Tally {
  readonly sequences: number;
  readonly calls: number;
}

/** How much is tried, and in which order. Shrinking costs time; without it the first disagreement is told as it was met. */
export interface Trial {
  readonly count: number;
  readonly seed: number;
  readonly shrinks?: boolean;
  /** Told after every sequence how many there have been. */
  readonly onSequence?: (count: number) => void;
}

/** Thrown by `agrees`. The message tells the shortest sequence found, and what each side says. */
export class DisagreementError extends Error {
  override readonly name = 'DisagreementError';
}

/** Makes `count` sequences of calls on both sides. Throws `DisagreementError` where they part. */
export async function agrees(real: Witness, { count, seed, shrinks = true, onSequence }: Trial): Promise<Tally> {
  const sdk = findSdk(process.cwd());
  const tally = { sequences: 0, calls: 0 };
  const property = fc.asyncProperty(sequences, async (calls: readonly Call[]) => {
    const found = await disagreement(sdk, real, calls);
    tally.sequences += 1;
    tally.calls += calls.length;
    onSequence?.(tally.sequences);
    if (found !== null) throw new DisagreementError(report(found));
  });
  const { failed, errorInstance, counterexamplePath } = await fc.check(property, {
    ...{ numRuns: count, seed, endOnFailure: !shrinks, examples: MET.map((calls): [typeof calls] => [calls]) },
  });
  if (!failed) return tally;
  if (!(errorInstance instanceof DisagreementError)) throw errorInstance;
  throw new DisagreementError(`${errorInstance.message}\nseed ${seed}, path ${counterexamplePath}`);
}
