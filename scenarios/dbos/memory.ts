/**
 * Module state. A cache that lives in a process decides whether there is a step. Whoever recovers the workflow has another
 * cache, and counts other positions.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../harness/dbos/index.ts';
import { scenario } from '../../harness/index.ts';
import { caught, holds, type Story } from '../story.ts';
import type * as App from './memory.app.ts';

/** Two payments in turn: the second finds the rate that the first has loaded. */
const converting = (name: string, of: (app: typeof App) => (amount: number) => Promise<number>) =>
  scenario({
    name,
    engine: dbos({ app: () => import('./memory.app.ts') }),
    start: async (app) => {
      for (const workflowID of ['payment-1', 'payment-2'])
        await (await DBOS.startWorkflow(of(app), { workflowID })(8)).getResult();
    },
  });

/** Shape: a step behind a cache in memory. */
export const caches: Story = {
  name: 'memory',
  title: 'A step behind a cache in memory',
  about: 'Memory is not what it was when a workflow is recovered, so calls must not depend on it.',
  report: 'pydantic/pydantic-ai#5875',
  twins: [
    caught(
      converting('memory-around-step', (app) => app.convertAroundStep),
      'replay',
      1,
    ),
    holds(converting('memory-inside-step', (app) => app.convertInsideStep)),
  ],
};
