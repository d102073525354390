/** An application with a variable of a module: a cache that decides whether there is a step. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { world } from './world.ts';

const rates = new Map<string, number>();

const load = (): Promise<number> => {
  world.loaded++;
  return Promise.resolve(125);
};

/** Wrong: whoever recovers the workflow has another cache. */
export const convert = DBOS.registerWorkflow(
  async (cents: number) => {
    const rate = rates.get('EUR') ?? (await DBOS.runStep(load, { name: 'rate' }));
    rates.set('EUR', rate);
    return DBOS.runStep(() => Promise.resolve((cents * rate) / 100), { name: 'convert' });
  },
  { name: 'convert' },
);
