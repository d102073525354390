/** Processes that evaluate the application for themselves: what only its modules know dies in a crash. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { beforeEach, describe, expect, test } from 'vitest';
import { dbos, restore } from '../../harness/dbos/index.ts';
import { explore, replay, scenario, verify } from '../../harness/index.ts';
import { world } from './apps/world.ts';
import { straight } from './programs.ts';
import { expectUnderCrashes, program } from './support.ts';

beforeEach(() => {
  world.loaded = 0;
});

const rates = (name: string, ids: readonly string[]) =>
  scenario({
    name,
    engine: dbos({ app: () => import('./apps/rates.ts') }),
    start: async (app) => {
      for (const workflowID of ids) await (await DBOS.startWorkflow(app.convert, { workflowID })(800)).getResult();
    },
  });

describe('a variable of a module', () => {
  test('is lost in a crash: who has filled a cache is recovered by a process that has not', async () => {
    const { finding } = await explore(rates('one', ['w']), { runsMax: 40 });
    expect(finding?.violations ?? []).toEqual([]);
  });

  test('lives as long as its process: who found the cache full is recovered by one that has to fill it', async () => {
    const { finding } = await explore(rates('two', ['first', 'second']), { runsMax: 100 });
    expect(finding?.violations.map(({ check }) => check)).toContain('replay');
    expect(finding?.script).toHaveLength(1);
    expect(finding?.run.results['second']).toMatchObject({ status: 'ERROR' });
  });

  test('is new in every run, without a setup', async () => {
    const tried = rates('again', ['w']);
    await replay(tried, []);
    await replay(tried, []);
    expect(world.loaded).toBe(2);
  });
});

test('a module that the test imports is shared by all processes, and survives', async () => {
  await replay(rates('shared', ['first', 'second']), []);
  expect(world.loaded).toBe(1);
});

test('a configured instance is found by its name in the process that recovers', async () => {
  const tried = scenario({
    name: 'till',
    engine: dbos({ app: () => import('./apps/till.ts') }),
    start: ({ till }) => DBOS.startWorkflow(till, { workflowID: 'w' }).sell(4),
  });
  await expectUnderCrashes(tried, 1);
  const { results } = await replay(tried, []);
  expect(results['w']).toMatchObject({ status: 'SUCCESS', outcome: { text: '1000' } });
});

test('a program that shares its modules runs as before, in the same process', async () => {
  await replay(rates('cold', ['w']), []);
  await expectUnderCrashes(
    program('warm', () => DBOS.startWorkflow(straight, { workflowID: 'w' })('x')),
    1,
  );
});

describe('an application that cannot be evaluated by each process', () => {
  test('is refused if the test shares all its modules', async () => {
    const tried = scenario({
      name: 'shared',
      engine: dbos({ app: () => import('./programs.ts') }),
      start: (app) => DBOS.startWorkflow(app.straight, { workflowID: 'w' })('x'),
    });
    await expect(replay(tried, [])).rejects.toThrow('`app` imports nothing that was not imported before');
  });

  test('is refused if it launches DBOS', async () => {
    const tried = scenario({
      name: 'service',
      engine: dbos({ app: () => import('./apps/launching.ts') }),
      start: () => undefined,
    });
    await expect(replay(tried, [])).rejects.toThrow('DBOS.launch() was called where no run is going on');
  });

  test('rejects with what it threw, and leaves the SDK usable', async () => {
    const tried = scenario({
      name: 'failing',
      engine: dbos({
        app: () => {
          throw new Error('no such flag');
        },
      }),
      start: () => undefined,
    });
    await expect(explore(tried)).rejects.toThrow('no such flag');
    await expect(verify(rates('after', ['w']), [])).resolves.toBeNull();
    restore();
    expect(() => DBOS.registerWorkflow(async () => undefined, { name: 'registered-after' })).not.toThrow();
  });
});
