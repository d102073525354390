/** Sequences of calls of every member of the system database that ours answers. */
import fc from 'fast-check';
import type { Call } from '../call.ts';
import { MANAGEMENT } from './management.ts';
import { MESSAGES } from './messages.ts';
import { QUEUES } from './queues.ts';
import { STEPS } from './steps.ts';
import { WAITS } from './waits.ts';
import { observed, start, WORKFLOWS } from './workflows.ts';

const any = fc.oneof(...WORKFLOWS, ...observed, ...STEPS, ...MESSAGES, ...WAITS, ...QUEUES, ...MANAGEMENT);

/** A few starts, and then anything. */
export const sequences: fc.Arbitrary<readonly Call[]> = fc
  .tuple(fc.array(start, { maxLength: 3, size: 'max' }), fc.array(any, { maxLength: 14, size: 'max' }))
  .map(([starts, rest]) => [...starts, ...rest]);
