/**
 * Settings that change while a workflow runs. A loop over them takes other steps when it is replayed. DBOS refuses the
 * replay with an error, which a `catch` around each step takes for a failed step, and ends with a wrong result.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../harness/dbos/index.ts';
import { scenario } from '../../harness/index.ts';
import { caught, holds, type Story } from '../story.ts';

const DAY_MS = 86_400_000;

const settings = { regions: ['east', 'west'] };

/** Deploys to one region, and watches it for a day. */
async function deploy(region: string): Promise<string> {
  await DBOS.runStep(() => Promise.resolve(), { name: `deploy to ${region}` });
  await DBOS.sleep(DAY_MS);
  return region;
}

async function rollOut(regions: readonly string[]): Promise<string[]> {
  const done: string[] = [];
  for (const region of regions) done.push(await deploy(region));
  return done;
}

// wrong: a replay goes through the settings of another day
const ofTheDay = DBOS.registerWorkflow(() => rollOut(settings.regions), { name: 'rollOutOfTheDay' });

const swallowed = DBOS.registerWorkflow(
  async () => {
    const done: string[] = [];
    for (const region of settings.regions)
      try {
        done.push(await deploy(region));
      } catch {
        // wrong as well: here ends the error that says so
      }
    return done;
  },
  { name: 'rollOutSwallowed' },
);

// correct: what a workflow depends on is its input, which is recorded
const asInput = DBOS.registerWorkflow(rollOut, { name: 'rollOutAsInput' });

const rollingOut = (name: string, workflow: (regions: readonly string[]) => Promise<string[]>) =>
  scenario({
    name,
    engine: dbos(),
    setup: () => void (settings.regions = ['east', 'west']),
    start: async () => {
      await DBOS.startWorkflow(workflow, { workflowID: 'release-1' })(settings.regions);
      await wait(DAY_MS / 2);
      settings.regions = ['west', 'east'];
    },
  });

/** Shapes: a loop over settings that change; an error of DBOS that is swallowed. */
export const rollOuts: Story = {
  name: 'settings',
  title: 'A loop over settings that change',
  about:
    'Settings are read anew by every replay; make them an input, or read them in a step (DBOS, workflow tutorial, "Determinism").',
  twins: [
    caught(rollingOut('settings-of-the-day', ofTheDay), 'replay', 1),
    caught(rollingOut('settings-swallowed', swallowed), 'replay', 1),
    holds(rollingOut('settings-as-input', asInput)),
  ],
};
