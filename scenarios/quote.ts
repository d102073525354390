/**
 * A step against the clock. Which of two promises wins a race is decided by timing and recorded nowhere, so a replay may
 * see the other one win. A step with a timeout records one outcome, whichever it is.
 */
import { type Context, model, scenario, service } from '../harness/index.ts';
import { caught, holds, type Story } from './story.ts';

const PATIENCE_MS = 5_000;

/** A supplier that may take its time. Asking changes nothing. */
const supplier = service(null, {
  quote: (state, item: string) => ({ state, reply: `${item} for 99` }),
});

type Ask = () => Promise<string>;

/** Asks for a quote, and orders with or without one. */
const order = (name: string, wait: (ctx: Context, ask: Ask) => Promise<string | null>) =>
  scenario({
    name,
    engine: model({
      world: { supplier },
      workflows: ({ world }) => ({
        order: async (ctx: Context, item: string) => {
          const quote = await wait(ctx, () => world.supplier.quote(item));
          return ctx.step('order', () => (quote === null ? `${item} at any price` : `${quote}, as quoted`));
        },
      }),
    }),
    start: (client) => client.start('order', { id: 'order-1', input: 'a bike' }),
  });

const timeout = order('quote-step-timeout', (ctx, ask) =>
  // correct: the step itself runs out of time, and that is its recorded outcome
  ctx.step({ name: 'quote', timeoutMs: PATIENCE_MS }, ask).catch(() => null),
);

const race = order('quote-raced-with-sleep', (ctx, ask) =>
  // wrong: both outcomes may be recorded, and nothing says which of them came first
  Promise.race([ctx.step('quote', ask), ctx.sleep(PATIENCE_MS).then(() => null)]),
);

export const quotes: Story = {
  name: 'quote',
  title: 'A step raced with a sleep',
  about:
    'Promise.race is decided by timing, which no journal keeps; give the step a timeout (the docs are silent; measured on DBOS 5.3: SUCCESS with the decision of the other branch).',
  twins: [holds(timeout), caught(race, 'lineage', 1)],
};
