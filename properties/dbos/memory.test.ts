/** Modules that processes share keep what they remember in a crash: findings that come of it are not told as replay bugs. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { expect, test } from 'vitest';
import { explore, NotDeterministicError } from '../../harness/index.ts';
import { sameNames } from './programs.ts';
import { of, program } from './support.ts';

const rates = new Map<string, number>();

const convert = DBOS.registerWorkflow(
  async () => {
    const rate = rates.get('EUR') ?? (await DBOS.runStep(() => Promise.resolve(125), { name: 'rate' }));
    rates.set('EUR', rate);
    return DBOS.runStep(() => Promise.resolve(8 * rate), { name: 'convert' });
  },
  { name: 'convert-shared' },
);

const converting = (setup?: () => void) => ({
  ...program('shared memory', () => DBOS.startWorkflow(convert, { workflowID: 'w' })()),
  ...(setup === undefined ? {} : { setup }),
});

test('a finding that only memory explains says so first, shows both calls, and what to do', async () => {
  const { finding } = await explore(
    converting(() => rates.clear()),
    { runsMax: 50 },
  );
  const [memory, replay] = finding!.violations;
  expect([memory!.check, replay!.check]).toEqual(['memory', 'replay']);
  expect(memory!.because).toMatch(
    /started once more in the same process.* calls convert\(\) at function id 0, where it called rate\(\)/,
  );
  expect(memory!.fix).toContain('dbos({ app: () => import("./app") })');
  expect(memory!.evidence).toEqual(replay!.evidence);
});

test('memory that no setup resets is noticed before anything is found', async () => {
  rates.clear();
  await expect(explore(converting(), { runsMax: 50 })).rejects.toThrow(NotDeterministicError);
});

test('a finding that memory does not explain is told as it is', async () => {
  const { finding } = await explore(of(sameNames), { checks: ['results'], seed: 'memory' });
  expect(finding!.violations.map(({ check }) => check)).toEqual(['results']);
});

test('a fake that remembers does not make memory suspicious: what it answers is recorded', async () => {
  let receipts = 0;
  const buy = DBOS.registerWorkflow(
    async () => {
      const receipt = await DBOS.runStep(() => Promise.resolve(++receipts), { name: 'charge' });
      if (receipt > 1) await DBOS.runStep(() => Promise.resolve(), { name: 'apologize' });
      return DBOS.runStep(() => Promise.resolve(), { name: 'ship' });
    },
    { name: 'buy-remembered' },
  );
  const tried = {
    ...program('remembers', () => DBOS.startWorkflow(buy, { workflowID: 'w' })()),
    setup: () => (receipts = 0),
    check: () => expect(receipts).toBe(1),
  };
  const { finding } = await explore(tried, { runsMax: 50 });
  expect(finding!.violations.map(({ check }) => check)).toEqual(['check']);
});
