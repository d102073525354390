/**
 * Two sequences side by side. Each takes one step after another, so who is third depends on whose first step answers
 * sooner. All steps share a name: DBOS notices nothing, and hands one site the pages of the other.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../harness/dbos/index.ts';
import { scenario } from '../../harness/index.ts';
import { caught, holds, type Story } from '../story.ts';

const download = (page: string): Promise<string> => Promise.resolve(`text of ${page}`);

const fetchPage = (page: string): Promise<string> => DBOS.runStep(() => download(page), { name: 'fetch' });

async function readSite(site: string): Promise<string[]> {
  return [await fetchPage(`${site}/1`), await fetchPage(`${site}/2`)];
}

// wrong: both sequences take their positions from the same counter
const together = DBOS.registerWorkflow(() => Promise.all([readSite('a'), readSite('b')]), { name: 'readTogether' });

const reading = DBOS.registerWorkflow(readSite, { name: 'readSite' });

// correct: each sequence is a workflow of its own, and counts its own positions
const children = DBOS.registerWorkflow(
  async () => {
    const a = await DBOS.startWorkflow(reading)('a');
    const b = await DBOS.startWorkflow(reading)('b');
    return [await a.getResult(), await b.getResult()];
  },
  { name: 'readInChildren' },
);

const started = (name: string, workflow: () => Promise<unknown>) =>
  scenario({ name, engine: dbos(), start: () => DBOS.startWorkflow(workflow, { workflowID: 'reading-1' })() });

/** Shape: several awaited steps in each branch of one workflow. */
export const sequences: Story = {
  name: 'sequences',
  title: 'Two sequences of steps side by side',
  about:
    'Sequences that run side by side in one workflow race for positions; make each a child workflow (DBOS, workflow tutorial, "Determinism").',
  twins: [
    caught(started('sequences-together', together), 'lineage', 1),
    holds(started('sequences-in-children', children), { crashesMax: 1, othersMax: 2 }),
  ],
};
