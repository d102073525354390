/** The SDK is taken over in memory, for the length of a run, and given back. */
import { DBOS, type DBOSConfig } from '@dbos-inc/dbos-sdk';
import { expect, test } from 'vitest';
import { dbos, restore } from '../../harness/dbos/index.ts';
import { configOf } from '../../harness/dbos/config.ts';
import { assertSupported, assertSurface, findSdk, membersOf } from '../../harness/dbos/sdk.ts';
import { INHERITED, REFUSED, SIMULATED } from '../../harness/dbos/surface.ts';
import { explore, replay, scenario } from '../../harness/index.ts';
import { valueOf } from '../harness/support.ts';
import { straight } from './programs.ts';

const sdk = findSdk(process.cwd());

/** Everything of the SDK that a simulation could change. */
const properties = (): unknown[] => {
  const { executor, context, utils, queues, database, streams, crontab } = sdk;
  return [
    executor.DBOSExecutor,
    executor.DBOSExecutor.prototype,
    context,
    utils.globalParams,
    queues,
    database,
    streams,
    utils,
    crontab.TimeMatcher.prototype,
  ].map((target) => Object.getOwnPropertyDescriptors(target));
};

const program = scenario({
  name: 'straight',
  engine: dbos(),
  start: () => DBOS.startWorkflow(straight, { workflowID: 'w' })('x'),
});

test('the SDK that is simulated is the one the user imports', () => {
  expect(sdk.DBOS).toBe(DBOS);
});

test('a version we do not know is refused in one sentence', () => {
  expect(() => assertSupported('5.3.7')).not.toThrow();
  for (const version of ['5.2.0', '5.4.0', '4.9.1', 'older than 5.3', 'unknown'])
    expect(() => assertSupported(version)).toThrow(
      `@dbos-inc/dbos-sdk ${version} is not supported: this version of Reprise simulates 5.3.x`,
    );
});

test('where there is no SDK, that is what is said', () => {
  expect(() => dbos({ root: '/' })).toThrow('@dbos-inc/dbos-sdk cannot be loaded from /: install it there');
});

test('every member of the system database is on one list, and on no other', () => {
  const members = membersOf(sdk.database.SystemDatabase.prototype);
  expect([...SIMULATED, ...INHERITED, ...REFUSED].toSorted()).toEqual(members.toSorted());
});

test('a member that is new or gone is named', () => {
  const members = membersOf(sdk.database.SystemDatabase.prototype);
  expect(() => assertSurface('5.3.9', [...members, 'teleport'])).toThrow(/5\.3\.9 has members .* of: teleport$/);
  expect(() =>
    assertSurface(
      '5.3.9',
      members.filter((name) => name !== 'recv'),
    ),
  ).toThrow(/lacks members .* on: recv$/);
});

test('after a campaign the SDK is not launched, knows its configuration, and takes registrations', async () => {
  const config = { name: 'theirs', systemDatabaseUrl: 'postgresql://theirs' };
  DBOS.setConfig(config);
  await explore(program, { runsMax: 20 });
  expect(DBOS.isInitialized()).toBe(false);
  expect(configOf(sdk)).toBe(config);
  expect(DBOS.registerWorkflow(() => Promise.resolve(1), { name: 'late' })).toBeTypeOf('function');
  await expect(DBOS.getResult('w')).rejects.toThrow('`DBOS.launch()` must be called');
});

test('what the SDK was told is known whether or not it is enough for a launch, and also that it was told nothing', () => {
  for (const config of [{ name: 'theirs' }, { executorID: 'nameless' }, undefined]) {
    DBOS.setConfig(config as DBOSConfig);
    expect(configOf(sdk)).toBe(config);
  }
});

test('restored, the SDK is as it was before the first run, and can be simulated again', async () => {
  restore();
  const before = properties();
  await replay(program, []);
  expect(properties()).not.toEqual(before);
  restore();
  expect(properties()).toEqual(before);
  expect(valueOf(await replay(program, []))).toBe('x123');
});
