/**
 * Effects on the outside world. A step runs at least once: after a crash between its effect and its record, or after an
 * answer that was lost, it runs again. An idempotency key makes the second time harmless.
 */
import { type Context, type Limits, model, scenario, service } from '../harness/index.ts';
import { caught, holds, must, type Story } from './story.ts';

/** A bank that answers each request with a receipt, and each repeat of an idempotency key with the receipt it gave before. */
const bank = service([] as readonly number[], {
  charge: (charges, amount: number) => ({ state: [...charges, amount], reply: `receipt for ${amount}` }),
});

type KeyOf = (order: string) => string | undefined;

// correct: the key names what is paid for, whoever asks and however often
const byOrder: KeyOf = (order) => order;

// wrong: to the bank, a repeated request is a new one
const none: KeyOf = () => undefined;

/** Charges an order, with up to three tries, under whatever `limits` let go wrong. */
const payment = (name: string, keyOf: KeyOf, limits: Partial<Limits>) =>
  scenario({
    name,
    engine: model({
      world: { bank },
      workflows: ({ world }) => ({
        pay: async (ctx: Context, order: string) => {
          const receipt = await ctx.step({ name: 'charge', attemptsMax: 3 }, () => world.bank.charge(20, keyOf(order)));
          return ctx.step('book', () => `${order}: ${receipt}`);
        },
      }),
    }),
    start: (client) => client.start('pay', { id: 'order-1', input: 'order-1' }),
    check: ({ world }) => must(world.bank.length === 1, `the order was charged ${world.bank.length} times`),
    limits,
  });

const CRASH = { crashesMax: 1 };
/** Connections break before the request arrives, or before the answer is back. */
const FAILURES = { crashesMax: 0, failuresMax: 2 };
/** An executor that pauses for long is taken for dead and replaced; when it goes on, two of them run the workflow. */
const ZOMBIE = { executors: 2, crashesMax: 0, suspensionsMax: 1 };

export const payments: Story = {
  name: 'payment',
  title: 'A call to a bank, with and without an idempotency key',
  about:
    'Steps run at least once, so what they do outside must bear repeating (DBOS, step tutorial and "Architecture": steps should be idempotent).',
  twins: [
    holds(payment('payment-crash-with-key', byOrder, CRASH)),
    caught(payment('payment-crash-without-key', none, CRASH), 'check', 1),
    holds(payment('payment-retry-with-key', byOrder, FAILURES)),
    caught(payment('payment-retry-without-key', none, FAILURES), 'check', 1),
    holds(payment('payment-zombie-with-key', byOrder, ZOMBIE)),
    caught(payment('payment-zombie-without-key', none, ZOMBIE), 'check', 2),
  ],
};
