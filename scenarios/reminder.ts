/**
 * Time. A durable sleep records when to wake up. A clock read between steps is read again by every replay, and says
 * something else each time.
 */
import { type Context, model, scenario, service } from '../harness/index.ts';
import { caught, holds, type Story } from './story.ts';

const DAY_MS = 86_400_000;

/** An appointment book. Writing the same appointment twice changes nothing. */
const calendar = service([] as readonly string[], {
  book: (booked, who: string) => ({ state: booked.includes(who) ? booked : [...booked, who], reply: `${who} at noon` }),
});

/** Books an appointment and reminds of it a day after the workflow began, however long the booking took. */
const reminder = (name: string, nowMs: (ctx: Context) => Promise<number> | number) =>
  scenario({
    name,
    engine: model({
      world: { calendar },
      workflows: ({ world }) => ({
        remind: async (ctx: Context, who: string) => {
          const dueAtMs = (await nowMs(ctx)) + DAY_MS;
          const appointment = await ctx.step('book', () => world.calendar.book(who));
          await ctx.sleep(dueAtMs - (await nowMs(ctx)));
          return ctx.step('remind', () => `do not forget: ${appointment}`);
        },
      }),
    }),
    start: (client) => client.start('remind', { id: 'reminder-1', input: 'alice' }),
  });

// correct: the time is read by a durable call, so a replay sees the same
const durable = reminder('reminder-durable-clock', (ctx) => ctx.now());

// wrong: after a crash on the way, the day begins anew
const body = reminder('reminder-body-clock', () => Date.now());

export const reminders: Story = {
  name: 'reminder',
  title: 'A durable sleep, against a clock read in the body',
  about:
    'Time read between steps differs on replay; read it in a step, and sleep durably (DBOS, workflow tutorial, "Determinism" and "Durable Sleep").',
  twins: [holds(durable), caught(body, 'ambient', 1)],
};
