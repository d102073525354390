/**
 * The widget store of the DBOS tutorials: reserve a widget, show where to pay, wait for the payment, ship or put it back.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../../harness/dbos/index.ts';
import { scenario } from '../../../harness/index.ts';
import { caught, holds, must, type Story } from '../../story.ts';

/** The warehouse; it knows orders, so that asking twice changes nothing. */
const shop = { reserved: new Set<string>(), shipped: new Set<string>(), widgets: 0 };

const open = (): void => {
  shop.reserved.clear();
  shop.shipped.clear();
  shop.widgets = 10;
};

async function reserve(order: string): Promise<void> {
  if (!shop.reserved.has(order)) shop.widgets--;
  shop.reserved.add(order);
}

async function putBack(order: string): Promise<void> {
  if (shop.reserved.delete(order)) shop.widgets++;
}

const checkingOut = (name: string, take: (order: string) => Promise<void>) =>
  DBOS.registerWorkflow(
    async (order: string) => {
      await take(order);
      await DBOS.setEvent('payment', `https://pay.example/${order}`);
      if ((await DBOS.recv<string>('payment', { timeoutSeconds: 120 })) === 'paid') {
        await DBOS.runStep(async () => void shop.shipped.add(order), { name: 'ship' });
        return 'shipped';
      }
      await DBOS.runStep(() => putBack(order), { name: 'putBack' });
      return 'cancelled';
    },
    { name },
  );

// wrong: whatever the body of a workflow does is done again by whoever recovers it
const inBody = checkingOut('checkoutInBody', async () => void shop.widgets--);
// correct: what it does outside, it does in steps, by a key
const inSteps = checkingOut('checkoutInSteps', (order) => DBOS.runStep(() => reserve(order), { name: 'reserve' }));

const buying = (name: string, workflow: (order: string) => Promise<string>) =>
  scenario({
    name,
    engine: dbos(),
    setup: open,
    start: async () => {
      await DBOS.startWorkflow(workflow, { workflowID: 'order-1' })('order-1');
      if ((await DBOS.getEvent<string>('order-1', 'payment', { timeoutSeconds: 60 })) !== null)
        await DBOS.send('order-1', 'paid', 'payment', 'payment of order-1');
    },
    check: () =>
      must(shop.widgets === 10 - shop.shipped.size, `${shop.widgets} widgets left, ${shop.shipped.size} sold`),
  });

/** Pattern: reserve, be paid, ship. */
export const checkouts: Story = {
  name: 'checkout',
  title: 'A checkout that waits for its payment',
  about: 'The body of a workflow only decides; what it changes outside, it changes in steps (DBOS, "Widget store").',
  twins: [caught(buying('checkout-in-body', inBody), 'check', 1), holds(buying('checkout-in-steps', inSteps))],
};
