/**
 * vercel/workflow#4089: all items of a list in one `Promise.allSettled`, each by the same steps. Two replays at a time drew
 * positions in different orders, and the workflow succeeded with the result of one item written to the row of another.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../../harness/dbos/index.ts';
import { scenario } from '../../../harness/index.ts';
import { caught, holds, must, type Story } from '../../story.ts';

/** The table that the workflow fills. */
const table = new Map<string, string>();

const summarize = (item: string): Promise<string> =>
  DBOS.runStep(() => Promise.resolve(`summary of ${item}`), { name: 'process' });

function save(item: string, summary: string): Promise<string> {
  const write = async (): Promise<string> => {
    table.set(item, summary);
    return `row of ${item}`;
  };
  return DBOS.runStep(write, { name: 'process' });
}

const summarized = async (item: string): Promise<string> => save(item, await summarize(item));

const ITEMS = ['first', 'second'];

// wrong: which item takes the third position depends on which summary is there first
const together = DBOS.registerWorkflow(
  async () => {
    const settled = await Promise.allSettled(ITEMS.map(summarized));
    return settled.map(({ status }) => status);
  },
  { name: 'summarizeTogether' },
);

const summary = DBOS.registerWorkflow(summarized, { name: 'summary' });

// correct: each item counts its own positions
const inChildren = DBOS.registerWorkflow(
  async () => {
    const handles = [];
    for (const item of ITEMS) handles.push(await DBOS.startWorkflow(summary)(item));
    const settled = await Promise.allSettled(handles.map((handle) => handle.getResult()));
    return settled.map(({ status }) => status);
  },
  { name: 'summarizeInChildren' },
);

const summarizing = (name: string, workflow: () => Promise<unknown>) =>
  scenario({
    name,
    engine: dbos(),
    setup: () => table.clear(),
    start: () => DBOS.startWorkflow(workflow, { workflowID: 'import-1' })(),
    check: () => {
      for (const item of ITEMS)
        must(table.get(item) === `summary of ${item}`, `the row of ${item} holds ${table.get(item) ?? 'nothing'}`);
    },
  });

/** Museum: results written to the rows of others. */
export const rows: Story = {
  name: 'rows',
  title: 'A list in one gather, two steps for each item',
  about: 'Where steps share a name, a swap of positions goes unnoticed: the workflow succeeds with wrong data.',
  report: 'vercel/workflow#4089',
  twins: [
    caught(summarizing('rows-together', together), 'lineage', 1, { check: 3 }),
    holds(summarizing('rows-in-children', inChildren)),
  ],
};
