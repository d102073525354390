/** Sequences of calls of every member of the system database that ours answers. */
import fc from 'fast-check';
import type { Call } from '../call.ts';
import { SCHEDULES, VERSIONS } from './applications.ts';
import { FORKS } from './forks.ts';
import { MANAGEMENT } from './management.ts';
import { MESSAGES } from './messages.ts';
import { QUEUES } from './queues.ts';
import { STEPS } from './steps.ts';
import { STREAMS } from './streams.ts';
import { SWEEPS } from './sweeps.ts';
import { WAITS } from './waits.ts';
import type { Commands } from './words.ts';
import { start, WORKFLOWS } from './workflows.ts';

/** Every command. */
export const COMMANDS: Commands = [
  ...[...WORKFLOWS, ...STEPS, ...MESSAGES, ...WAITS, ...QUEUES, ...SWEEPS, ...MANAGEMENT, ...VERSIONS],
  ...[...SCHEDULES, ...STREAMS, ...FORKS],
];

/** Members of ours that are not called, and why. */
export const UNCALLED: Readonly<Record<string, string>> = {
  init: 'connects, and changes no row',
  destroy: 'disconnects, and changes no row',
  watchForCancellation: 'answers nothing at once: the SDK polls in the background, ours is told',
};

/** A few starts, and then anything. */
export const sequences: fc.Arbitrary<readonly Call[]> = fc
  .tuple(
    fc.array(start, { maxLength: 3, size: 'max' }),
    fc.array(fc.oneof(...COMMANDS), { maxLength: 14, size: 'max' }),
  )
  .map(([starts, rest]) => [...starts, ...rest]);
