/** A real database that does something else than the simulation is noticed, whatever it is, and nothing is confirmed. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { Clock } from '../../../harness/clock.ts';
import {
  confirm,
  type Confirmation,
  confirmationReport,
  dbos,
  type RealDatabase,
} from '../../../harness/dbos/index.ts';
import { CannotFollowError, Followed } from '../../../harness/dbos/real/followed.ts';
import { Executor } from '../../../harness/executor.ts';
import { explore, scenario, StaleScriptError } from '../../../harness/index.ts';
import { findSdk } from '../../../harness/dbos/sdk.ts';
import { random } from '../../../harness/random.ts';
import { sequences } from '../../../scenarios/dbos/sequences.ts';
import { onPglite } from '../databases.ts';
import { FEATURES } from './features.ts';

let database: RealDatabase;
beforeAll(async () => void (database = await onPglite()));
afterAll(() => database?.close());
afterEach(() => vi.restoreAllMocks());

const letters = DBOS.registerWorkflow(async () => [await DBOS.recv('post', 60), await DBOS.recv('post', 60)], {
  name: 'letters',
});

/** Two messages, read in the order in which they are sent. */
const post = scenario({
  name: 'post',
  engine: dbos(),
  start: async () => {
    await DBOS.startWorkflow(letters, { workflowID: 'letters-1' })();
    await DBOS.send('letters-1', 'first', 'post');
    await DBOS.send('letters-1', 'second', 'post');
  },
});

const mailing = DBOS.registerWorkflow(
  async () => {
    await Promise.all([DBOS.send('letters-1', 'first', 'post'), DBOS.send('letters-1', 'second', 'post')]);
  },
  { name: 'mailing' },
);

/** Two messages on their way at a time. */
const mail = scenario({
  name: 'mail',
  engine: dbos(),
  start: async () => {
    await DBOS.startWorkflow(letters, { workflowID: 'letters-1' })();
    await DBOS.startWorkflow(mailing, { workflowID: 'mailing-1' })();
  },
});
const BOTH_LAND = [{ after: 'land send#1', choose: 'land send#2' }];

// oxlint-disable-next-line typescript/unbound-method -- called with its `this` below
const { goOn } = Followed.prototype;

/** Lets `plant` come between calls and the database. */
function planted(plant: (call: Followed, carry: () => Promise<void>) => Promise<void>): void {
  vi.spyOn(Followed.prototype, 'goOn').mockImplementation(function (this: Followed, ...given) {
    return plant(this, () => goOn.apply(this, given));
  });
}

const sql = (text: string) => database.pool.query(text.replaceAll('@', `"${database.schema}".`));

const differing = ({ confirmed, differences }: Confirmation): boolean => !confirmed && differences.length > 0;

test.each([
  ['post', post, []],
  ['mail', mail, BOTH_LAND],
] as const)('where nothing is planted, nothing differs: %s', async (_, given, script) => {
  const { differences, workflows } = await confirm(given, script, { database });
  expect(differences).toEqual([]);
  expect(workflows[0]!.real).toEqual({ status: 'SUCCESS', value: ['first', 'second'] });
});

test('two calls that are released in the other order are noticed', async () => {
  let first: (() => Promise<void>) | null = null;
  planted(async (call, carry) => {
    if (!call.what.startsWith('send of')) return carry();
    if (first === null) {
      first = carry;
      return undefined;
    }
    const [later, sooner] = [first, carry];
    first = () => Promise.resolve();
    await sooner();
    return later();
  });
  const confirmation = await confirm(mail, BOTH_LAND, { database });
  expect(differing(confirmation)).toBe(true);
  expect(confirmation.workflows.map(({ real }) => real)).toContainEqual({
    status: 'SUCCESS',
    value: ['second', 'first'],
  });
});

test('a result that changes in the database is noticed, and the program is answered by the database', async () => {
  const { finding } = await explore(sequences.twins[0]!.scenario, { checks: ['results'] });
  let forged = false;
  planted(async (call, carry) => {
    await carry();
    if (forged || !call.what.startsWith('reenqueue')) return;
    const { rowCount } = await sql(`UPDATE @operation_outputs SET output = replace(output, 'text of', 'lies of')`);
    forged = rowCount! > 0;
  });
  const confirmation = await confirm(sequences.twins[0]!.scenario, finding!.script, { database });
  expect(differing(confirmation)).toBe(true);
  expect(JSON.stringify(confirmation.workflows[0]!.real)).toContain('lies of');
});

test('a message that is lost is noticed', async () => {
  planted(async (call, carry) => {
    await carry();
    if (call.what.startsWith('sendDirect')) await sql('DELETE FROM @notifications WHERE NOT consumed');
  });
  const confirmation = await confirm(post, [], { database });
  expect(confirmation.confirmed).toBe(false);
  expect(confirmation.because).toMatch(/recv of letters-1/);
});

test('a workflow that somebody else takes away is noticed', async () => {
  planted(async (call, carry) => {
    if (call.what.startsWith('recordWorkflowOutput')) await sql("UPDATE @workflow_status SET owner_xid = 'another'");
    await carry();
  });
  const { confirmed, because } = await confirm(post, [], { database });
  expect({ confirmed, because }).toEqual({
    confirmed: false,
    because: expect.stringMatching(/cannot be followed: .* recordWorkflowOutput of letters-1 .* true .* false/),
  });
});

const feature = (name: string) => FEATURES.find((one) => one.name === name)!;

test('a database that keeps a time of its own is noticed', async () => {
  const stopped = { ...database, setClock: () => Promise.resolve() };
  expect(differing(await confirm(feature('rate-limited'), [], { database: stopped }))).toBe(true);
});

test.each([
  ['transitionDelayedWorkflows', 'delayed', undefined],
  ['cancelTimedOutWorkflows', 'timed-out-by-another-clock', []],
] as const)('a sweep that does nothing is noticed: %s', async (member, name, nothing) => {
  const { prototype } = findSdk(process.cwd()).database.SystemDatabase;
  vi.spyOn(prototype, member).mockResolvedValue(nothing as never);
  expect(differing(await confirm(feature(name), [], { database }))).toBe(true);
});

test('what a data source commits is confirmed by nobody, and named', async () => {
  const confirmation = await confirm(feature('deposited'), [], { database });
  expect(confirmation.beside).toEqual(['commit add', 'forget confirmed-bank/deposit']);
  expect(confirmationReport(confirmation)).toMatch(
    /not confirmed, as it is no call to the system database: commit add/,
  );
});

let remembers = false;
const forgetful = DBOS.registerWorkflow(
  async () => {
    if (!remembers) await DBOS.runStep(() => Promise.resolve(1), { name: 'load' });
    remembers = true;
    return DBOS.runStep(() => Promise.resolve(2), { name: 'use' });
  },
  { name: 'forgetful' },
);

test('what comes of memory that survives is not confirmed: here it survives, too', async () => {
  const tried = scenario({
    name: 'forgetful',
    engine: dbos(),
    setup: () => void (remembers = false),
    start: () => DBOS.startWorkflow(forgetful, { workflowID: 'w' })(),
  });
  const { finding } = await explore(tried, { runsMax: 50 });
  expect(await confirm(tried, finding!.script, { database })).toMatchObject({
    confirmed: false,
    because: expect.stringContaining('memory that the simulated processes share') as string,
    violation: { check: 'memory' },
  });
});

test('a script that no longer applies is stale, here as elsewhere', async () => {
  const script = [{ after: 'start letters-1', choose: 'land nothing#1' }];
  await expect(confirm(post, script, { database })).rejects.toThrow(StaleScriptError);
});

test('a call that waits for what never comes is given up, and named', async () => {
  const process = new Executor('executor-1', 1, new Clock(0), random('x', 'y'), () => undefined);
  const call = new Followed('recv of w', process, random('x', 'z'), () => new Promise(() => undefined));
  await expect(call.goOn(Infinity)).rejects.toThrow(CannotFollowError);
  await expect(call.goOn(Infinity)).rejects.toThrow('recv of w');
});
