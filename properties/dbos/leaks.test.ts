/** What is left behind by runs on the dbos engine, of which many executions are dropped in the middle: nothing. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { queryObjects, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findSdk } from '../../harness/dbos/sdk.ts';
import { explore, portfolio, type Run, type Strategy } from '../../harness/index.ts';
import { eventsOf, randomRuns } from '../harness/support.ts';
import { of, program, type Program } from './support.ts';

const sdk = findSdk(process.cwd());
const step = <T>(name: string, body: () => Promise<T>): Promise<T> => DBOS.runStep(body, { name });

/** Every random run of a program, `count` of them; none is kept. */
async function forget(tried: Program, count: number, see: (run: Run) => void = () => undefined): Promise<void> {
  function* plan(): Strategy {
    const plans = portfolio('leaks');
    for (let [made, next] = [0, plans.next()]; made < count && next.done !== true; made++) {
      const run = yield next.value;
      see(run);
      next = plans.next(run);
    }
    return null;
  }
  await explore(tried, { strategies: [plan()], checks: [], runsMax: Infinity });
}

/** Timers, a timeout, a child, messages, a failure: each may be left waiting by a crash. */
const child = DBOS.registerWorkflow(() => DBOS.recv<string>('news', 60), { name: 'leaks.child' });
const busy = DBOS.registerWorkflow(
  async () => {
    const handle = await DBOS.startWorkflow(child, { workflowID: 'child' })();
    const slow = DBOS.runStep(() => new Promise<string>((resolve) => void setTimeout(resolve, 50, 'slow')), {
      name: 'slow',
      timeoutMS: 1_000,
    });
    const fails = step('fails', () => Promise.reject(new Error('as it must'))).catch(() => 'caught');
    await Promise.all([slow, fails, DBOS.sleep(100)]);
    await DBOS.send('child', 'hello', 'news');
    return handle.getResult();
  },
  { name: 'leaks.busy' },
);

describe('ten thousand runs', () => {
  const temporary = process.env['TMPDIR'];
  const folder = mkdtempSync(join(tmpdir(), 'reprise-leaks-'));
  beforeEach(() => void (process.env['TMPDIR'] = folder));
  afterEach(() => {
    if (temporary === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = temporary;
    rmSync(folder, { recursive: true, force: true });
  });

  /** What a process has open, and what it remembers. Collects garbage before it counts. */
  const held = () => ({
    resources: process
      .getActiveResourcesInfo()
      .filter((name) => name !== 'Immediate')
      .toSorted(),
    listeners: process.eventNames().map((name) => `${String(name)} ${process.listenerCount(name)}`),
    lifecycle: sdk.decorators.getLifecycleListeners().length,
    files: readdirSync(folder),
  });
  const executors = (): number => queryObjects(sdk.executor.DBOSExecutor, { format: 'count' });
  const promises = (): number => queryObjects(Promise, { format: 'count' });

  test('leave no timer, listener, promise, process or file behind', { timeout: 300_000 }, async () => {
    const tried = of(busy, { executors: 2, suspensionsMax: 1 });
    await forget(tried, 500);
    const [before, executorsBefore, promisesBefore] = [held(), executors(), promises()];
    let crashes = 0;
    await forget(tried, 10_000, (run) => (crashes += eventsOf(run, 'executor.crashed').length));
    expect(crashes).toBeGreaterThan(5_000);
    expect(held()).toEqual(before);
    expect(executors()).toBeLessThanOrEqual(executorsBefore);
    // The test runner makes some of its own.
    expect(promises() - promisesBefore).toBeLessThan(50);
  });
});

/** Looks through young memory only, as V8 does all the time; or, rarely, through all of it. */
const collect = (() => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as (options?: { readonly type: 'minor' }) => void;
})();

/** Bytes in use after young memory was looked through, twice: what is alive then has become old. */
function surviving(): number {
  collect({ type: 'minor' });
  collect({ type: 'minor' });
  return process.memoryUsage().heapUsed;
}

/** A run that is kept takes more than twice as much; what V8 keeps of the SDK's own objects, less than half. */
const SURVIVING_BYTES_MAX = 30_000;

test('a run that is over is let go at once, and not only when all memory is looked through', async () => {
  const works = DBOS.registerWorkflow(
    async () => {
      for (let made = 0; made < 6; made++) await step('work', () => Promise.resolve(made));
    },
    { name: 'leaks.works' },
  );
  await forget(of(works), 500);
  const runs = 30;
  // V8 grows for reasons of its own now and then; runs that are kept are kept every time.
  const bytes: number[] = [];
  for (let trial = 0; trial < 5; trial++) {
    collect();
    const before = surviving();
    await forget(of(works), runs);
    bytes.push((surviving() - before) / runs);
  }
  expect(Math.min(...bytes)).toBeLessThan(SURVIVING_BYTES_MAX);
});

describe('a rejection that nobody hears', () => {
  const escaped: unknown[] = [];
  const hear = (error: unknown): void => void escaped.push(error);
  let theirs: readonly NodeJS.UnhandledRejectionListener[] = [];
  beforeEach(() => {
    theirs = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', hear);
    escaped.length = 0;
  });
  afterEach(() => {
    process.removeAllListeners('unhandledRejection');
    for (const listener of theirs) process.on('unhandledRejection', listener);
  });

  /** What the program and others come to, once everything real has had its time. */
  const outcome = async (): Promise<unknown[]> => {
    await pause(50);
    return escaped;
  };

  test('in an execution that was dropped, or fenced, stays in its run', async () => {
    const shared = DBOS.registerWorkflow(
      async () => {
        const fails = step('fails', () => Promise.reject(new Error('unheard')));
        await step('other', () => Promise.resolve(1));
        await step('another', () => Promise.resolve(1));
        await fails;
      },
      { name: 'leaks.late await' },
    );
    const runs = await randomRuns(of(shared, { executors: 2, suspensionsMax: 1 }), 300);
    expect(runs.some(({ ending }) => ending.how === 'died')).toBe(true);
    expect(runs.some((run) => eventsOf(run, 'record.refused').length > 0)).toBe(true);
    expect(await outcome()).toEqual([]);
  });

  test('in memory that a dropped execution shares with one that lives stays in its run', async () => {
    let [wake, woken] = [(): void => undefined, Promise.resolve()];
    const setup = (): void => void (woken = new Promise((resolve) => (wake = resolve)));
    const waits = DBOS.registerWorkflow(
      async () => {
        void woken.then(() => Promise.reject(new Error('of whom?')));
        await step('first', () => Promise.resolve(1));
        await step('second', () => Promise.resolve(wake()));
      },
      { name: 'leaks.shared' },
    );
    const runs = await randomRuns({ ...of(waits), setup }, 100);
    expect(new Set(runs.map(({ ending }) => ending.how))).toContain('died');
    expect(await outcome()).toEqual([]);
  });

  test('that comes when the run, or the campaign, is long over, is dropped', async () => {
    const real = DBOS.registerWorkflow(
      () =>
        step('reads', () => {
          void readFile('/there/is/no/such/file').then(String);
          return Promise.resolve(1);
        }),
      { name: 'leaks.real' },
    );
    await randomRuns(of(real), 200);
    expect(await outcome()).toEqual([]);
  });

  test('of code that is not simulated is heard by whoever listens, during a campaign and after it', async () => {
    const tried = program('empty', () => Promise.resolve());
    const running = forget(tried, 2_000);
    await pause(1);
    void Promise.reject(new Error('theirs, meanwhile'));
    await running;
    void Promise.reject(new Error('theirs, afterwards'));
    expect(await outcome()).toMatchObject([{ message: 'theirs, meanwhile' }, { message: 'theirs, afterwards' }]);
  });
});
