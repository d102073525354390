/** Time on the dbos engine: every process has its clock, and so has the database. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { describe, expect, test } from 'vitest';
import type { Rows } from '../../harness/dbos/index.ts';
import { explore, type Finding, type Limits, limitsOf, replay } from '../../harness/index.ts';
import { ended, eventsOf } from '../harness/support.ts';
import { filled, QUEUE } from './crowds.ts';
import { expectUnderCrashes, program } from './support.ts';

const SKEWED = { executors: 2, crashesMax: 1, skewMs: 4_000, databaseSkewMs: 1_500 };
const MINUTE_MS = 60_000;

/** When jobs were claimed for the last time, by the clock of the database. */
const claims = ({ workflows }: Rows): number[] =>
  [...workflows.values()].map(({ status }) => status.startedAtEpochMs!).toSorted((a, b) => a - b);

/** When the bodies of jobs began, by the clock of whoever ran them. */
const beginnings: number[] = [];

const timed = DBOS.registerWorkflow(
  async () => void (await DBOS.runStep(() => Promise.resolve(beginnings.push(Date.now())), { name: 'look' })),
  { name: 'timed' },
);

/** Looks for a run after which two of these times, `apart` from each other in order, are less than a minute apart. */
async function rushed(times: (tables: Rows) => number[], apart: number): Promise<Finding | null> {
  const params = { rateLimit: { limitPerPeriod: apart, periodSec: 60 } };
  const start = async (): Promise<void> => {
    await DBOS.registerQueue(QUEUE, params);
    for (const workflowID of ['a', 'b', 'c', 'd']) await DBOS.startWorkflow(timed, { workflowID, queueName: QUEUE })();
  };
  const check = ({ tables }: { readonly tables: Rows }): void => {
    const all = times(tables);
    for (const [index, atMs] of all.slice(apart).entries())
      expect(atMs - all[index]!).toBeGreaterThanOrEqual(MINUTE_MS);
  };
  const setup = (): void => void (beginnings.length = 0);
  const limits = { ...SKEWED, crashesMax: 0 };
  const { finding } = await explore({ ...program('rushed', start, limits), setup, check }, { seed: 'r', runsMax: 150 });
  return finding;
}

describe('a rate limit', () => {
  test('holds by the clock of the database, however far the others are off', async () => {
    expect(await rushed(claims, 2)).toBeNull();
    expect(await rushed(claims, 1)).toBeNull();
    // By the clocks of those who are limited, it does not.
    expect(await rushed(() => beginnings.toSorted((a, b) => a - b), 1)).not.toBeNull();
  });

  test('holds nothing back for longer than its period', async () => {
    const start = filled({ rateLimit: { limitPerPeriod: 1, periodSec: 60 } }, ['a', 'b']);
    for (const databaseSkewMs of [0, 10_000, -10_000]) {
      const run = await replay(program('rate', start, { databaseSkewMs }), []);
      const [a, b] = eventsOf(run, 'attempt.started').map(({ atMs }) => atMs);
      expect(b! - a!).toBeGreaterThanOrEqual(MINUTE_MS - 10);
      expect(b! - a!).toBeLessThan(MINUTE_MS + 100);
    }
  });

  test('lets everything through in the end, whatever crashes', async () => {
    const start = filled({ rateLimit: { limitPerPeriod: 1, periodSec: 60 } }, ['a', 'b']);
    await expectUnderCrashes(program('rate', start), 1);
  });
});

const HOUR_MS = 3_600_000;

const slow = DBOS.registerWorkflow(
  async () => {
    await DBOS.sleep(HOUR_MS);
    return 'slept';
  },
  { name: 'slowly' },
);

describe('a deadline', () => {
  const start = (): unknown => DBOS.startWorkflow(slow, { workflowID: 'w', timeoutMS: 10_000 })();

  test('is kept through a crash: the time that was lost counts', async () => {
    const script = [{ after: 'land sleep#1', choose: 'crash executor-1' }];
    const run = await replay(program('deadline', start), script);
    expect(run.decisions.some(({ chose, options }) => options[chose]!.label === 'crash executor-1')).toBe(true);
    expect(ended(run)).toEqual({ status: 'CANCELLED' });
    expect(eventsOf(run, 'workflow.ended')[0]!.atMs).toBeLessThan(10_200);
  });

  test('is what it was set to, by whose clock it was set, and passes by that of whoever looks', async () => {
    const queued = (): unknown =>
      DBOS.registerQueue(QUEUE, {}).then(() =>
        DBOS.startWorkflow(slow, { workflowID: 'w', queueName: QUEUE, timeoutMS: 10_000 })(),
      );
    const lasted = async (begin: () => unknown, limits: Partial<Limits>): Promise<number> => {
      const run = await replay(program('lasted', begin, limits), []);
      return Math.round(eventsOf(run, 'workflow.ended')[0]!.atMs / 1_000);
    };
    expect(await lasted(start, {})).toBe(10);
    expect(await lasted(queued, {})).toBe(10);
    // Started by a process, looked at by one that is ahead of it.
    expect(await lasted(start, { executors: 2, skewMs: 4_000 })).toBe(6);
    // A queued workflow gets its deadline from the database.
    expect(await lasted(queued, { databaseSkewMs: 3_000 })).toBe(13);
    expect(await lasted(queued, { databaseSkewMs: -3_000 })).toBe(7);
  });

  test('passes only while somebody is there to look', async () => {
    const script = [{ after: 'land sleep#1', choose: 'suspend executor-1' }];
    const run = await replay(program('nobody', start, { suspensionsMax: 1, crashesMax: 0 }), script);
    const woken = eventsOf(run, 'executor.woken')[0]!;
    expect(eventsOf(run, 'workflow.ended')[0]!.seq).toBeGreaterThan(woken.seq);
  });
});

describe('a delay', () => {
  const delayed = (then: () => unknown) => async (): Promise<void> => {
    await filled({}, ['a'], () => ({ delaySeconds: 3600 }))();
    await then();
  };
  const beganAt = async (then: () => unknown, limits: Partial<Limits> = {}): Promise<number> => {
    const run = await replay(program('delayed', delayed(then), limits), []);
    return Math.round(eventsOf(run, 'attempt.started')[0]!.atMs / 1_000);
  };

  test('can be made shorter or longer, and is over sooner for a process that is ahead', async () => {
    expect(await beganAt(() => undefined)).toBe(3600);
    expect(await beganAt(() => DBOS.setWorkflowDelay('a', { delaySeconds: 60 }))).toBe(60);
    expect(await beganAt(() => DBOS.setWorkflowDelay('a', { delaySeconds: 7200 }))).toBe(7200);
    expect(await beganAt(() => undefined, { executors: 2, skewMs: 60_000 })).toBe(3540);
  });
});

/** What steps were told by their signals, and why. */
const signals: string[] = [];

const watchful = DBOS.registerWorkflow(
  () =>
    DBOS.runStep(
      () =>
        new Promise<void>((resolve) => {
          const { cancelSignal } = DBOS.stepStatus!;
          cancelSignal.addEventListener('abort', () => {
            signals.push(String(cancelSignal.reason));
            resolve();
          });
        }),
      { name: 'watch' },
    ),
  { name: 'watchful' },
);

describe('a step that is running', () => {
  test('is told that its workflow is cancelled, and why, when its deadline passes', async () => {
    signals.length = 0;
    const start = (): unknown => DBOS.startWorkflow(watchful, { workflowID: 'w', timeoutMS: 5_000 })();
    const run = await replay(program('signal', start), []);
    expect(ended(run)).toEqual({ status: 'CANCELLED' });
    expect(signals).toEqual(['Error: Workflow w has been cancelled']);
  });
});

describe('the clock of the database', () => {
  test('may be behind, and no other limit may be less than 0', () => {
    expect(limitsOf({ name: 's', limits: { databaseSkewMs: -1 } }).databaseSkewMs).toBe(-1);
    expect(() => limitsOf({ name: 's', limits: { databaseSkewMs: 0.5 } })).toThrow(
      'databaseSkewMs must be a whole number',
    );
    expect(() => limitsOf({ name: 's', limits: { skewMs: -1 } })).toThrow('skewMs must be a whole number from 0 on');
  });
});

test('correct programs raise nothing when clocks disagree', async () => {
  const start = filled({ globalConcurrency: 1, rateLimit: { limitPerPeriod: 2, periodSec: 10 } }, ['a', 'b', 'c']);
  const { finding } = await explore(program('skewed', start, SKEWED), { seed: 'skew', runsMax: 200 });
  expect(finding?.violations ?? []).toEqual([]);
});
