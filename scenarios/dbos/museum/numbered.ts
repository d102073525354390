/**
 * hatchet-dev/hatchet#4372: children spawned at a time, each known by a number that is drawn when it is spawned. Spawned in
 * another order on replay, a number finds the child of another, and its payload.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../../harness/dbos/index.ts';
import { scenario } from '../../../harness/index.ts';
import { caught, holds, must, type Story } from '../../story.ts';

const priced = DBOS.registerWorkflow(
  (item: string) => DBOS.runStep(() => Promise.resolve(`price of ${item}`), { name: 'price' }),
  { name: 'price' },
);

const lookUp = (item: string): Promise<string> =>
  DBOS.runStep(() => Promise.resolve(`${item} (in stock)`), { name: 'lookUp' });

const child = async (number: number, item: string): Promise<string> => {
  const handle = await DBOS.startWorkflow(priced, { workflowID: `${DBOS.workflowID}-price-${number}` })(item);
  return handle.getResult();
};

const ITEMS = ['apple', 'pear'];

const byArrival = DBOS.registerWorkflow(
  async () => {
    let next = 0;
    // wrong: who comes back from the look-up first draws the lower number
    return Promise.all(ITEMS.map(async (item) => child(next++, await lookUp(item))));
  },
  { name: 'quoteByArrival' },
);

const byItem = DBOS.registerWorkflow(
  async () => {
    // correct: all look-ups are called at once, and each item has its number and its turn
    const found = await Promise.all(ITEMS.map(lookUp));
    const prices: string[] = [];
    for (const [number, item] of found.entries()) prices.push(await child(number, item));
    return prices;
  },
  { name: 'quoteByItem' },
);

const quoting = (name: string, workflow: () => Promise<string[]>) =>
  scenario({
    name,
    engine: dbos(),
    start: () => DBOS.startWorkflow(workflow, { workflowID: 'quote-1' })(),
    check: ({ results }) => {
      const quote = results['quote-1'];
      if (quote?.status !== 'SUCCESS') return;
      for (const [at, price] of (quote.value as string[]).entries())
        must(price === `price of ${ITEMS[at]} (in stock)`, `${ITEMS[at]} costs the ${price}`);
    },
  });

/** Museum: children numbered in the order in which they are spawned. */
export const numbers: Story = {
  name: 'numbered',
  title: 'Children numbered as they come',
  about: 'An id made of a counter is an id made of timing: number by position in the input.',
  report: 'hatchet-dev/hatchet#4372',
  twins: [
    caught(quoting('numbered-as-they-come', byArrival), 'lineage', 1),
    holds(quoting('numbered-by-item', byItem)),
  ],
};
