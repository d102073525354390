/**
 * The law: whatever a program and a script, the model engine and the real SDK over our database come to the same outcomes,
 * the same positions and the same effects.
 */
import fc from 'fast-check';
import { scripts } from '../../../harness/adapters/fast-check.ts';
import type { Limits } from '../../../harness/index.ts';
import { random } from '../../../harness/random.ts';
import { print } from '../../programs/print.ts';
import { compare, type Disagreement, type Trial } from './agree.ts';
import { commonPrograms } from './common.ts';

/** How many programs, each under a script of its own; equal seeds make equal trials. `compared` is for broken engines. */
export interface Amount {
  readonly seed: string;
  readonly programs: number;
  readonly compared?: typeof compare;
}

/** What was made to find out. */
export interface Figures {
  readonly programs: number;
  readonly moves: number;
}

/** Crashes in every window, failing calls, zombies and whoever takes their work over, clocks that differ. */
const LIMITS: readonly Partial<Limits>[] = [
  { crashesMax: 0 },
  {},
  { crashesMax: 2, failuresMax: 2 },
  { executors: 2, crashesMax: 2, suspensionsMax: 1 },
  { executors: 2, crashesMax: 1, suspensionsMax: 2, failuresMax: 2, skewMs: 500 },
];

const trials: fc.Arbitrary<Trial> = fc.record({
  program: commonPrograms,
  limits: fc.constantFrom(...LIMITS),
  script: scripts(),
});

/** Trials that may be spent on a smaller program when two engines disagree. */
const SHRINKS_MAX = 2_000;

/** Throws an Error with the smallest program on which the engines disagree, if there is one among so many. */
export async function enginesAgree({ seed, programs, compared = compare }: Amount): Promise<Figures> {
  const total = { programs: 0, moves: 0 };
  let last: string | null = null;
  let left = SHRINKS_MAX;
  const property = fc.asyncProperty(trials, async (trial) => {
    if (last !== null && left-- <= 0) return true;
    const { disagreement, moves } = await compared(trial);
    if (last === null) {
      total.programs++;
      total.moves += moves;
    }
    if (disagreement === null) return true;
    last = explained(disagreement, trial);
    return false;
  });
  const { failed, errorInstance } = await fc.check(property, {
    ...{ numRuns: programs, seed: random(seed, 'conformance').below(2 ** 31) },
  });
  if (errorInstance != null && last === null) throw errorInstance;
  if (failed) throw new Error(`${last}\n\nseed: ${seed}`);
  return total;
}

/** All that is needed to see it for oneself. */
function explained({ about, sdk, model }: Disagreement, { program, limits, script }: Trial): string {
  return [
    `the engines disagree about the ${about}\n  the SDK: ${sdk}\n  the model: ${model}`,
    print(program),
    `script, on the SDK: ${JSON.stringify(script)}\nlimits: ${JSON.stringify(limits)}`,
  ].join('\n\n');
}
