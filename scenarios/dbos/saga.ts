/**
 * A saga. `Promise.all` gives up on the first failure while the other branch goes on: undoing begins before the hotel's
 * branch has ended, and the two race for positions.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../harness/dbos/index.ts';
import { scenario } from '../../harness/index.ts';
import { caught, holds, must, type Story } from '../story.ts';

/** The state of the one room there is. Repeats change nothing. */
const hotel = { room: 'free' };

async function leave(room: string): Promise<void> {
  hotel.room = room;
}

async function askAirline(): Promise<void> {
  throw new Error('no seats to Lisbon');
}

const bookHotel = () => DBOS.runStep(() => leave('booked'), { name: 'book hotel' });
const payHotel = () => DBOS.runStep(() => leave('paid'), { name: 'pay hotel' });
const cancelHotel = () => DBOS.runStep(() => leave('cancelled'), { name: 'cancel hotel' });
const bookFlight = () => DBOS.runStep(askAirline, { name: 'book flight' });

const atOnce = DBOS.registerWorkflow(
  async () => {
    const stay = bookHotel().then(payHotel);
    try {
      await Promise.all([stay, bookFlight()]);
    } catch {
      // wrong: the hotel's branch survives, and its next step races with this one
      await cancelHotel();
      await stay;
    }
  },
  { name: 'travelAtOnce' },
);

const afterAll = DBOS.registerWorkflow(
  async () => {
    const [, flight] = await Promise.allSettled([bookHotel(), bookFlight()]);
    // correct: nothing is under way when it is decided how to go on
    await (flight.status === 'rejected' ? cancelHotel() : payHotel());
  },
  { name: 'travelAfterAll' },
);

const travelling = (name: string, workflow: () => Promise<void>) =>
  scenario({
    name,
    engine: dbos(),
    setup: () => void (hotel.room = 'free'),
    start: () => DBOS.startWorkflow(workflow, { workflowID: 'trip-1' })(),
    check: () => must(hotel.room === 'cancelled', `there is no flight, but the hotel is ${hotel.room}`),
  });

/** Shape: compensation while a sibling of the failed branch is still at work. */
export const sagas: Story = {
  name: 'saga',
  title: 'A saga that compensates while a branch is still at work',
  about:
    'Promise.all gives up on the first failure, but its other branches go on; wait for all of them before compensating (DBOS, workflow tutorial, "Determinism": avoid Promise.all).',
  twins: [
    caught(travelling('saga-compensated-at-once', atOnce), 'check', 0),
    holds(travelling('saga-compensated-after-all', afterAll)),
  ],
};
