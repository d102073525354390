/** Schedules on the dbos engine: the SDK's own loop fires them, on each executor, at the times of its own crontab. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { beforeEach, describe, expect, test } from 'vitest';
import { explore, replay, type Run } from '../../harness/index.ts';
import { eventsOf, valueOf } from '../harness/support.ts';
import { expectUnderCrashes, of, type Program, program } from './support.ts';

const MINUTE_MS = 60_000;
/** When simulated time begins. */
const DAY = '2030-01-01T';

/** What scheduled runs were told, in order. */
const told: string[] = [];
beforeEach(() => void (told.length = 0));

const report = DBOS.registerWorkflow(
  async (at: Date, context: unknown) => {
    const what = `${at.toISOString().slice(DAY.length, DAY.length + 5)} ${String(context)}`;
    await DBOS.runStep(() => Promise.resolve(void told.push(what)), { name: 'report' });
  },
  { name: 'report' },
);

const EVERY_MINUTE = { scheduleName: 's', workflowFn: report, schedule: '* * * * *', context: 'ctx' };
const idOf = (time: string): string => `sched-s-${DAY}${time}:00.000Z`;

/** A client that has a schedule, does something about it, and stops it after some minutes. */
const watching =
  (minutes: number, meanwhile: () => unknown = () => undefined) =>
  async (): Promise<void> => {
    await DBOS.createSchedule(EVERY_MINUTE);
    await meanwhile();
    await DBOS.sleep(minutes * MINUTE_MS + 30_000);
    await DBOS.deleteSchedule('s');
  };

const pause = (minutes: number): Promise<void> => DBOS.sleep(minutes * MINUTE_MS);

/** The calm run. Whatever the client expected held. */
async function calm(tried: Program): Promise<Run> {
  const run = await replay(tried, []);
  expect({ complaints: run.complaints, ending: run.ending }).toEqual({ complaints: [], ending: { how: 'finished' } });
  return run;
}

describe('a schedule', () => {
  test('fires at its times, with its context, once on each', async () => {
    const run = await calm(program('fires', watching(3)));
    expect(told).toEqual(['00:01 ctx', '00:02 ctx', '00:03 ctx']);
    expect(eventsOf(run, 'attempt.started').map(({ atMs }) => Math.floor(atMs / MINUTE_MS))).toEqual([1, 2, 3]);
  });

  test('fires each time once, however many executors race for it', async () => {
    const tried = program('fleet', watching(2), { executors: 3, crashesMax: 0 });
    const [setup, check] = [() => void (told.length = 0), () => expect(told).toHaveLength(new Set(told).size)];
    const { finding } = await explore({ ...tried, setup, check }, { seed: 'fleet', runsMax: 100 });
    expect(finding?.violations ?? []).toEqual([]);
    // What runs once unless it crashes may run twice if it does.
    const crashed = { ...program('fleet', watching(2), { crashesMax: 1 }), setup, check };
    expect((await explore(crashed, { seed: 'fleet', runsMax: 200 })).finding).not.toBeNull();
    const { history } = await calm(tried);
    // All three were about to, at each time.
    const fired = history.filter((event) => event.type === 'move.made' && event.label.startsWith('fire cron'));
    expect(fired.length).toBeGreaterThanOrEqual(6);
  });

  test('is fired by others while one executor is down', async () => {
    const crash = [{ after: 'fire cron#1', choose: 'crash executor-1' }];
    await replay(program('other', watching(2), { executors: 2 }), crash);
    expect(told.filter((what) => what.startsWith('00:01'))).toHaveLength(1);
  });

  test('that is fired in the move before a crash is not fired again for that time', async () => {
    for (const after of ['land start', 'reply start', 'land fired']) {
      const crash = [
        { after: `${after} ${after.endsWith('start') ? idOf('00:01') : 's'}#1`, choose: 'crash executor-1' },
      ];
      told.length = 0;
      const run = await replay(program('window', watching(2), { executors: 2 }), crash);
      expect(Object.keys(run.results)).toEqual([idOf('00:01'), idOf('00:02')]);
      expect(told).toEqual(['00:01 ctx', '00:02 ctx']);
    }
  });

  test('that fires seldom takes a few moves, however long it waits', async () => {
    const start = async (): Promise<void> => {
      await DBOS.createSchedule({ ...EVERY_MINUTE, schedule: '0 0 1 3 *' });
      await pause(60 * 24 * 70);
      await DBOS.deleteSchedule('s');
    };
    const run = await calm(program('seldom', start));
    expect(Object.keys(run.results)).toEqual(['sched-s-2030-03-01T00:00:00.000Z']);
    expect(run.moves).toBeLessThan(40);
  });
});

describe('a time that passes while nobody is up', () => {
  /** Waits for the first run, and then for those of the two minutes that follow it. */
  const waiting = (automaticBackfill: boolean): Program => {
    const start = async (): Promise<void> => {
      await DBOS.createSchedule({ ...EVERY_MINUTE, options: { automaticBackfill } });
      let first: string | null | undefined;
      while ((first ??= (await DBOS.getSchedule('s'))?.lastFiredAt) == null) await pause(1);
      for (const later of [1, 2]) {
        const next = new Date(Date.parse(first) + later * MINUTE_MS).toISOString();
        await DBOS.getResult(`sched-s-${next}`);
      }
      await DBOS.deleteSchedule('s');
    };
    return program('waiting', start, { crashesMax: 1, movesMax: 300 });
  };
  const crash = { after: `reply finish ${idOf('00:01')}#1`, choose: 'crash executor-1' };
  const minutePassesAfter = (after: string): { readonly after: string; readonly choose: string } => ({
    after,
    choose: 'fire timer#2@client',
  });

  test('is lost, unless the schedule makes up for it', async () => {
    const script = [crash, minutePassesAfter('crash executor-1')];
    const madeUp = await replay(waiting(true), script);
    expect(madeUp.ending).toEqual({ how: 'finished' });
    const lost = await replay(waiting(false), script);
    expect(lost.ending).toMatchObject({ how: 'stuck' });
    // Nobody promised otherwise.
    for (const run of [madeUp, lost]) expect(eventsOf(run, 'schedule.skipped')).toEqual([]);
  });

  test('is lost all the same when it passes between making up for others and waiting for the next: so the SDK', async () => {
    const script = [crash, minutePassesAfter('reply list schedules#2')];
    const run = await replay(waiting(true), script);
    expect(run.ending).toMatchObject({ how: 'stuck' });
    expect(eventsOf(run, 'schedule.skipped')).toMatchObject([{ schedule: 's', missing: idOf('00:02') }]);
  });
});

describe('operators', () => {
  test('pause and resume schedules, change and delete them', async () => {
    const start = watching(2, async () => {
      await pause(1.5);
      await DBOS.pauseSchedule('s');
      await pause(2);
      expect((await DBOS.getSchedule('s'))?.status).toBe('PAUSED');
      await DBOS.updateSchedule('s', { context: 'changed' });
      await DBOS.resumeSchedule('s');
    });
    await calm(program('operated', start));
    expect(told).toEqual(['00:01 ctx', '00:04 changed', '00:05 changed']);
  });

  test('declare schedules: what a schedule has come to stays, and what is new is added', async () => {
    const start = watching(0, async () => {
      await pause(1.2);
      const { scheduleId } = (await DBOS.getSchedule('s'))!;
      await DBOS.pauseSchedule('s');
      const other = { scheduleName: 'other', workflowFn: report, schedule: '0 3 * * *' };
      await DBOS.applySchedules([{ ...EVERY_MINUTE, schedule: '*/5 * * * *' }, other]);
      expect(await DBOS.getSchedule('s')).toMatchObject({
        ...{ scheduleId, status: 'PAUSED', schedule: '*/5 * * * *' },
        lastFiredAt: `${DAY}00:01:00.000Z`,
      });
      expect((await DBOS.listSchedules()).map(({ scheduleName }) => scheduleName)).toEqual(['other', 's']);
      expect(await DBOS.listSchedules({ status: 'PAUSED', scheduleNamePrefix: ['s'] })).toHaveLength(1);
      expect(await DBOS.listSchedules({ workflowName: 'nobody' })).toEqual([]);
      await DBOS.deleteSchedule('other');
    });
    await calm(program('declared', start));
  });

  test('are told what is wrong', async () => {
    const start = watching(0, async () => {
      await expect(DBOS.createSchedule(EVERY_MINUTE)).rejects.toThrow("Schedule 's' already exists");
      await expect(DBOS.updateSchedule('nobody', { schedule: '* * * * *' })).rejects.toThrow("'nobody' not found");
      await expect(DBOS.updateSchedule('nobody', {})).rejects.toThrow("'nobody' not found");
      await expect(DBOS.triggerSchedule('nobody')).rejects.toThrow('"nobody" not found');
      expect(await DBOS.getSchedule('nobody')).toBeNull();
      await DBOS.deleteSchedule('nobody');
    });
    await calm(program('wrong', start));
  });

  test('trigger a run at once, and make up for times that have passed', async () => {
    const ids: string[] = [];
    const start = watching(0, async () => {
      await DBOS.pauseSchedule('s');
      await pause(5);
      const triggered = await DBOS.triggerSchedule('s');
      await triggered.getResult();
      const [from, to] = [new Date(`${DAY}00:01:00Z`), new Date(`${DAY}00:04:00Z`)];
      const handles = await DBOS.backfillSchedule('s', from, to);
      ids.push(triggered.workflowID, ...handles.map(({ workflowID }) => workflowID));
    });
    await calm(program('triggered', start));
    expect(ids[0]).toMatch(/^sched-s-trigger-2030-01-01T00:05/);
    expect(ids.slice(1)).toEqual([idOf('00:02'), idOf('00:03')]);
    expect(told.toSorted()).toEqual(['00:02 ctx', '00:03 ctx', '00:05 ctx']);
  });
});

/** Has its own schedule for as long as it lives. */
const scheduler = DBOS.registerWorkflow(
  async () => {
    await DBOS.createSchedule({ ...EVERY_MINUTE, scheduleName: 'own' });
    await DBOS.sleep(MINUTE_MS + 30_000);
    const known = await DBOS.listSchedules();
    await DBOS.deleteSchedule('own');
    return known.map(({ scheduleName }) => scheduleName);
  },
  { name: 'scheduler' },
);

/** Does to a schedule all that can be done, and says what it finds. */
const editor = DBOS.registerWorkflow(
  async () => {
    await DBOS.createSchedule({ ...EVERY_MINUTE, scheduleName: 'own' });
    await DBOS.updateSchedule('own', { context: 'changed' });
    await DBOS.pauseSchedule('own');
    const { status, context } = (await DBOS.getSchedule('own'))!;
    await DBOS.resumeSchedule('own');
    await DBOS.deleteSchedule('own');
    return [status, context, await DBOS.getSchedule('own')];
  },
  { name: 'editor' },
);

describe('a workflow', () => {
  test('has schedules of its own, and finds them as it left them, whatever crashes', async () => {
    expect(valueOf(await calm(of(scheduler)))).toEqual(['own']);
    expect(told).toEqual(['00:01 ctx']);
    for (const after of ['land createSchedule#1', 'reply createSchedule#1', 'land sleep#1', 'land deleteSchedule#1']) {
      const run = await replay(of(scheduler), [{ after, choose: 'crash executor-1' }]);
      expect(valueOf(run)).toEqual(['own']);
    }
  });

  test('edits schedules, each change with its record or not at all', async () => {
    expect(valueOf(await calm(of(editor)))).toEqual(['PAUSED', 'changed', null]);
    await expectUnderCrashes(of(editor), 1);
  });
});
