/** Every call an author can write, in every place where it can be written, does there what the SDK says it does. */
import { DBOS, Debouncer } from '@dbos-inc/dbos-sdk';
import { beforeEach, describe, expect, test } from 'vitest';
import { MemoryDataSource } from '../../harness/dbos/index.ts';
import {
  attempt,
  busy,
  child,
  expectOutcome,
  onlyInBody,
  recordedBefore,
  refused,
  scheduled,
  type Row,
  underCrashes,
} from './author.ts';
import { explore } from '../../harness/index.ts';
import { expectUnderCrashes } from './support.ts';

const bank = new MemoryDataSource('bank', { accounts: { alice: 100 } });
const credit = bank.registerTransaction(async (amount: number) => amount + 1, { name: 'credit' });

async function named(): Promise<string> {
  return 'it';
}
const registered = DBOS.registerStep(async (what: string) => what, { name: 'registered' });

// oxlint-disable-next-line typescript/no-extraneous-class -- the SDK decorates static methods
class Steps {
  @DBOS.step()
  static async decorated(what: string): Promise<string> {
    return what;
  }
}

const anywhere = { step: 'runs', transaction: 'runs', outside: 'runs' } as const;
/** Recorded in a body; in a step, an ordinary call that is not. */
const stepwise = (message: string): Pick<Row, 'step' | 'transaction' | 'outside'> => ({
  step: 'runs',
  transaction: refused(message),
  outside: 'runs',
});
const notIn = (message: string): Pick<Row, 'step' | 'transaction' | 'outside'> => ({
  step: refused(message),
  transaction: refused(message),
  outside: 'runs',
});

const INTERNAL = 'inside a `transaction`';

const STEPS: readonly Row[] = [
  {
    call: 'runStep with a name',
    make: () => DBOS.runStep(() => Promise.resolve(1), { name: 'it' }),
    body: ['it'],
    value: 1,
    ...stepwise('Invalid call to a runStep from within a `transaction`'),
  },
  { call: 'runStep of a named function', make: () => DBOS.runStep(named), body: ['named'], ...stepwise('runStep') },
  { call: 'runStep of an arrow', make: () => DBOS.runStep(async () => 1), body: [''], ...stepwise('runStep') },
  {
    call: 'runStep of a bound function',
    make: () => DBOS.runStep(named.bind(null)),
    body: ['bound named'],
    ...stepwise('runStep'),
  },
  {
    call: 'registerStep',
    make: () => registered('x'),
    body: ['registered'],
    value: 'x',
    ...stepwise('Invalid call to a `step` function from within a `transaction`'),
  },
  {
    call: 'a decorated step',
    make: () => Steps.decorated('x'),
    body: ['decorated'],
    value: 'x',
    ...stepwise('Invalid call to a `step` function from within a `transaction`'),
  },
  {
    call: 'runTransaction',
    make: () => bank.runTransaction(() => Promise.resolve(2), { name: 'it' }),
    body: ['it'],
    value: 2,
    ...notIn('Invalid call to `it` inside a `step` or `transaction`'),
  },
  {
    call: 'registerTransaction',
    make: () => credit(1),
    body: ['credit'],
    value: 2,
    ...notIn('Invalid call to a `transaction` function from within a `step` or `transaction`'),
  },
];

const EMPTY = { code: 'Error', message: 'handles must not be empty' };

const IN_CALL = 'from within a `step` or `transaction`';

const WORKFLOWS: readonly Row[] = [
  {
    call: 'a workflow, called',
    make: () => child('x'),
    body: ['child', 'DBOS.getResult'],
    value: 'child x',
    ...notIn(`Invalid call to a \`workflow\` function ${IN_CALL}`),
  },
  {
    call: 'startWorkflow',
    make: async () => (await DBOS.startWorkflow(child)('x')).workflowID.length > 0,
    body: ['child'],
    value: true,
    ...notIn(IN_CALL),
  },
  {
    call: 'startWorkflow, if there is none in the queue',
    make: async () => {
      const enqueueOptions = { deduplicationID: 'one' };
      const params = { queueName: 'queue', enqueueOptions, duplicationPolicy: 'return-existing' } as const;
      await DBOS.startWorkflow(child, params)('x');
    },
    body: ['child'],
    ...notIn(IN_CALL),
  },
  {
    call: 'startWorkflow, for the one that holds a place in the queue',
    make: async () => {
      const enqueueOptions = { deduplicationID: 'one', delaySeconds: 60 };
      const params = { queueName: 'queue', enqueueOptions, duplicationPolicy: 'return-existing' } as const;
      const ids = [
        (await DBOS.startWorkflow(child, params)('x')).workflowID,
        (await DBOS.startWorkflow(child, params)('x')).workflowID,
      ];
      return new Set(ids).size;
    },
    body: ['child', 'child'],
    value: 1,
    ...notIn(IN_CALL),
  },
  {
    call: 'startWorkflow of a step that is decorated',
    make: async () => void (await DBOS.startWorkflow(Steps).decorated('x')),
    // Its position is taken before the SDK looks at what is started.
    body: [null],
    refused: refused("Attempt to start or enqueue step 'decorated'; only workflows can be started or enqueued"),
    step: refused(IN_CALL),
    transaction: refused(IN_CALL),
    outside: refused("Attempt to start or enqueue step 'decorated'"),
  },
  {
    call: 'startWorkflow of a step that is registered',
    make: async () => void (await DBOS.startWorkflow(registered)('x')),
    body: [null],
    refused: { code: 6, message: 'registered is not a registered DBOS workflow function' },
    step: refused(IN_CALL),
    transaction: refused(IN_CALL),
    outside: { code: 6, message: 'registered is not' },
  },
  {
    call: 'enqueueWorkflowWithOptions',
    make: async () => void (await DBOS.enqueueWorkflowWithOptions({ workflowName: 'child', queueName: 'queue' }, 'x')),
    body: ['child'],
    ...notIn('Invalid call to `enqueueWorkflowWithOptions` from within a `step` or `transaction`'),
  },
  {
    call: 'enqueueWorkflowWithOptionsPortable',
    make: async () =>
      void (await DBOS.enqueueWorkflowWithOptionsPortable({ workflowName: 'child', queueName: 'queue' }, ['x'])),
    body: ['child'],
    ...notIn('Invalid call to `enqueueWorkflowWithOptions` from within a `step` or `transaction`'),
  },
  {
    call: 'getResult of a handle',
    make: async () => (await DBOS.startWorkflow(child)('x')).getResult(),
    body: ['child', 'DBOS.getResult'],
    value: 'child x',
    ...notIn(IN_CALL),
  },
  {
    call: 'getResult',
    make: () => DBOS.getResult('other'),
    body: ['DBOS.getResult'],
    value: 'done',
    ...stepwise(INTERNAL),
  },
  {
    call: 'getResult with a timeout',
    make: () => DBOS.getResult('busy', 1),
    body: ['DBOS.sleep', 'DBOS.getResult'],
    value: null,
    ...notIn('Attempt to get a call ID number in a workflow that is already in a call'),
  },
  {
    call: 'getStatus at position 0, which the SDK forgets to record',
    make: async () => (await DBOS.getWorkflowStatus('other'))?.status,
    body: [null],
    value: 'SUCCESS',
    defective: true,
    ...stepwise('Invalid call to `getWorkflowStatus` inside a `transaction`'),
  },
  {
    call: 'getStatus at another position',
    make: async () => {
      await DBOS.sleep(0);
      return (await DBOS.retrieveWorkflow('other').getStatus())?.status;
    },
    body: [null, 'getStatus'],
    value: 'SUCCESS',
    step: refused('retrieveWorkflow'),
    transaction: refused('DBOS.sleep'),
    outside: 'runs',
  },
  {
    call: 'retrieveWorkflow',
    make: () => DBOS.retrieveWorkflow('other').workflowID,
    body: [],
    value: 'other',
    ...notIn('Invalid call to `retrieveWorkflow` inside a `transaction` or `step`'),
  },
  {
    call: 'waitFirst',
    make: async () => {
      const handles = await Promise.all([DBOS.startWorkflow(busy)(), DBOS.startWorkflow(child)('x')]);
      return (await DBOS.waitFirst(handles)).workflowID === handles[1].workflowID;
    },
    body: ['busy', 'child', 'DBOS.waitFirst'],
    value: true,
    ...notIn(IN_CALL),
  },
  {
    call: 'waitAll',
    make: async () => (await DBOS.waitAll([await DBOS.startWorkflow(child)('x')])).length,
    body: ['child', 'DBOS.waitAll'],
    value: 1,
    ...notIn(IN_CALL),
  },
  { call: 'waitAll of none', make: () => DBOS.waitAll([]), body: [], value: [], ...anywhere },
  {
    call: 'waitFirst of none',
    make: () => DBOS.waitFirst([]),
    body: [],
    refused: EMPTY,
    step: EMPTY,
    transaction: EMPTY,
    outside: EMPTY,
  },
];

const TIME: readonly Row[] = [
  ...[() => DBOS.sleep(5_000), () => DBOS.sleepms(5_000), () => DBOS.sleepSeconds(5)].map((make, index) => ({
    call: ['sleep', 'sleepms', 'sleepSeconds'][index]!,
    make,
    body: ['DBOS.sleep'],
    ...stepwise('Invalid call to `DBOS.sleep` inside a `transaction`'),
  })),
  {
    call: 'sleep for no time',
    make: () => DBOS.sleep(0),
    body: [null],
    ...stepwise('Invalid call to `DBOS.sleep` inside a `transaction`'),
  },
  { call: 'now', make: async () => (await DBOS.now()) > 0, body: ['DBOS.now'], value: true, ...anywhere },
  {
    call: 'randomUUID',
    make: async () => (await DBOS.randomUUID()).length,
    body: ['DBOS.randomUUID'],
    value: 36,
    ...anywhere,
  },
];

const IN_STEP = 'inside a `step` or `transaction`';

const MESSAGES: readonly Row[] = [
  { call: 'send', make: () => DBOS.send('busy', 'hello', 'topic'), body: ['DBOS.send'], ...anywhere },
  {
    call: 'send to nobody',
    make: () => DBOS.send('nobody', 'hello'),
    body: ['DBOS.send'],
    refused: { code: 16, message: 'Sent to non-existent destination workflow UUID: nobody' },
    step: { code: 16, message: 'nobody' },
    transaction: { code: 16, message: 'nobody' },
    outside: { code: 16, message: 'nobody' },
  },
  {
    call: 'recv',
    make: () => DBOS.recv('topic', 1),
    body: ['DBOS.recv', 'DBOS.sleep'],
    value: null,
    ...onlyInBody(`Invalid call to \`DBOS.recv\` ${IN_STEP}`, 'Attempt to call `DBOS.recv` outside of a workflow'),
  },
  {
    call: 'recv without waiting',
    make: () => DBOS.recv('topic', { timeoutSeconds: 0 }),
    body: ['DBOS.recv', null],
    value: null,
    ...onlyInBody(`Invalid call to \`DBOS.recv\` ${IN_STEP}`, 'outside of a workflow'),
  },
  {
    call: 'recv until a moment',
    make: async () => DBOS.recv('topic', { deadlineEpochMS: (await DBOS.now()) + 1_000 }),
    body: ['DBOS.now', 'DBOS.recv', 'DBOS.sleep'],
    value: null,
    ...onlyInBody(`Invalid call to \`DBOS.recv\` ${IN_STEP}`, 'outside of a workflow'),
  },
  {
    call: 'setEvent',
    make: () => DBOS.setEvent('key', 1),
    body: ['DBOS.setEvent'],
    ...onlyInBody(
      `Invalid call to \`DBOS.setEvent\` ${IN_STEP}`,
      'Attempt to call `DBOS.setEvent` outside of a workflow',
    ),
  },
  {
    call: 'getEvent',
    make: () => DBOS.getEvent('other', 'key'),
    body: ['DBOS.getEvent', 'DBOS.sleep'],
    value: 'value',
    ...notIn(`Invalid call to \`DBOS.getEvent\` ${IN_STEP}`),
  },
];

const MANAGEMENT: readonly Row[] = [
  {
    call: 'cancelWorkflow',
    make: () => DBOS.cancelWorkflow('busy'),
    body: ['DBOS.cancelWorkflow'],
    ...stepwise(INTERNAL),
  },
  {
    call: 'cancelWorkflow with its children',
    make: () => DBOS.cancelWorkflows(['busy'], { cancelChildren: true }),
    body: ['DBOS.cancelWorkflow'],
    ...stepwise(INTERNAL),
  },
  {
    call: 'resumeWorkflow',
    make: async () => void (await DBOS.resumeWorkflow('busy')),
    body: ['DBOS.resumeWorkflow'],
    // It is resumed, and then there is no handle to be had.
    step: refused('Invalid call to `retrieveWorkflow`'),
    transaction: refused(INTERNAL),
    outside: 'runs',
  },
  {
    call: 'listWorkflows',
    make: async () => (await DBOS.listWorkflows({ workflowName: 'other' })).map(({ workflowID }) => workflowID),
    body: ['DBOS.listWorkflows'],
    value: ['other'],
    ...stepwise(INTERNAL),
  },
  {
    call: 'listQueuedWorkflows',
    make: async () => (await DBOS.listQueuedWorkflows({})).length,
    body: ['DBOS.listQueuedWorkflows'],
    value: 0,
    ...stepwise(INTERNAL),
  },
  {
    call: 'listWorkflowSteps',
    make: async () => (await DBOS.listWorkflowSteps('other'))?.map(({ name }) => name),
    body: ['DBOS.listWorkflowSteps'],
    value: ['DBOS.setEvent', 'DBOS.writeStream', 'DBOS.writeStream'],
    ...stepwise(INTERNAL),
  },
  {
    call: 'setWorkflowPriority',
    make: () => DBOS.setWorkflowPriority('busy', 3),
    body: ['DBOS.setWorkflowPriority'],
    ...stepwise(INTERNAL),
  },
  {
    call: 'setWorkflowDelay',
    make: () => DBOS.setWorkflowDelay('busy', 60),
    body: ['DBOS.setWorkflowDelay'],
    ...stepwise(INTERNAL),
  },
  { call: 'deleteQueue', make: () => DBOS.deleteQueue('nothing'), body: [], ...anywhere },
  {
    call: 'triggerSchedule',
    make: async () => void (await DBOS.triggerSchedule('nightly')),
    body: [],
    refused: { code: 1, message: 'triggerSchedule cannot be called from within a workflow' },
    step: { code: 1, message: 'within a workflow' },
    transaction: { code: 1, message: 'within a workflow' },
    outside: { code: 1, message: 'nightly' },
  },
  {
    call: 'backfillSchedule',
    make: async () => void (await DBOS.backfillSchedule('nightly', new Date(0), new Date(0))),
    body: [],
    refused: { code: 1, message: 'backfillSchedule cannot be called from within a workflow' },
    step: { code: 1, message: 'within a workflow' },
    transaction: { code: 1, message: 'within a workflow' },
    outside: { code: 1, message: 'nightly' },
  },
  {
    call: 'applySchedules',
    make: () => DBOS.applySchedules([]),
    body: [],
    refused: { code: 1, message: 'applySchedules cannot be called from within a workflow' },
    step: { code: 1, message: 'within a workflow' },
    transaction: { code: 1, message: 'within a workflow' },
    outside: 'runs',
  },
  { call: 'registerQueue', make: async () => void (await DBOS.registerQueue('more', {})), body: [], ...anywhere },
  {
    call: 'retrieveQueue',
    make: async () => (await DBOS.retrieveQueue('queue'))?.name,
    body: [],
    value: 'queue',
    ...anywhere,
  },
  { call: 'listQueues', make: async () => (await DBOS.listQueues()).length, body: [], value: 1, ...anywhere },
  {
    call: 'getLatestApplicationVersion',
    make: async () => (await DBOS.getLatestApplicationVersion()).versionName,
    body: [],
    value: 'v1',
    ...anywhere,
  },
  {
    call: 'listApplicationVersions',
    make: async () => (await DBOS.listApplicationVersions()).length,
    body: [],
    value: 1,
    ...anywhere,
  },
];

const NO_HANDLE = refused('Invalid call to `retrieveWorkflow`');

const HISTORY: readonly Row[] = [
  {
    call: 'deleteWorkflow',
    make: () => DBOS.deleteWorkflow('other'),
    body: ['DBOS.deleteWorkflow'],
    ...stepwise(INTERNAL),
  },
  {
    call: 'forkWorkflow',
    make: async () => (await DBOS.forkWorkflow('other', 1, { newWorkflowID: 'fork' })).workflowID,
    body: ['DBOS.forkWorkflow'],
    value: 'fork',
    // It is done, and then there is no handle to be had.
    step: NO_HANDLE,
    transaction: refused(INTERNAL),
    outside: 'runs',
  },
  {
    call: 'rewindWorkflow',
    make: async () => (await DBOS.rewindWorkflow('other')).workflowID,
    body: ['DBOS.rewindWorkflow'],
    value: 'other',
    step: NO_HANDLE,
    transaction: refused(INTERNAL),
    outside: 'runs',
  },
];

const readAll = async (): Promise<unknown[]> => {
  const values: unknown[] = [];
  for await (const value of DBOS.readStream('other', 'stream')) values.push(value);
  return values;
};

const OUTSIDE_STREAM = 'outside of a workflow or step';

const STREAMS: readonly Row[] = [
  {
    call: 'writeStream',
    make: () => DBOS.writeStream('key', 1),
    body: ['DBOS.writeStream'],
    step: 'runs',
    transaction: refused(OUTSIDE_STREAM),
    outside: refused('Invalid call to `DBOS.writeStream` outside of a workflow or step'),
  },
  {
    call: 'closeStream',
    make: () => DBOS.closeStream('key'),
    body: ['DBOS.closeStream'],
    step: 'runs',
    transaction: refused(OUTSIDE_STREAM),
    outside: refused('Invalid call to `DBOS.closeStream` outside of a workflow or step'),
  },
  {
    call: 'readStream',
    make: readAll,
    body: ['DBOS.readStream', 'DBOS.readStream', 'DBOS.readStream'],
    value: ['one', 'two'],
    ...anywhere,
  },
  {
    call: 'readStream, two at a time',
    make: async () => {
      const [first, second] = await Promise.allSettled([readAll(), readAll()]);
      return [
        first.status,
        second.status === 'rejected' ? (second.reason as { dbosErrorCode: number }).dbosErrorCode : 0,
      ];
    },
    body: ['DBOS.readStream', 'DBOS.readStream', 'DBOS.readStream'],
    value: ['fulfilled', 34],
    ...anywhere,
  },
  {
    call: 'readStreamOffset',
    make: () => DBOS.readStreamOffset('other', 'stream', 1),
    body: ['DBOS.readStreamOffset'],
    value: 'two',
    ...anywhere,
  },
  {
    call: 'readStreamOffset beyond the end',
    make: () => DBOS.readStreamOffset('other', 'stream', 9),
    body: ['DBOS.readStreamOffset'],
    refused: { code: 33, message: 'No value arrived on stream stream of workflow other' },
    step: { code: 33, message: 'No value arrived' },
    transaction: { code: 33, message: 'No value arrived' },
    outside: { code: 33, message: 'No value arrived' },
  },
];

/** Once a year, on the last day of it: nothing fires here. */
const yearly = (name: string): Parameters<typeof DBOS.createSchedule>[0] => ({
  scheduleName: name,
  workflowFn: scheduled,
  schedule: '0 0 31 12 *',
  context: null,
});

const SCHEDULES: readonly Row[] = [
  {
    call: 'createSchedule',
    make: () => DBOS.createSchedule(yearly('another')),
    body: ['DBOS.createSchedule'],
    ...stepwise(INTERNAL),
  },
  {
    call: 'listSchedules',
    make: async () => (await DBOS.listSchedules()).map(({ scheduleName }) => scheduleName),
    body: ['DBOS.listSchedules'],
    value: ['yearly'],
    ...stepwise(INTERNAL),
  },
  {
    call: 'getSchedule',
    make: async () => (await DBOS.getSchedule('yearly'))?.status,
    body: ['DBOS.getSchedule'],
    value: 'ACTIVE',
    ...stepwise(INTERNAL),
  },
  ...(['pause', 'resume', 'delete'] as const).map((verb) => ({
    call: `${verb}Schedule`,
    make: () => DBOS[`${verb}Schedule`]('yearly'),
    body: [`DBOS.${verb}Schedule`],
    ...stepwise(INTERNAL),
  })),
  {
    call: 'updateSchedule',
    make: () => DBOS.updateSchedule('yearly', { schedule: '0 0 30 12 *' }),
    body: ['DBOS.updateSchedule'],
    ...stepwise(INTERNAL),
  },
];

const debouncer = new Debouncer({ workflow: child });

const DEBOUNCING: readonly Row[] = [
  {
    call: 'debounce, where there is nothing yet',
    make: async () => void (await debouncer.debounce('key', 1_000, 'x')),
    body: ['DBOS.debounceDelayedWorkflow', 'child'],
    ...notIn(''),
  },
  {
    call: 'debounce, where something waits',
    make: async () => {
      const handles = [await debouncer.debounce('key', 1_000, 'x'), await debouncer.debounce('key', 1_000, 'y')];
      return [new Set(handles.map(({ workflowID }) => workflowID)).size, await handles[0]!.getResult()];
    },
    body: ['DBOS.debounceDelayedWorkflow', 'child', 'DBOS.debounceDelayedWorkflow', 'DBOS.getResult'],
    value: [1, 'child y'],
    ...notIn(''),
  },
];

const isIn = (): readonly boolean[] => [
  DBOS.isWithinWorkflow(),
  DBOS.isInWorkflow(),
  DBOS.isInStep(),
  DBOS.isInTransaction(),
];

const GETTERS: readonly Row[] = [
  { call: 'isIn...', make: isIn, body: [], value: [true, true, false, false], ...anywhere },
  { call: 'workflowID', make: () => DBOS.workflowID, body: [], value: 'w', ...anywhere },
  { call: 'stepID', make: () => DBOS.stepID ?? 'none', body: [], value: 'none', ...anywhere },
  { call: 'stepStatus', make: () => DBOS.stepStatus ?? 'none', body: [], value: 'none', ...anywhere },
  { call: 'authenticatedUser', make: () => DBOS.authenticatedUser, body: [], value: '', ...anywhere },
  { call: 'authenticatedRoles', make: () => DBOS.authenticatedRoles, body: [], value: [], ...anywhere },
  { call: 'assumedRole', make: () => DBOS.assumedRole, body: [], value: '', ...anywhere },
  { call: 'executorID', make: () => DBOS.executorID, body: [], value: 'executor-1', ...anywhere },
  { call: 'applicationVersion', make: () => DBOS.applicationVersion, body: [], value: 'v1', ...anywhere },
  { call: 'logger', make: () => DBOS.logger.info('told'), body: [], ...anywhere },
  { call: 'span', make: () => DBOS.span === undefined, body: [], ...anywhere },
];

/** What is said of workflows to come is nothing by itself. */
const CONTEXTS: readonly Row[] = [
  {
    call: 'withNextWorkflowID',
    make: () => DBOS.withNextWorkflowID('next', () => Promise.resolve(1)),
    body: [],
    value: 1,
    ...anywhere,
  },
  {
    call: 'withAuthedContext',
    make: () => DBOS.withAuthedContext('alice', ['admin'], () => Promise.resolve(DBOS.authenticatedUser)),
    body: [],
    value: 'alice',
    ...anywhere,
  },
  {
    call: 'withWorkflowQueue',
    make: () => DBOS.withWorkflowQueue('queue', () => Promise.resolve(1)),
    body: [],
    value: 1,
    ...anywhere,
  },
  {
    call: 'withWorkflowTimeout',
    make: () => DBOS.withWorkflowTimeout(1_000, () => Promise.resolve(1)),
    body: [],
    value: 1,
    ...anywhere,
  },
  {
    call: 'withNamedContext',
    make: () => DBOS.withNamedContext('name', () => Promise.resolve(1)),
    body: [],
    value: 1,
    ...anywhere,
  },
];

const UNPATCHED = 'Patching is not enabled';

const PATCHES: readonly Row[] = [
  {
    call: 'patch, where it is not enabled',
    make: () => DBOS.patch('better'),
    body: [],
    refused: refused(UNPATCHED),
    ...onlyInBody('`DBOS.patch` must be called from a workflow', '`DBOS.patch` must be called from a workflow'),
  },
  {
    call: 'deprecatePatch, where patching is not enabled',
    make: () => DBOS.deprecatePatch('better'),
    body: [],
    refused: refused(UNPATCHED),
    ...onlyInBody('`DBOS.deprecatePatch` must be', '`DBOS.deprecatePatch` must be called from a workflow'),
  },
];

const TOPICS = {
  HISTORY,
  STREAMS,
  SCHEDULES,
  DEBOUNCING,
  GETTERS,
  CONTEXTS,
  PATCHES,
  STEPS,
  WORKFLOWS,
  TIME,
  MESSAGES,
  MANAGEMENT,
};

const ROWS = Object.values(TOPICS).flatMap((rows) => rows.map((row) => [row.call, row] as const));

/** Where patching is enabled. */
const PATCHED: readonly Row[] = [
  {
    call: 'patch',
    make: () => DBOS.patch('better'),
    body: ['DBOS.patch-better'],
    value: true,
    ...onlyInBody('and not within a step', 'must be called from a workflow'),
  },
  {
    call: 'deprecatePatch',
    make: () => DBOS.deprecatePatch('better'),
    body: [],
    value: true,
    ...onlyInBody('and not within a step', 'must be called from a workflow'),
  },
];

const theirs = { name: 'theirs', systemDatabaseUrl: 'postgresql://theirs' };

describe.each([
  ...ROWS.map((row) => [...row, false] as const),
  ...PATCHED.map((row) => [row.call, row, true] as const),
])('%s', (_, row, enablePatching) => {
  beforeEach(() => DBOS.setConfig({ ...theirs, enablePatching }));

  test('in the body of a workflow takes its positions, under their names', async () => {
    const { came, operations } = await attempt(row, 'body');
    expectOutcome(came, row.refused ?? 'runs');
    if ('value' in row) expect(came).toEqual({ value: row.value });
    expect(recordedBefore(operations)).toEqual(row.body);
  });

  test('in a step takes no position: it is an ordinary call, or refused', async () => {
    const { came, operations } = await attempt(row, 'step');
    expectOutcome(came, row.step);
    expect(recordedBefore(operations)).toEqual(['host']);
  });

  test('in a transaction takes no position: it is an ordinary call, or refused', async () => {
    const { came, operations } = await attempt(row, 'transaction');
    expectOutcome(came, row.transaction);
    expect(recordedBefore(operations)).toEqual(['host']);
  });

  test('outside of workflows is an ordinary call, or refused', async () => {
    const { came, operations } = await attempt(row, 'outside');
    expectOutcome(came, row.outside);
    expect(operations).toEqual([]);
  });

  test('in the body of a workflow is the same after every crash, or the SDK is to blame', async () => {
    if (row.defective !== true) return void (await expectUnderCrashes(underCrashes(row), 1));
    const { finding } = await explore(underCrashes(row), { runsMax: 100 });
    expect(finding?.violations).toMatchObject([{ check: 'engine', culprit: 'engine' }]);
  });
});
