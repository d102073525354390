/** What operators and transactional steps do to the database, on the dbos engine. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import type { GetWorkflowsInput, WorkflowStatus } from '@dbos-inc/dbos-sdk';
import { DBOSExecutor } from '@dbos-inc/dbos-sdk/internal/dbos-executor';
import { runTransactionalInternalStep } from '@dbos-inc/dbos-sdk/internal/dbos';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { replay } from '../../harness/index.ts';
import { crashAfter, ended, eventsOf, randomRuns, valueOf } from '../harness/support.ts';
import { expectUnderCrashes, of, program } from './support.ts';

const step = <T>(name: string, value: T): Promise<T> => DBOS.runStep(() => Promise.resolve(value), { name });

const quick = DBOS.registerWorkflow((which: string) => step('quick', which), { name: 'manageQuick' });
const long = DBOS.registerWorkflow(
  async (which: string, ms: number) => {
    await DBOS.sleep(ms);
    if (which === 'fails') throw new Error('failed');
    return which;
  },
  { name: 'manageLong' },
);
const family = DBOS.registerWorkflow(
  async () => {
    const handle = await DBOS.startWorkflow(long, { workflowID: 'child' })('child', 3_600_000);
    return handle.getResult();
  },
  { name: 'manageFamily' },
);

describe('a listing', () => {
  /** What each filter must mean, said of what the client is shown. */
  const MEANINGS: readonly (readonly [GetWorkflowsInput, (status: WorkflowStatus) => boolean])[] = [
    [{ workflowName: 'manageQuick' }, ({ workflowName }) => workflowName === 'manageQuick'],
    [{ workflowName: ['manageQuick', 'manageLong'] }, ({ workflowName }) => workflowName !== 'manageFamily'],
    [{ status: ['CANCELLED', 'ERROR'] }, ({ status }) => status === 'CANCELLED' || status === 'ERROR'],
    [{ queueName: 'tasks' }, ({ queueName }) => queueName === 'tasks'],
    [
      { queuesOnly: true },
      ({ queueName, status }) => queueName !== undefined && ['ENQUEUED', 'PENDING'].includes(status),
    ],
    [{ workflow_id_prefix: 'q' }, ({ workflowID }) => workflowID.startsWith('q')],
    [{ workflow_id_prefix: ['q-1', 'fam'] }, ({ workflowID }) => workflowID === 'q-1' || workflowID === 'family'],
    [{ workflow_id_prefix: 'q_1' }, ({ workflowID }) => workflowID === 'q-1'],
    [{ workflowIDs: ['q-1', 'child', 'nobody'] }, ({ workflowID }) => workflowID === 'q-1' || workflowID === 'child'],
    [{ parentWorkflowID: 'family' }, ({ workflowID }) => workflowID === 'child'],
    [{ hasParent: true }, ({ parentWorkflowID }) => parentWorkflowID !== undefined],
    [{ hasParent: false }, ({ parentWorkflowID }) => parentWorkflowID === undefined],
    [{ isFork: true }, ({ forkedFrom }) => forkedFrom !== undefined],
    [{ isFork: false }, ({ forkedFrom }) => forkedFrom === undefined],
    [{ forkedFrom: 'q-1' }, ({ forkedFrom }) => forkedFrom === 'q-1'],
    [{ wasForkedFrom: true }, ({ wasForkedFrom }) => wasForkedFrom === true],
    [{ wasForkedFrom: false }, ({ wasForkedFrom }) => !wasForkedFrom],
    [{ authenticatedUser: 'ann' }, ({ authenticatedUser }) => authenticatedUser === 'ann'],
    [{ applicationVersion: 'v1' }, ({ applicationVersion }) => applicationVersion === 'v1'],
    [{ executorId: 'executor-1' }, ({ executorId }) => executorId === 'executor-1'],
    [{ applicationName: 'another' }, () => false],
    [{ scheduleName: 'daily' }, () => false],
    [{ attributes: { team: { name: 'red' } } }, ({ workflowID }) => workflowID === 'q-1' || workflowID === 'q-fork'],
    [{ attributes: { tags: ['b'] } }, ({ workflowID }) => workflowID === 'q-2'],
    [{ attributes: {} }, () => true],
  ];
  const seen: { all: WorkflowStatus[]; found: string[][]; by: string[][] } = { all: [], found: [], by: [] };

  const populate = async (): Promise<void> => {
    await DBOS.registerQueue('tasks', {});
    const red = { team: { name: 'red', size: 2 }, tags: ['a'] };
    await DBOS.startWorkflow(quick, { workflowID: 'q-1', workflowAttributes: red })('1').then((it) => it.getResult());
    const blue = { team: { name: 'blue' }, tags: ['a', 'b'] };
    await DBOS.startWorkflow(quick, { workflowID: 'q-2', workflowAttributes: blue, queueName: 'tasks' })('2');
    await DBOS.getResult('q-2');
    await DBOS.withAuthedContext('ann', ['admin'], async () => {
      await DBOS.startWorkflow(long, { workflowID: 'fails' })('fails', 10).then((it) => it.getResult().catch(() => 0));
    });
    await DBOS.startWorkflow(family, { workflowID: 'family' })();
    while ((await DBOS.listWorkflows({ hasParent: true })).length === 0);
    await DBOS.forkWorkflow('q-1', 0, { newWorkflowID: 'q-fork', applicationVersion: 'v0' });
    await DBOS.startWorkflow(quick, { workflowID: 'queued', queueName: 'elsewhere' })('queued');
    await DBOS.cancelWorkflow('family');
  };

  test('means by each filter what it says', async () => {
    const start = async (): Promise<void> => {
      await populate();
      seen.all = await DBOS.listWorkflows({});
      const ids = (statuses: WorkflowStatus[]): string[] => statuses.map(({ workflowID }) => workflowID);
      seen.found = [];
      for (const [filter] of MEANINGS) seen.found.push(ids(await DBOS.listWorkflows({ ...filter })));
      const { createdAt } = seen.all[2]!;
      const at = new Date(createdAt).toISOString();
      seen.by = [ids(await DBOS.listWorkflows({ startTime: at })), ids(await DBOS.listWorkflows({ endTime: at }))];
      seen.by.push(ids(await DBOS.listWorkflows({ sortDesc: true, limit: 2, offset: 1 })));
      seen.by.push(
        ids(await DBOS.listWorkflows({ completedAfter: at })),
        ids(await DBOS.listWorkflows({ dequeuedBefore: at })),
      );
      await expect(DBOS.listWorkflows({ workflowIDs: [] })).rejects.toMatchObject({ code: '42601' });
      await expect(DBOS.listWorkflows({ status: [] })).rejects.toMatchObject({ code: '42601' });
      for (const id of ['child', 'queued', 'q-fork']) await DBOS.cancelWorkflow(id);
    };
    const run = await replay(program('listing', start), []);
    expect(run.complaints).toEqual([]);
    const ids = seen.all.map(({ workflowID }) => workflowID);
    expect(ids).toEqual(['q-1', 'q-2', 'fails', 'family', 'child', 'q-fork', 'queued']);
    const meant = MEANINGS.map(([, fits]) => seen.all.filter(fits).map(({ workflowID }) => workflowID));
    expect(seen.found).toEqual(meant);
    expect(meant.filter((found) => found.length === 0)).toHaveLength(2);
    expect(seen.by).toEqual([
      ['fails', 'family', 'child', 'q-fork', 'queued'],
      ['q-1', 'q-2', 'fails'],
      ['q-fork', 'child'],
      ['fails', 'family'],
      ['q-2'],
    ]);
  });

  test('leaves out what is not asked for, and fills in what it is given, as the SDK does', async () => {
    const filter: GetWorkflowsInput = { loadInput: false };
    let got: WorkflowStatus | undefined;
    const start = async (): Promise<void> => {
      await (await DBOS.startWorkflow(quick, { workflowID: 'w' })('x')).getResult();
      [got] = await DBOS.listWorkflows(filter);
    };
    await replay(program('payloads', start), []);
    expect([got?.input, got?.output]).toEqual([undefined, 'x']);
    expect(filter).toEqual({ loadInput: false, loadOutput: true, sortDesc: false });
  });

  test('of steps takes a limit and an offset', async () => {
    const start = async (): Promise<void> => {
      await (await DBOS.startWorkflow(four, { workflowID: 'w' })()).getResult();
      const page = (await DBOS.listWorkflowSteps('w', { limit: 2, offset: 1 }))!;
      expect(page.map(({ functionID, name, output }) => [functionID, name, output])).toEqual([
        [1, 'step', 1],
        [2, 'step', 2],
      ]);
    };
    expect((await replay(program('steps', start), [])).complaints).toEqual([]);
  });
});

const four = DBOS.registerWorkflow(
  async () => {
    for (let at = 0; at < 4; at++) await step('step', at);
  },
  { name: 'manageFour' },
);

const awaiting = DBOS.registerWorkflow(
  async () => {
    const handles = [];
    for (const [which, ms] of [
      ['slow', 60_000],
      ['fast', 1_000],
      ['fails', 30_000],
    ] as const)
      handles.push(await DBOS.startWorkflow(long, { workflowID: which })(which, ms));
    const first = await DBOS.waitFirst(handles);
    const early = await DBOS.getResult('slow', { timeoutSeconds: 5 });
    await DBOS.waitAll(handles);
    return [first.workflowID, early, await DBOS.getResult('slow', { timeoutSeconds: 5 })];
  },
  { name: 'manageAwaiting' },
);

describe('waiting for workflows', () => {
  test('gives the first, all of them, and nothing once the time is up: also after any crash', async () => {
    expect(valueOf(await replay(of(awaiting), []))).toEqual(['fast', null, 'slow']);
    const runs = await randomRuns(of(awaiting), 30);
    for (const run of runs) expect(ended(run)).toMatchObject({ status: 'SUCCESS' });
    await expectUnderCrashes(of(awaiting), 1);
  });

  test('is the same for the client, who hears of timeouts too', async () => {
    const heard: unknown[] = [];
    const start = async (): Promise<void> => {
      const slow = await DBOS.startWorkflow(long, { workflowID: 'slow' })('slow', 60_000);
      const fast = await DBOS.startWorkflow(long, { workflowID: 'fast' })('fast', 1_000);
      heard.push((await DBOS.waitFirst([slow, fast])).workflowID, await DBOS.getResult('slow', { timeoutSeconds: 1 }));
      heard.push((await DBOS.waitAll([slow, fast])).length, await DBOS.getResult('slow', { timeoutSeconds: 1 }));
    };
    await replay(program('client', start), []);
    expect(heard).toEqual(['fast', null, 2, 'slow']);
  });
});

describe('versions', () => {
  test('are promoted by whoever owns them; the latest is the one promoted last', async () => {
    const latest: string[] = [];
    const start = async (): Promise<void> => {
      const { systemDatabase } = DBOSExecutor.globalInstance!;
      await systemDatabase.createApplicationVersion('v2');
      latest.push((await DBOS.getLatestApplicationVersion()).versionName);
      await DBOS.setLatestApplicationVersion('v1');
      latest.push((await DBOS.getLatestApplicationVersion()).versionName);
      const theirs = systemDatabase.createApplicationVersion('v1', 'another');
      await expect(theirs).rejects.toThrow(/^Application version 'v1' is already registered by application '/);
      await systemDatabase.createApplicationVersion('v9', 'another');
      await expect(DBOS.setLatestApplicationVersion('v9')).rejects.toMatchObject({ dbosErrorCode: 1 });
      latest.push(...(await DBOS.listApplicationVersions()).map(({ versionName }) => versionName));
    };
    const run = await replay(program('versions', start), []);
    expect(run.complaints).toEqual([]);
    expect(latest.slice(1)).toEqual(['v1', 'v1', 'v2']);
  });
});

/** Runs two transactional steps, as the SDK's own calls do, which fail if they are to. */
const transacting = DBOS.registerWorkflow(
  async (fails: boolean) => {
    const body = async (): Promise<string> => {
      bodies.push('body');
      for (let at = 0; at < 5; at++) await Promise.resolve();
      if (fails) throw new Error('refused');
      return 'done';
    };
    const results: string[] = [];
    for (let round = 0; round < 2; round++)
      results.push(await runTransactionalInternalStep(body, 'DBOS.test').catch((error: Error) => error.message));
    return results.join();
  },
  { name: 'manageTransacting' },
);
const bodies: string[] = [];

describe('a transactional step', () => {
  const start = (fails: boolean) => () => DBOS.startWorkflow(transacting, { workflowID: 'w' })(fails);

  test('runs its body to the end in the move in which it lands, and is recorded with what it came to', async () => {
    for (const fails of [false, true]) {
      bodies.length = 0;
      const run = await replay(program('transaction', start(fails)), crashAfter('land test#1'));
      expect(valueOf(run)).toBe(fails ? 'refused,refused' : 'done,done');
      // Landed and not recorded is nothing: a failure is recorded in a transaction of its own.
      expect(bodies).toHaveLength(fails ? 3 : 2);
      expect(eventsOf(run, 'outcome.recorded').map(({ position, name }) => [position, name])).toEqual([
        [0, 'DBOS.test'],
        [1, 'DBOS.test'],
      ]);
    }
  });

  test('is done once whatever crashes, unless it failed', async () => {
    await expectUnderCrashes(program('transaction', start(false)));
    await expectUnderCrashes(program('transaction', start(true)));
  });

  test('of a zombie is undone and fenced; of a cancelled workflow it is not done', async () => {
    const limits = { executors: 2, suspensionsMax: 1, crashesMax: 0 };
    const runs = await randomRuns(program('transaction', start(false), limits), 150);
    const fenced = runs.flatMap((run) => eventsOf(run, 'record.refused'));
    expect(fenced.some(({ position }) => position !== null)).toBe(true);
    for (const run of runs) expect(valueOf(run)).toBe('done,done');
    const cancelled = async (): Promise<void> => {
      await start(false)();
      await DBOS.cancelWorkflow('w');
    };
    for (const run of await randomRuns(program('cancelled', cancelled, { crashesMax: 0 }), 50))
      expect(['CANCELLED', 'SUCCESS']).toContain(ended(run)?.status);
  });
});

describe('undoing', () => {
  test('puts back whatever was done to the rows, and keeps every object in its place', async () => {
    const { remember } = await import('../../harness/dbos/tables/undo.ts');
    const value = fc.oneof(fc.integer(), fc.string(), fc.constant(null));
    const row = fc.record(
      { status: fc.dictionary(fc.string(), value), list: fc.array(value) },
      { noNullPrototype: true },
    );
    const table = fc.array(fc.tuple(fc.string(), row)).map((entries) => new Map(entries));
    fc.assert(
      fc.property(table, table, fc.array(value), (before, changes, messages) => {
        const tables = { workflows: before, messages: [...messages], note: () => undefined };
        const [copy, rows] = [structuredClone([before, messages]), new Map(before)];
        const undo = remember(tables as never);
        for (const [id, changed] of changes) {
          const known = before.get(id);
          if (known === undefined) before.set(id, changed);
          else Object.assign(known, changed, { more: 1 });
        }
        const [first] = before.keys();
        if (first !== undefined) before.delete(first);
        tables.messages.push('more');
        undo();
        expect([before, tables.messages]).toEqual(copy);
        expect([...before.keys()]).toEqual([...rows.keys()]);
        for (const [id, now] of before) if (id !== first) expect(now).toBe(rows.get(id));
      }),
    );
  });
});
