/** Sleeps, and waiting for workflows to end. */
import fc from 'fast-check';
import type { Call } from '../call.ts';
import { call, type Commands, position, within, workflow } from './words.ts';

const seconds = fc.constantFrom(0, 2, 0.25, 12);
const several = fc.uniqueArray(workflow, { minLength: 1 });
const none = fc.constant(undefined);

/** A call whose first argument, the workflow that waits, goes where `place` puts it. */
const waiting = (
  member: string,
  place: (caller: unknown, rest: readonly unknown[]) => readonly unknown[],
  ...args: readonly fc.Arbitrary<unknown>[]
): fc.Arbitrary<Call> =>
  within(member, ...args).map((made) => ({ ...made, args: place(made.args[0], made.args.slice(1)) }));

export const WAITS: Commands = [
  { weight: 4, arbitrary: within('durableSleepms', position, fc.constantFrom(0.5, 1, 2500, 5000)) },
  { weight: 1, arbitrary: call('awaitWorkflowResult', workflow, seconds) },
  { weight: 1, arbitrary: call('awaitWorkflowResult', workflow, none, none, none, none, fc.boolean()) },
  {
    weight: 3,
    arbitrary: waiting(
      'awaitWorkflowResult',
      (caller, [at, id, timeoutS]) => [id, timeoutS, caller, at],
      position,
      workflow,
      seconds,
    ),
  },
  { weight: 1, arbitrary: waiting('awaitFirstWorkflowId', (caller, [ids]) => [ids, caller], several) },
  { weight: 1, arbitrary: waiting('awaitWorkflowIds', (caller, [ids]) => [ids, caller], several) },
  { weight: 1, arbitrary: call('awaitWorkflowIds', several) },
];
