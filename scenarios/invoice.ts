/**
 * A background child and its handle. The id of a child follows from the position of its start. One that is made up
 * between steps is made up again by every replay, and then belongs to no child.
 */
import { randomUUID } from 'node:crypto';
import { type Context, type Handle, model, scenario, service } from '../harness/index.ts';
import { caught, holds, must, type Story } from './story.ts';

/** Mail to the customer; what counts is the invoice that it names. Saying the same twice changes nothing. */
const mail = service('', {
  announce: (_, invoice: string) => ({ state: invoice, reply: null }),
});

/** Bills an order in the background, while the customer is told which invoice to expect. */
const billing = (name: string, bill: (ctx: Context) => Promise<{ id: string; handle: Handle<string> }>) =>
  scenario({
    name,
    engine: model({
      world: { mail },
      workflows: ({ world }) => ({
        bill: (ctx: Context) => ctx.step('print', () => `invoice ${ctx.workflowId}`),
        order: async (ctx: Context) => {
          const { id, handle } = await bill(ctx);
          await ctx.step('announce', () => world.mail.announce(id));
          return handle.result();
        },
      }),
    }),
    start: (client) => client.start('order', { id: 'order-1' }),
    check: ({ world, results }) => must(world.mail in results, 'the announced invoice does not exist'),
  });

const derivedId = billing('invoice-derived-id', async (ctx) => {
  // correct: the same position, the same child
  const handle = await ctx.start<string>('bill');
  return { id: handle.id, handle };
});

const bodyId = billing('invoice-body-uuid', async (ctx) => {
  // wrong: drawn between steps, so a replay draws another, while the recorded start keeps the first
  const id = randomUUID();
  return { id, handle: await ctx.start<string>('bill', undefined, { id }) };
});

export const invoices: Story = {
  name: 'invoice',
  title: 'A background child and its handle, against an id made outside a step',
  about:
    'Ids and random values drawn between steps differ on replay; let the engine derive them, or draw them in a step (DBOS, workflow tutorial, "Determinism").',
  twins: [holds(derivedId), caught(bodyId, 'ambient', 1, { check: 1 })],
};
