/**
 * Ways to wait. A durable sleep lets others go on. A loop around the clock blocks the whole process, and a promise that
 * nobody settles waits for ever, crash or no crash.
 */
import { type Context, model, scenario } from '../harness/index.ts';
import { caught, holds, type Story } from './story.ts';

const SECOND_MS = 1_000;

const delivery = (name: string, wait: (ctx: Context) => Promise<void> | void) =>
  scenario({
    name,
    engine: model({
      workflows: () => ({
        deliver: async (ctx: Context) => {
          await ctx.step('pack', () => 'packed');
          await wait(ctx);
          return ctx.step('deliver', () => 'delivered');
        },
      }),
    }),
    start: (client) => client.start('deliver', { id: 'parcel-1' }),
  });

// correct: the process is free in the meantime
const sleep = delivery('waiting-sleep', (ctx) => ctx.sleep(SECOND_MS));

const busy = delivery('waiting-busy', () => {
  const dueAtMs = Date.now() + SECOND_MS;
  // wrong: nothing else in this process runs until then, not even what would record its own steps
  while (Date.now() < dueAtMs);
});

const forEver = delivery(
  'waiting-for-ever',
  () =>
    // wrong: nobody can ever settle it
    new Promise<void>(() => undefined),
);

export const waits: Story = {
  name: 'waiting',
  title: 'Blocking work, and an await that never ends',
  about:
    'A workflow should wait in durable calls only (DBOS, "Determinism": no timers or I/O in the body; ctx.sleep is the durable way to wait).',
  twins: [holds(sleep), caught(busy, 'progress', 0), caught(forEver, 'progress', 0)],
};
