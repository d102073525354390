/**
 * Module state. What a module keeps in memory is gone after a crash, while the journal is not. A workflow that skips a step
 * because of a cache calls it when it is replayed by a fresh process.
 */
import { type Context, model, scenario } from '../harness/index.ts';
import { caught, holds, type Story } from './story.ts';

const loadRate = (): number => 1.25;

type Rates = Map<string, number>;

/** Two payments in euros, handled by one process that keeps rates in memory. */
const exchange = (name: string, rateOf: (ctx: Context, rates: Rates) => Promise<number>) =>
  scenario({
    name,
    engine: model({
      workflows: () => {
        const rates: Rates = new Map();
        return {
          pay: async (ctx: Context, amount: number) => {
            const rate = await rateOf(ctx, rates);
            return ctx.step('pay', () => amount * rate);
          },
        };
      },
    }),
    start: async (client) => {
      await client.start('pay', { id: 'payment-1', input: 8 });
      await client.start('pay', { id: 'payment-2', input: 12 });
    },
  });

const inStep = exchange('cache-inside-step', (ctx, rates) =>
  // correct: there is always a step, and the cache only makes it faster
  ctx.step('rate', () => {
    const rate = rates.get('EUR') ?? loadRate();
    rates.set('EUR', rate);
    return rate;
  }),
);

const aroundStep = exchange('cache-around-step', async (ctx, rates) => {
  // wrong: whether there is a step depends on what this process did before
  const rate = rates.get('EUR') ?? (await ctx.step('rate', loadRate));
  rates.set('EUR', rate);
  return rate;
});

export const caches: Story = {
  name: 'cache',
  title: 'A cache in module state',
  about:
    'Module state does not survive a crash, so calls must not depend on it (DBOS, "prompting": no global mutation; reported in the wild as pydantic-ai#5875).',
  twins: [holds(inStep), caught(aroundStep, 'replay', 1, { lineage: 1 })],
};
