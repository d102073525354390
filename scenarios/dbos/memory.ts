/**
 * Module state. A cache that lives in a process decides whether there is a step. Whoever recovers the workflow has another
 * cache, and counts other positions.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../harness/dbos/index.ts';
import { scenario } from '../../harness/index.ts';
import { caught, holds, type Story } from '../story.ts';

const rates = new Map<string, number>();

const loadRate = (): Promise<number> => Promise.resolve(1.25);

const convert = (amount: number, rate: number): Promise<number> =>
  DBOS.runStep(() => Promise.resolve(amount * rate), { name: 'convert' });

const aroundStep = DBOS.registerWorkflow(
  async (amount: number) => {
    // wrong: whether there is a step depends on what this process did before
    const rate = rates.get('EUR') ?? (await DBOS.runStep(loadRate, { name: 'rate' }));
    rates.set('EUR', rate);
    return convert(amount, rate);
  },
  { name: 'convertAroundStep' },
);

async function cachedRate(): Promise<number> {
  const rate = rates.get('EUR') ?? (await loadRate());
  rates.set('EUR', rate);
  return rate;
}

const insideStep = DBOS.registerWorkflow(
  // correct: there is always a step, and the cache only makes it faster
  async (amount: number) => convert(amount, await DBOS.runStep(cachedRate, { name: 'rate' })),
  { name: 'convertInsideStep' },
);

const converting = (name: string, workflow: (amount: number) => Promise<number>) =>
  scenario({
    name,
    engine: dbos(),
    setup: () => rates.clear(),
    start: () => DBOS.startWorkflow(workflow, { workflowID: 'payment-1' })(8),
  });

/** Shape: a step behind a cache in memory. */
export const caches: Story = {
  name: 'memory',
  title: 'A step behind a cache in memory',
  about: 'Memory is not what it was when a workflow is recovered, so calls must not depend on it.',
  report: 'pydantic/pydantic-ai#5875',
  twins: [
    caught(converting('memory-around-step', aroundStep), 'replay', 1),
    holds(converting('memory-inside-step', insideStep)),
  ],
};
