/** An application that keeps exchange rates in memory: what `memory.ts` tells of. */
import { DBOS } from '@dbos-inc/dbos-sdk';

const rates = new Map<string, number>();

/** Another process has other rates in memory: none. */
export const forget = (): void => rates.clear();

const loadRate = (): Promise<number> => Promise.resolve(1.25);

const convert = (amount: number, rate: number): Promise<number> =>
  DBOS.runStep(() => Promise.resolve(amount * rate), { name: 'convert' });

export const convertAroundStep = DBOS.registerWorkflow(
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

export const convertInsideStep = DBOS.registerWorkflow(
  // correct: there is always a step, and the cache only makes it faster
  async (amount: number) => convert(amount, await DBOS.runStep(cachedRate, { name: 'rate' })),
  { name: 'convertInsideStep' },
);
