/**
 * The application's own database. A durable transaction commits its changes and its record together. A plain step commits
 * first and is recorded later, and a crash in between makes it commit again.
 */
import { type Context, type Database, model, scenario } from '../harness/index.ts';
import { caught, holds, must, type Story } from './story.ts';

interface Accounts {
  [owner: string]: number;
}

interface Tables {
  [table: string]: unknown;
  readonly accounts: Accounts;
}

/** Moves 30 from alice to bob; returns what alice has left. */
function move({ accounts }: Tables): number {
  accounts['bob']! += 30;
  return (accounts['alice']! -= 30);
}

const transfer = (name: string, moved: (ctx: Context, database: Database<Tables>) => Promise<number>) =>
  scenario({
    name,
    engine: model({
      tables: (): Tables => ({ accounts: { alice: 100, bob: 0 } }),
      workflows: ({ database }) => ({
        transfer: async (ctx: Context) => {
          const left = await moved(ctx, database);
          return ctx.step('notify', () => `alice has ${left} left`);
        },
      }),
    }),
    start: (client) => client.start('transfer', { id: 'transfer-1' }),
    check: ({ tables }) => must(tables.accounts['bob'] === 30, `bob got ${tables.accounts['bob']} instead of 30`),
  });

// correct: changes and record, both or neither
const transaction = transfer('transfer-transaction', (ctx) => ctx.transaction('move', move));

// wrong: between the commit and the record there is room for a crash
const plainStep = transfer('transfer-plain-step', (ctx, database) =>
  ctx.step('move', () => database.commit('move', move)),
);

export const transfers: Story = {
  name: 'transfer',
  title: 'A transaction, against a plain step that writes to the database',
  about:
    'Transactions take effect exactly once, steps at least once (DBOS, "Transactions and Datasources"; crash windows T2 against S2).',
  twins: [holds(transaction), caught(plainStep, 'check', 1)],
};
