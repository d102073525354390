/** Sequences of calls of every member of the system database that ours answers. */
import fc from 'fast-check';
import type { Call } from '../call.ts';
import { SCHEDULES, VERSIONS } from './applications.ts';
import { FORKS } from './forks.ts';
import { MANAGEMENT } from './management.ts';
import { MESSAGES } from './messages.ts';
import { QUEUES, recovered } from './queues.ts';
import { STEPS } from './steps.ts';
import { STREAMS } from './streams.ts';
import { SWEEPS } from './sweeps.ts';
import { WAITS } from './waits.ts';
import type { Commands } from './words.ts';
import { begun, start, WORKFLOWS } from './workflows.ts';

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

/** Commands that have to do with one another: calls that meet tell more than calls that do not. */
const THEMES: readonly Commands[] = [
  COMMANDS,
  [...WORKFLOWS, ...MESSAGES],
  [...WORKFLOWS, ...STEPS],
  [...WORKFLOWS, ...MANAGEMENT],
  [...WORKFLOWS, ...QUEUES, ...SWEEPS],
  [...QUEUES, ...VERSIONS, ...MANAGEMENT],
  [...STEPS, ...MESSAGES, ...WAITS],
  [...MESSAGES, ...STREAMS, ...FORKS],
  [...VERSIONS, ...SCHEDULES],
  MESSAGES,
  QUEUES,
];

const opening = fc.array(fc.oneof({ weight: 2, arbitrary: begun }, { weight: 1, arbitrary: start }), {
  ...{ maxLength: 4, size: 'max' },
});

/** A few starts, and then what a theme has to offer. */
export const sequences: fc.Arbitrary<readonly Call[]> = fc
  .tuple(
    opening,
    fc.oneof(...THEMES.map((theme) => fc.array(fc.oneof(...theme), { maxLength: 16, size: 'max' }))),
    fc.option(recovered, { nil: [] }),
  )
  .map((parts) => parts.flat());
