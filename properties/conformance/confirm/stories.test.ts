/** What the simulation says of the DBOS stories, the SDK's own database says as well: of the bugs, and of their fixes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { confirm, type RealDatabase } from '../../../harness/dbos/index.ts';
import { explore, replay, type Script, type Scenario } from '../../../harness/index.ts';
import { TWINS } from '../../../scenarios/dbos/index.ts';
import { KINDS } from './databases.ts';

const bugs = TWINS.filter(({ expect: outcome }) => outcome !== 'holds').map(({ scenario }) => scenario);
const correct = TWINS.filter(({ expect: outcome }) => outcome === 'holds').map(({ scenario }) => scenario);

/** Bugs whose minimal finding, or the harm that is looked for, is a workflow that comes to something else, and to what. */
const HARM: Readonly<Record<string, readonly string[]>> = {
  'sequences-together': ['SUCCESS'],
  'deadline-raced': ['SUCCESS'],
  'declined-by-class': ['error 26'],
  'fan-out-as-they-come': ['SUCCESS'],
  'gathered-when-ready': ['error 26'],
  'memory-around-step': ['error 26'],
  'message-from-step': ['SUCCESS'],
  'numbered-as-they-come': ['SUCCESS'],
  'patch-in-branch': ['SUCCESS'],
  'reaper-keyed-by-workflow': ['CANCELLED', 'SUCCESS'],
  'receive-raced': ['SUCCESS'],
  'settings-of-the-day': ['error 26'],
  'settings-swallowed': ['SUCCESS'],
  'status-asked-first': ['error 26'],
  'timer-raced': ['SUCCESS'],
};

/** Crashes at the first, the middle and the last moment of the calm run at which there can be one. */
async function crashesOf(scenario: Scenario): Promise<Script[]> {
  const { decisions } = await replay(scenario, []);
  const moments = decisions.flatMap(({ after, options }) => {
    const crash = options.find(({ label }) => /^(crash|suspend) /.test(label));
    return crash === undefined ? [] : [{ after, choose: crash.label }];
  });
  const chosen = new Set([0, moments.length >> 1, moments.length - 1]);
  // Where nothing can crash, there is the calm run.
  return moments.length === 0 ? [[]] : [...chosen].map((index) => [moments[index]!]);
}

describe.each(KINDS)('on $name', ({ open }) => {
  let database: RealDatabase;
  beforeAll(async () => void (database = await open()));
  afterAll(() => database?.close());

  test.each(bugs.map((scenario) => [scenario.name, scenario] as const))(
    'the finding of %s is confirmed, and so is what comes of it',
    async (name, scenario) => {
      const { finding } = await explore(scenario, { runsMax: 300 });
      const confirmation = await confirm(scenario, finding!.script, { database });
      const { confirmed, because, differences, violation, damage } = confirmation;
      expect({ confirmed, because, differences }).toMatchObject({ confirmed: true, differences: [] });
      expect(violation!.check).toBe(finding!.violations[0]!.check);
      const { workflows, confirmed: certain } = damage ?? confirmation;
      const harmed = workflows.filter(({ calm, real }) => JSON.stringify(calm) !== JSON.stringify(real));
      const harm = harmed.map(({ real, code }) => (code === null ? real?.status : `error ${code}`));
      expect({ name, certain, harm }).toEqual({ name, certain: true, harm: HARM[name] ?? [] });
    },
  );

  test.each(correct.map((scenario) => [scenario.name, scenario] as const))(
    '%s, crashed early, in the middle and late, comes to what the simulation says, and breaks no law',
    async (_, scenario) => {
      for (const script of await crashesOf(scenario)) {
        const { confirmed, because, differences } = await confirm(scenario, script, { database });
        const told = { script, confirmed, because, differences };
        expect(told).toEqual({
          script,
          confirmed: false,
          because: expect.stringMatching(/breaks no law/),
          differences: [],
        });
      }
    },
  );
});
