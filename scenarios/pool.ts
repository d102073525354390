/**
 * Worker pools. Workers that share a queue take whatever comes next. With one step per task that is harmless: position k is
 * always task k, whoever works on it. With two, the second steps land wherever their worker happens to be.
 */
import { type Context, model, scenario } from '../harness/index.ts';
import { caught, holds, type Story } from './story.ts';

const PHOTOS = ['beach', 'harbour', 'market'];

/** Two workers go through the photos, one after another, until the queue is empty. */
const pool = (name: string, task: (ctx: Context, photo: string) => Promise<string>) =>
  scenario({
    name,
    engine: model({
      workflows: () => ({
        resize: async (ctx: Context) => {
          const queue = [...PHOTOS];
          const done: Record<string, string> = {};
          const worker = async (): Promise<void> => {
            for (let photo = queue.shift(); photo !== undefined; photo = queue.shift())
              done[photo] = await task(ctx, photo);
          };
          await Promise.all([worker(), worker()]);
          return PHOTOS.map((photo) => done[photo]);
        },
      }),
    }),
    start: (client) => client.start('resize', { id: 'album-1' }),
  });

// correct: tasks are numbered by the queue, and a task takes exactly one position
const oneStep = pool('pool-one-step', (ctx, photo) => ctx.step('resize', () => `small ${photo}`));

const twoSteps = pool('pool-two-steps', async (ctx, photo) => {
  const small = await ctx.step('resize', () => `small ${photo}`);
  // wrong: between two steps of one task there is room for a step of another
  return ctx.step('upload', () => `${small}, uploaded`);
});

export const pools: Story = {
  name: 'pool',
  title: 'A pool of workers over a shared queue',
  about:
    'Workers race for positions unless every task takes exactly one; start longer tasks as child workflows (DBOS, workflow tutorial, "Determinism", applied to the usual concurrency limiter).',
  twins: [holds(oneStep), caught(twoSteps, 'lineage', 1, { replay: 2, results: 2 })],
};
