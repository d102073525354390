/**
 * A saga. When one booking fails, the others are undone. Undoing must wait until nothing is under way any more: otherwise
 * compensation and surviving branch race for positions, and a hotel may be paid for after it was cancelled.
 */
import { type Context, type Handles, model, scenario, service } from '../harness/index.ts';
import { caught, holds, must, type Story } from './story.ts';

/** A hotel that can be booked and paid for, and a flight that is sold out. Repeats change nothing. */
const agency = service('free', {
  book: (_, hotel: string) => ({ state: 'booked', reply: `${hotel} booked` }),
  pay: (_, hotel: string) => ({ state: 'paid', reply: `${hotel} paid` }),
  cancel: (_, hotel: string) => ({ state: 'cancelled', reply: `${hotel} cancelled` }),
  fly: (_, to: string): never => {
    throw new Error(`no seats to ${to}`);
  },
});

type Agency = Handles<{ agency: typeof agency }>['agency'];

const trip = (name: string, book: (ctx: Context, agency: Agency) => Promise<string>) =>
  scenario({
    name,
    engine: model({
      world: { agency },
      workflows: ({ world }) => ({ book: (ctx: Context) => book(ctx, world.agency) }),
    }),
    start: (client) => client.start('book', { id: 'trip-1' }),
    check: ({ world }) => must(world.agency === 'cancelled', `there is no flight, but the hotel is ${world.agency}`),
  });

const afterAll = trip('trip-compensated-after-all', async (ctx, { book, fly, pay, cancel }) => {
  const [, flight] = await Promise.allSettled([
    ctx.step('book hotel', () => book('Ritz')),
    ctx.step('book flight', () => fly('LIS')),
  ]);
  // correct: nothing is under way when it is decided how to go on
  if (flight.status === 'rejected') return ctx.step('cancel hotel', () => cancel('Ritz'));
  return ctx.step('pay hotel', () => pay('Ritz'));
});

const atOnce = trip('trip-compensated-at-once', async (ctx, { book, fly, pay, cancel }) => {
  const hotel = async (): Promise<string> => {
    await ctx.step('book hotel', () => book('Ritz'));
    return ctx.step('pay hotel', () => pay('Ritz'));
  };
  const stay = hotel();
  try {
    return (await Promise.all([stay, ctx.step('book flight', () => fly('LIS'))])).join(', ');
  } catch {
    // wrong: the hotel's branch survives, and its next step races with this one
    const cancelled = await ctx.step('cancel hotel', () => cancel('Ritz'));
    return stay.then(() => cancelled);
  }
});

export const trips: Story = {
  name: 'trip',
  title: 'A saga that compensates while a branch is still at work',
  about:
    'Promise.all gives up on the first failure, but its other branches go on; wait for all of them before compensating (DBOS, workflow tutorial, "Determinism": avoid Promise.all).',
  twins: [holds(afterAll), caught(atOnce, 'check', 1, { lineage: 1, replay: 2 })],
};
