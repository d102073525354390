/**
 * A meter that is read every minute, by a schedule that makes up for what it missed while it was paused, or no process was
 * up. DBOS looks back when it begins to make up, and waits for the next time once it has: what falls due meanwhile is lost.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../harness/dbos/index.ts';
import { scenario } from '../../harness/index.ts';
import { caught, holds, type Story } from '../story.ts';

const MINUTE_MS = 60_000;

const read = DBOS.registerWorkflow(
  async (at: Date) => void (await DBOS.runStep(() => Promise.resolve(at.getMinutes()), { name: 'read meter' })),
  { name: 'readMeter' },
);

const metering = (name: string, makeUp: (from: Date, to: Date) => Promise<unknown>) =>
  scenario({
    name,
    engine: dbos(),
    start: async () => {
      const from = new Date();
      await DBOS.createSchedule({
        ...{ scheduleName: 'meter', workflowFn: read, schedule: '* * * * *' },
        options: { automaticBackfill: true },
      });
      await DBOS.sleep(1.5 * MINUTE_MS);
      await DBOS.pauseSchedule('meter');
      await DBOS.sleep(MINUTE_MS);
      await DBOS.resumeSchedule('meter');
      await DBOS.sleep(MINUTE_MS);
      await DBOS.sleep(MINUTE_MS);
      await makeUp(from, new Date());
      await DBOS.deleteSchedule('meter');
    },
    limits: { crashesMax: 0 },
  });

// wrong: trusts that nothing is lost
const trusting = metering('backfill-by-dbos', () => Promise.resolve());

// correct: looks back itself; what has run does not run again
const looking = metering('backfill-by-hand', (from, to) => DBOS.backfillSchedule('meter', from, to));

/** Shape: `automaticBackfill`. */
export const backfills: Story = {
  name: 'backfill',
  title: 'A schedule that makes up for what it missed',
  about:
    'A defect of the SDK: with automaticBackfill, DBOS 5.3 loses a time that falls due while it makes up for earlier ones; call DBOS.backfillSchedule yourself now and then.',
  twins: [caught(trusting, 'engine', 1), holds(looking)],
};
