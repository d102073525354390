/** What a call finds around it: options of steps, identities, deadlines, and what carries over to children. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { beforeEach, describe, expect, test } from 'vitest';
import { explore, replay } from '../../harness/index.ts';
import { bodies, crashAfter, ended, eventsOf, valueOf } from '../harness/support.ts';
import { expectUnderCrashes, of, program, type Program } from './support.ts';

let tries = 0;
beforeEach(() => void (tries = 0));
const told = (error: Error & { readonly dbosErrorCode?: number }): string =>
  `${error.dbosErrorCode ?? error.name}: ${error.message}`;

const failing = (code: string): Promise<never> => {
  tries++;
  return Promise.reject(Object.assign(new Error(`no ${tries}`), { code }));
};

const RETRIED = { name: 'it', retriesAllowed: true, intervalSeconds: 10, backoffRate: 3 } as const;

const exhausted = DBOS.registerWorkflow(
  () => DBOS.runStep(() => failing('x'), { ...RETRIED, maxAttempts: 3 }).catch(told),
  {
    name: 'exhausted',
  },
);

const choosy = DBOS.registerWorkflow(
  () =>
    DBOS.runStep(() => failing(tries === 1 ? 'fatal' : 'busy'), {
      ...RETRIED,
      maxAttempts: 9,
      shouldRetry: (error) => (error as Error & { readonly code: string }).code === 'busy',
    }).catch(told),
  { name: 'choosy' },
);

const undecided = DBOS.registerWorkflow(
  () =>
    DBOS.runStep(() => failing('x'), {
      ...RETRIED,
      shouldRetry: () => Promise.reject(new Error('cannot say')),
    }).catch(told),
  { name: 'undecided' },
);

const slowly = DBOS.registerWorkflow(
  () =>
    DBOS.runStep(
      async () => {
        const { timeoutSignal, currentAttempt, maxAttempts, stepID } = DBOS.stepStatus!;
        let stopped = false;
        timeoutSignal!.addEventListener('abort', () => void (stopped = true));
        if (currentAttempt === 1) await new Promise((resolve) => void setTimeout(resolve, 60_000));
        return { stopped, currentAttempt, maxAttempts, stepID, timed: timeoutSignal!.aborted };
      },
      { name: 'slow', retriesAllowed: true, maxAttempts: 2, timeoutMS: 1_000 },
    ),
  { name: 'slowly' },
);

const tooSlow = DBOS.registerWorkflow(
  () =>
    DBOS.runStep(() => new Promise((resolve) => void setTimeout(resolve, 60_000)), {
      name: 'slow',
      timeoutMS: 1_000,
    }).catch(told),
  { name: 'tooSlow' },
);

const misconfigured = DBOS.registerWorkflow(
  () => DBOS.runStep(() => Promise.resolve(1), { name: 'it', timeoutMS: -1 }).catch(told),
  { name: 'misconfigured' },
);

describe('a step', () => {
  test('that fails as often as it may is given up with error 23, after pauses that grow', async () => {
    const run = await replay(of(exhausted), []);
    expect(valueOf(run)).toBe(
      '23: Step it has exceeded its maximum of 3 retries. Previous errors: Error 1: no 1. Error 2: no 2. Error 3: no 3',
    );
    const at = eventsOf(run, 'step.ran').map(({ atMs }) => atMs);
    expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(10_000);
    expect(at[2]! - at[1]!).toBeGreaterThanOrEqual(30_000);
    expect(at[2]! - at[0]!).toBeLessThan(40_100);
  });

  test('is tried again from the first attempt after a crash: retries are not recorded', async () => {
    await replay(of(exhausted), crashAfter('fire timer#1'));
    expect(tries).toBe(5);
  });

  test('decides itself what is worth trying again', async () => {
    expect(valueOf(await replay(of(choosy), []))).toBe('Error: no 2');
    expect(tries).toBe(2);
  });

  test('fails with the error of whoever cannot decide', async () => {
    expect(valueOf(await replay(of(undecided), []))).toBe('Error: cannot say');
  });

  test('that is too slow is told so, and tried again', async () => {
    const value = { stopped: false, currentAttempt: 2, maxAttempts: 2, stepID: 0, timed: false };
    expect(valueOf(await replay(of(slowly), []))).toEqual(value);
    await expectUnderCrashes(of(slowly), 1);
  });

  test('that is too slow and may not be tried again fails with error 31', async () => {
    expect(valueOf(await replay(of(tooSlow), []))).toBe('31: Step slow timed out after 1000ms');
    await expectUnderCrashes(of(tooSlow), 1);
  });

  test('whose options make no sense is refused', async () => {
    expect(valueOf(await replay(of(misconfigured), []))).toMatch(/^1: .*timeoutMS/);
  });
});

const patient = DBOS.registerWorkflow(
  () =>
    DBOS.runStep(
      () => {
        const { cancelSignal } = DBOS.stepStatus!;
        return new Promise((_, reject) => cancelSignal.addEventListener('abort', () => reject(new Error('stopped'))));
      },
      { name: 'patient' },
    ),
  { name: 'patient' },
);

describe('a cancelled workflow', () => {
  test('tells its running step', async () => {
    const start = async (): Promise<void> => {
      await DBOS.startWorkflow(patient, { workflowID: 'w' })();
      await DBOS.cancelWorkflow('w');
    };
    const run = await replay(program('cancel', start), []);
    expect(run.ending).toEqual({ how: 'finished' });
    expect(ended(run)).toEqual({ status: 'CANCELLED' });
    expect(eventsOf(run, 'attempt.ended')).toMatchObject([{ how: 'parked' }]);
  });
});

const seen = (): object => {
  const { authenticatedUser, authenticatedRoles, assumedRole, workflowID, stepID } = DBOS;
  return { authenticatedUser, authenticatedRoles, assumedRole, workflowID, stepID };
};

const child = DBOS.registerWorkflow(async () => seen(), { name: 'child' });

const identities = DBOS.registerWorkflow(
  async () => {
    const inStep = await DBOS.runStep(async () => seen(), { name: 'look' });
    const inherited = await child();
    const changed = await DBOS.withAuthedContext('bob', ['guest'], () => child());
    return { body: seen(), inStep, inherited, changed };
  },
  { name: 'identities' },
);

const ALICE = { authenticatedUser: 'alice', authenticatedRoles: ['admin'], assumedRole: '' };
const BOB = { ...ALICE, authenticatedUser: 'bob', authenticatedRoles: ['guest'] };

describe('who is asking', () => {
  const start = (): unknown =>
    DBOS.withAuthedContext('alice', ['admin'], () => DBOS.startWorkflow(identities, { workflowID: 'w' })());
  const value = {
    body: { ...ALICE, workflowID: 'w' },
    inStep: { ...ALICE, workflowID: 'w', stepID: 0 },
    inherited: { ...ALICE, workflowID: 'w-1' },
    changed: { ...BOB, workflowID: 'w-3' },
  };

  test('is known in steps and children, and changed for the length of a callback', async () => {
    expect(valueOf(await replay(program('auth', start), []))).toEqual(value);
  });

  test('is known after every crash, from the row of the workflow', async () => {
    const check: Program['check'] = ({ results }) => expect(results['w']).toEqual({ status: 'SUCCESS', value });
    await expectUnderCrashes({ ...program('auth', start), check }, 1);
  });

  test('is nobody unless it is said', async () => {
    const run = await replay(of(child), []);
    expect(valueOf(run)).toEqual({ authenticatedUser: '', authenticatedRoles: [], assumedRole: '', workflowID: 'w' });
  });
});

const sleeper = DBOS.registerWorkflow(() => DBOS.sleep(3_600_000), { name: 'sleeper' });

const assigning = DBOS.registerWorkflow(
  async () => {
    const first = await DBOS.withNextWorkflowID('named', async () => {
      const one = await DBOS.startWorkflow(child)();
      const two = await DBOS.startWorkflow(child)();
      return [one.workflowID, two.workflowID];
    });
    const timed = await DBOS.withWorkflowTimeout(60_000, () => DBOS.startWorkflow(sleeper, { workflowID: 'timed' })());
    const queued = await DBOS.withWorkflowQueue('queue', () => DBOS.startWorkflow(child, { workflowID: 'queued' })());
    const quiet = await DBOS.withNamedContext('anything', () => Promise.resolve('called'));
    await DBOS.waitAll<unknown>([timed, queued]);
    return [...first, quiet];
  },
  { name: 'assigning' },
);

describe('what is said of workflows to come', () => {
  const start = async (): Promise<void> => {
    await DBOS.registerQueue('queue', {});
    await DBOS.startWorkflow(assigning, { workflowID: 'w' })();
  };

  test('holds for those started inside: an id for the first, a timeout, a queue', async () => {
    let queue: string | undefined;
    const check: Program['check'] = ({ tables }) => void (queue = tables.workflows.get('queued')?.status.queueName);
    const run = await replay({ ...program('assigning', start), check }, []);
    expect(valueOf(run)).toEqual(['named', 'w-1', 'called']);
    expect(ended(run, 'timed')).toEqual({ status: 'CANCELLED' });
    expect(queue).toBe('queue');
  });

  test('holds after every crash', async () => {
    await expectUnderCrashes(program('assigning', start), 1);
  });
});

const parent = DBOS.registerWorkflow(
  async (detached: boolean) => {
    await DBOS.startWorkflow(sleeper, { workflowID: 'child', ...(detached ? { timeoutMS: null } : {}) })();
    await DBOS.sleep(3_600_000);
  },
  { name: 'parent' },
);

describe('a deadline', () => {
  const start = (detached: boolean) => (): unknown =>
    DBOS.startWorkflow(parent, { workflowID: 'w', timeoutMS: 60_000 })(detached);

  test('is that of the children, too', async () => {
    const run = await replay(program('inherited', start(false)), []);
    expect([ended(run), ended(run, 'child')]).toEqual([{ status: 'CANCELLED' }, { status: 'CANCELLED' }]);
  });

  test('is not, if they are detached', async () => {
    const run = await replay(program('detached', start(true)), []);
    expect([ended(run)?.status, ended(run, 'child')?.status]).toEqual(['CANCELLED', 'SUCCESS']);
  });
});

const attributes = async (): Promise<unknown> => {
  // The SDK does not record a status that is asked for first.
  await DBOS.sleep(0);
  return (await DBOS.getWorkflowStatus(DBOS.workflowID!))?.attributes;
};
const described = DBOS.registerWorkflow(attributes, {
  name: 'described',
});

describe('attributes', () => {
  const workflowAttributes = { customer: 'c-1', tags: ['a', 'b'] };

  test('stay with a workflow', async () => {
    const start = (): unknown => DBOS.startWorkflow(described, { workflowID: 'w', workflowAttributes })();
    expect(valueOf(await replay(program('attributes', start), []))).toEqual(workflowAttributes);
    await expectUnderCrashes(program('attributes', start), 1);
  });

  test('must be a plain object', async () => {
    const start = async (): Promise<void> => {
      const params = { workflowID: 'w', workflowAttributes: [] as never };
      await expect(DBOS.startWorkflow(described, params)()).rejects.toThrow(/ttributes/);
    };
    expect((await replay(program('attributes', start), [])).complaints).toEqual([]);
  });
});

const receiver = DBOS.registerWorkflow(async () => [await DBOS.recv('topic', 3_600), await DBOS.recv('topic', 3_600)], {
  name: 'receiver',
});
const inStep = (key?: string): (() => Promise<void>) =>
  DBOS.registerWorkflow(() => DBOS.runStep(() => DBOS.send('r', 'hello', 'topic', key), { name: 'tell' }), {
    name: key === undefined ? 'sends' : 'sendsOnce',
  });
const sends = inStep();
const sendsOnce = inStep('key');

describe('a message from a step', () => {
  const sending = (workflow: () => Promise<void>): Program => ({
    ...program(workflow.name, async () => {
      await DBOS.startWorkflow(receiver, { workflowID: 'r' })();
      await DBOS.startWorkflow(workflow, { workflowID: 'w' })();
    }),
    check: ({ results }) => expect(results['r']).toEqual({ status: 'SUCCESS', value: ['hello', null] }),
  });

  test('is sent again if a crash comes before the checkpoint: that is found', async () => {
    const { finding } = await explore(sending(sends), { seed: 'twice' });
    expect(finding?.violations.map(({ check }) => check)).toContain('check');
    expect(finding?.script).toHaveLength(1);
    expect(bodies(finding!.run)).toEqual(['tell', 'tell']);
  });

  test('is sent once under an idempotency key', async () => {
    await expectUnderCrashes(sending(sendsOnce), 1);
  });
});

const strict = DBOS.registerWorkflow(async (amount: number) => amount, {
  name: 'strict',
  inputSchema: {
    parse: (args) => {
      const [amount] = args as [unknown];
      if (typeof amount !== 'number') throw new Error('amount must be a number');
      return [amount];
    },
  },
});

test('a workflow with a schema refuses other arguments', async () => {
  const start = async (): Promise<void> => {
    await DBOS.startWorkflow(strict, { workflowID: 'w' })('five' as never);
  };
  expect(ended(await replay(program('strict', start), []))).toMatchObject({
    status: 'ERROR',
    error: expect.stringContaining('amount must be a number'),
  });
});
