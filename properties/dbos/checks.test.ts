/** What goes wrong in DBOS programs is found by the check whose law it is, and the program beside it raises nothing. */
import { AsyncResource } from 'node:async_hooks';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { beforeAll, describe, expect, test } from 'vitest';
import { explore, type Finding, type Limits } from '../../harness/index.ts';
import { bank, payment } from './programs.ts';
import { of, program, type Program } from './support.ts';

type Workflow = () => Promise<unknown>;

/** What the checks of these names (default: all) find in a program. */
async function found(tried: Program, checks?: readonly string[]): Promise<Finding | null> {
  const { finding } = await explore(tried, { seed: 'checks', runsMax: 300, ...(checks && { checks }) });
  return finding;
}

/** What the checks say first; that some programs here depend on memory is meant. */
const because = async (tried: Program, ...checks: string[]): Promise<string | undefined> =>
  (await found(tried, checks))?.violations.find(({ check }) => check !== 'memory')?.because;

const step = <T>(name: string, value?: T) => DBOS.runStep(() => Promise.resolve(value ?? name), { name });

/** Executions since the beginning of the run: module state, which survives a simulated crash. */
let executions = 0;
const counting = (workflow: Workflow, limits?: Partial<Limits>): Program => ({
  ...of(workflow, limits),
  setup: () => void (executions = 0),
});
const isAgain = (): boolean => executions++ > 0;

const TAKEOVER: Partial<Limits> = { executors: 2, suspensionsMax: 1, crashesMax: 0 };

beforeAll(() => DBOS.setConfig({ name: 'theirs', systemDatabaseUrl: 'postgresql://theirs', enablePatching: true }));

describe('an error with which DBOS stops an execution', () => {
  const swallows = DBOS.registerWorkflow(() => step(isAgain() ? 'b' : 'a').catch(() => 'nothing'), {
    name: 'swallows',
  });
  const letsThrough = DBOS.registerWorkflow(() => step(isAgain() ? 'b' : 'a'), { name: 'letsThrough' });

  test('is not to be swallowed: the workflow would end with status SUCCESS', async () => {
    expect(await because(counting(swallows), 'control')).toMatch(
      /^DBOSUnexpectedStepError \(26\) stops workflow w at b\(\), function id 0: .* comes to "nothing" with status SUCCESS$/,
    );
    expect(await because(counting(swallows), 'replay')).toContain(
      'the workflow catches it and ends with status SUCCESS',
    );
    expect(await because(counting(letsThrough), 'control')).toBeUndefined();
    expect(await because(counting(letsThrough), 'replay')).toContain('records status ERROR for ever');
  });

  const pay = async (isMine: (error: unknown) => boolean): Promise<string> => {
    try {
      return await step('pay');
    } catch (error) {
      if (!isMine(error)) throw error;
      return step('refund');
    }
  };
  const makesGood = DBOS.registerWorkflow(() => pay(() => true), { name: 'makesGood' });
  const makesGoodForItsOwn = DBOS.registerWorkflow(
    () => pay((error) => ![5, 24, 26, 37].includes((error as { dbosErrorCode?: number }).dbosErrorCode ?? 0)),
    { name: 'makesGoodForItsOwn' },
  );

  test('is not to be taken for a failure: a zombie would make good for what never failed', async () => {
    const finding = await found(of(makesGood, TAKEOVER));
    expect(finding?.violations[0]).toMatchObject({
      check: 'control',
      because: expect.stringMatching(/stopped by DBOSWorkflowConflictError \(5\).* runs refund at function id 1 /),
    });
    expect(await found(of(makesGoodForItsOwn, TAKEOVER))).toBeNull();
  });

  test('may be ignored by a zombie that does what its successor does', async () => {
    expect(await found(of(ignores, TAKEOVER))).toBeNull();
  });
  const ignores = DBOS.registerWorkflow(
    async () => [await Promise.allSettled([step('a')]), await step('b').catch(() => 'b')].length,
    { name: 'ignores' },
  );
});

describe('a replay', () => {
  const forgets = DBOS.registerWorkflow(
    async () => (isAgain() ? step('one') : [await step('one'), await step('two')].length),
    { name: 'forgets' },
  );

  test('that leaves out what is recorded is objected to, though DBOS does not notice', async () => {
    expect(await because(counting(forgets), 'replay')).toBe(
      'two was recorded at function id 1 of workflow w, but attempt 2 ended without calling it. ' +
        'DBOS does not notice: what was recorded is lost, and the workflow ends with status SUCCESS all the same.',
    );
  });

  const confuses = DBOS.registerWorkflow(
    () => (isAgain() ? DBOS.runStep(() => Promise.resolve('west')) : DBOS.runStep(() => Promise.resolve('east'))),
    { name: 'confuses' },
  );
  const gathers = DBOS.registerWorkflow(
    () => Promise.all([DBOS.runStep(() => Promise.resolve('west')), DBOS.runStep(() => Promise.resolve('east'))]),
    { name: 'gathers' },
  );

  test('that runs into the record of another unnamed step is objected to', async () => {
    expect(await because(counting(confuses), 'replay')).toBe(
      'function id 0 of workflow w was recorded for <unnamed step>(), but the replay calls another step of that name there. ' +
        "DBOS compares nothing but names: the call silently gets the other's result, and the workflow can end with a wrong result and status SUCCESS.",
    );
    expect(await found(of(gathers))).toBeNull();
  });

  class Declined extends Error {}
  const decline = (): Promise<string> => Promise.reject(new Declined('no funds'));
  const byClass = DBOS.registerWorkflow(
    () => DBOS.runStep(decline, { name: 'pay' }).catch((error) => (error instanceof Declined ? 'declined' : 'failed')),
    { name: 'byClass' },
  );
  const byMessage = DBOS.registerWorkflow(
    () =>
      DBOS.runStep(decline, { name: 'pay' }).catch((error: Error) =>
        error.message === 'no funds' ? 'declined' : 'failed',
      ),
    { name: 'byMessage' },
  );

  test('that loses the class of an error is named as what makes the difference', async () => {
    const finding = await found(of(byClass));
    expect(finding?.violations[0]?.because).toContain(
      'pay() at function id 0 threw a Declined when it ran, and an Error with the same message when it was read back',
    );
    expect(finding?.violations[0]?.fix).toContain('do not branch on the class of an error');
    expect(await found(of(byMessage))).toBeNull();
  });
});

describe('a step of another source under the same name', () => {
  const finish = (who: string): Promise<string> =>
    who === 'step'
      ? DBOS.runStep(() => Promise.resolve('shipped'), { name: 'finish' })
      : DBOS.runStep(() => Promise.resolve('refunded'), { name: 'finish' });
  const acts = DBOS.registerWorkflow(
    async () => {
      const slow = step('slow', 'step');
      const first = await Promise.race([slow, DBOS.sleep(10).then(() => 'sleep')]);
      await slow;
      return finish(first);
    },
    { name: 'acts' },
  );
  const follows = DBOS.registerWorkflow(async () => finish(await step('slow', 'step')), { name: 'follows' });

  test('is other work, though branch and name are the same', async () => {
    expect(await because(of(acts, { crashesMax: 0 }), 'lineage')).toMatch(
      /does different work depending on timing: finish\(\) → "shipped" or finish\(\) → "refunded"/,
    );
    expect(await found(of(follows))).toBeNull();
  });
});

describe('a pool that was made outside of workflows', () => {
  type Job = () => Promise<unknown>;
  /** Takes jobs one by one, in an async context of its own. */
  const poolOf = (wrap: (job: Job) => Job) => {
    let next = (_job: Job): void => undefined;
    const worker = async (): Promise<void> => {
      for (;;) await (await new Promise<Job>((resolve) => (next = resolve)))();
    };
    return {
      open: () => void worker(),
      run: (job: Job) => new Promise((resolve, reject) => next(wrap(() => job().then(resolve, reject)))),
    };
  };
  const lost = poolOf((job) => job);
  const bound = poolOf((job) => AsyncResource.bind(job));
  const pooled = DBOS.registerWorkflow(() => lost.run(() => step('pooled')), { name: 'pooled' });
  const rebound = DBOS.registerWorkflow(() => bound.run(() => step('pooled')), { name: 'rebound' });

  test('runs steps as plain functions, which is objected to', async () => {
    const finding = await found({ ...of(pooled), setup: lost.open });
    expect(finding?.violations[0]).toMatchObject({
      check: 'floating',
      because: expect.stringContaining(
        'a step was called outside the async context of every workflow, while workflow w ran',
      ),
    });
    expect(finding?.script).toEqual([]);
  });

  test('is fine if it runs them in the context of the workflow', async () => {
    expect(await found({ ...of(rebound, { crashesMax: 0 }), setup: bound.open })).toBeNull();
  });

  const steps = DBOS.registerWorkflow(async () => [await step('one'), await step('two')].length, { name: 'steps' });

  test('a client may call steps as plain functions', async () => {
    const start = async (): Promise<void> => {
      const handle = await DBOS.startWorkflow(steps, { workflowID: 'w' })();
      await step('by the client');
      await handle.getResult();
    };
    expect(await found(program('client', start))).toBeNull();
  });
});

describe('a defect of the SDK', () => {
  const shares = DBOS.registerWorkflow(() => Promise.allSettled([DBOS.patch('p'), step('load')]), { name: 'shares' });
  const waits = DBOS.registerWorkflow(async () => [await DBOS.patch('p'), await step('load')].length, {
    name: 'waits',
  });

  test('that gives one function id to two calls is the SDK’s, with its version, and DBOS refuses one of them', async () => {
    const finding = await found(of(shares), ['engine', 'control']);
    const [mine, refused] = finding!.violations;
    expect(mine).toMatchObject({ check: 'engine', culprit: 'engine' });
    expect(mine!.because).toMatch(
      /^function id 0 of workflow w is given to two calls, load\(\) and DBOS\.patch-p\(\).*5\.3\.0/,
    );
    expect(refused!.because).toMatch(/^DBOSStepNondeterminismError \(37\) stops workflow w/);
    expect(await found(of(waits))).toBeNull();
  });

  const asks = DBOS.registerWorkflow(async () => (await DBOS.getWorkflowStatus('w'))?.status, { name: 'asks' });
  const asksLater = DBOS.registerWorkflow(
    async () => [await DBOS.now(), (await DBOS.getWorkflowStatus('w'))?.status].at(-1),
    { name: 'asksLater' },
  );

  const billed = DBOS.registerWorkflow(() => step('bill'), { name: 'billed' });
  const OPERATIONS = {
    resumeWorkflows: () => DBOS.resumeWorkflow('bill-1'),
    forkWorkflow: () => DBOS.forkWorkflow('bill-1', 0),
    rewindWorkflow: () => DBOS.rewindWorkflow('bill-1'),
  };
  type Operation = keyof typeof OPERATIONS;
  const operator = DBOS.registerWorkflow(
    async (operation: Operation, inStep: boolean) => {
      const operate = async (): Promise<string> => (await OPERATIONS[operation]()).workflowID;
      await (inStep ? DBOS.runStep(operate, { name: 'operate' }) : operate());
    },
    { name: 'operator' },
  );
  const operating = (operation: Operation, inStep: boolean): Program =>
    program(`${operation} ${inStep}`, async () => {
      await (await DBOS.startWorkflow(billed, { workflowID: 'bill-1' })()).getResult();
      await DBOS.startWorkflow(operator, { workflowID: 'w' })(operation, inStep);
    });

  test.each(Object.keys(OPERATIONS) as Operation[])(
    'that lets %s do its work in a step, and then fail, is the SDK’s; between steps there is nothing to it',
    async (operation) => {
      const [violation] = (await found(operating(operation, true), ['engine']))!.violations;
      expect(violation).toMatchObject({
        ...{ check: 'engine', culprit: 'engine' },
        because: expect.stringMatching(
          new RegExp(`^DBOS.${operation}, called by step operate\\(\\) .* takes effect, .* \\(21\\)`),
        ),
        fix: expect.stringContaining(`call DBOS.${operation} between steps`),
      });
      expect(await found(operating(operation, false), ['engine'])).toBeNull();
    },
  );

  test('that leaves an answer unrecorded is the SDK’s', async () => {
    const finding = await found(of(asks));
    expect(finding?.violations[0]).toMatchObject({
      check: 'engine',
      because: expect.stringMatching(
        /^getStatus\("w"\) at function id 0 of workflow w is answered, but its answer is not/,
      ),
    });
    expect(await found(of(asksLater))).toBeNull();
  });
});

test('a crash after the body of a step and before its checkpoint is the window between effect and checkpoint', async () => {
  const setup = (): void => void (bank.charges = []);
  const { reached } = await explore({ ...of(payment), setup }, { seed: 'windows', runsMax: 100 });
  expect(reached['crash after the effect, before its checkpoint']).toBeGreaterThan(0);
  expect(reached['crash before the checkpoint of a step without effects']).toBe(0);
});
