/**
 * Parallel steps. A call takes its position when it is made, so calls that are made in a fixed order may run side by side
 * and answer in any order, failures included. All of them have to be awaited, though.
 */
import { type Context, model, scenario, service } from '../harness/index.ts';
import { caught, holds, type Story } from './story.ts';

const PAGES = ['home', 'news', 'about', 'gone'];

/** A web site that lacks one of the pages. Reading changes nothing. */
const web = service(null, {
  fetch: (state, page: string) => {
    if (page === 'gone') throw new Error('404');
    return { state, reply: `<h1>${page}</h1>` };
  },
});

/** Fetches every page, one step each, and gathers the answers its own way. */
const crawl = (name: string, gather: (fetches: Promise<string>[]) => Promise<unknown>) =>
  scenario({
    name,
    engine: model({
      world: { web },
      workflows: ({ world }) => ({
        crawl: (ctx: Context) => gather(PAGES.map((page) => ctx.step('fetch', () => world.web.fetch(page)))),
      }),
    }),
    start: (client) => client.start('crawl', { id: 'crawl-1' }),
  });

const settled = crawl('parallel-all-settled', async (fetches) => {
  // correct: waits for every step, and each outcome stands at a position of its own
  const pages = await Promise.allSettled(fetches);
  return pages.map((page) => (page.status === 'fulfilled' ? page.value : 'missing'));
});

const abandoned = crawl('parallel-abandoned', async (fetches) => {
  try {
    // wrong: the first failure ends the wait, and steps that are still running are left to themselves
    return await Promise.all(fetches);
  } catch {
    return 'a page is missing';
  }
});

export const parallel: Story = {
  name: 'parallel',
  title: 'Parallel steps, one of them failing',
  about:
    'Steps that start in a fixed order may run side by side (DBOS, workflow tutorial, "Determinism": prefer Promise.allSettled to Promise.all).',
  twins: [holds(settled, { crashesMax: 1, othersMax: 2 }), caught(abandoned, 'floating', 1)],
};
