/**
 * A report that is written every night, by a schedule of DBOS: each night's run is a workflow of its own, told for when it
 * was scheduled.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../../harness/dbos/index.ts';
import { scenario } from '../../../harness/index.ts';
import { caught, holds, type Story } from '../../story.ts';

const DAY_MS = 86_400_000;

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

const write = DBOS.registerStep((day: string) => Promise.resolve(`report of ${day}`), { name: 'write' });

const nightly = (name: string, day: (scheduled: Date) => string) =>
  DBOS.registerWorkflow(async (scheduled: Date) => void (await write(day(scheduled))), { name });

// wrong: a run that is late, or recovered after midnight, reports another day
const ofToday = nightly('reportOfToday', () => dayOf(new Date()));
// correct: the time it was scheduled for is its input
const ofItsDay = nightly('reportOfItsDay', dayOf);

const reporting = (name: string, workflowFn: (scheduled: Date) => Promise<void>) =>
  scenario({
    name,
    engine: dbos(),
    start: async () => {
      await DBOS.createSchedule({ scheduleName: 'nightly', workflowFn, schedule: '59 23 * * *' });
      await DBOS.sleep(DAY_MS);
      await DBOS.deleteSchedule('nightly');
    },
    limits: { crashesMax: 1 },
  });

/** Pattern: work that is done at set times. */
export const nightlies: Story = {
  name: 'nightly',
  title: 'A report every night',
  about:
    'A scheduled run is told for when it was scheduled; what the clock says when it runs is another matter (DBOS, "Scheduling workflows").',
  twins: [
    caught(reporting('nightly-of-today', ofToday), 'ambient', 1),
    holds(reporting('nightly-of-its-day', ofItsDay)),
  ],
};
