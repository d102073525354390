/**
 * Work fanned out to a queue, and its results brought together: one workflow enqueues the tasks, the queue says how many
 * run at a time.
 */
import { DBOS, type WorkflowHandle } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../../harness/dbos/index.ts';
import { scenario } from '../../../harness/index.ts';
import { caught, holds, type Story } from '../../story.ts';

const index = DBOS.registerWorkflow(
  (page: string) => DBOS.runStep(() => Promise.resolve(`words of ${page}`), { name: 'index' }),
  { name: 'index' },
);

const append = DBOS.registerStep((words: string) => Promise.resolve(`${words} appended`), { name: 'append' });

const PAGES = ['page-1', 'page-2'];

type Handles = WorkflowHandle<string>[];

const indexing = (name: string, gather: (handles: Handles) => Promise<string[]>) =>
  DBOS.registerWorkflow(
    async () => {
      const handles: Handles = [];
      for (const page of PAGES) handles.push(await DBOS.startWorkflow(index, { queueName: 'pages' })(page));
      return gather(handles);
    },
    { name },
  );

const asTheyCome = indexing('indexAsTheyCome', async (handles) => {
  const waiting = new Map(handles.map((handle, at) => [at, handle.getResult().then((words) => ({ at, words }))]));
  const appended: string[] = [];
  while (waiting.size > 0) {
    // wrong: which result comes first is recorded nowhere
    const { at, words } = await Promise.race(waiting.values());
    waiting.delete(at);
    appended.push(await append(words));
  }
  return appended;
});

const inOrder = indexing('indexInOrder', async (handles) => {
  const appended: string[] = [];
  // correct: results are taken in the order in which they were asked for
  for (const handle of handles) appended.push(await append(await handle.getResult()));
  return appended;
});

const building = (name: string, workflow: () => Promise<string[]>) =>
  scenario({
    name,
    engine: dbos(),
    start: async () => {
      await DBOS.registerQueue('pages', { concurrency: 2 });
      await DBOS.startWorkflow(workflow, { workflowID: 'book-1' })();
    },
  });

/** Pattern: fan out to a queue, gather the results. */
export const fanOuts: Story = {
  name: 'fan-out',
  title: 'Tasks on a queue, and what becomes of their results',
  about:
    'Results may come in any order; what is done with them must not depend on it (DBOS, "Queues and concurrency").',
  twins: [
    caught(building('fan-out-as-they-come', asTheyCome), 'lineage', 1),
    holds(building('fan-out-in-order', inOrder)),
  ],
};
