/**
 * Interleaved sequences. Two branches that each take one step after another race for positions: who is third depends on
 * whose first step answers sooner. With different step names the engine refuses to recover, for ever. With one name it
 * notices nothing and hands one branch the results of the other.
 */
import { type Context, model, scenario } from '../harness/index.ts';
import { caught, holds, type Story } from './story.ts';

type NameOf = (verb: 'list' | 'read', feed: string) => string;

/** One sequence: lists a feed, then reads what is on top. The steps are closures, so the journal sees no arguments. */
async function digest(ctx: Context, feed: string, nameOf: NameOf): Promise<string> {
  const top = await ctx.step(nameOf('list', feed), () => `top of ${feed}`);
  return ctx.step(nameOf('read', feed), () => `text of ${top}`);
}

const branches = (name: string, nameOf: NameOf) =>
  scenario({
    name,
    engine: model({
      workflows: () => ({
        // wrong: both sequences take their positions from the same counter
        digest: (ctx: Context) => Promise.all([digest(ctx, 'news', nameOf), digest(ctx, 'mail', nameOf)]),
      }),
    }),
    start: (client) => client.start('digest', { id: 'digest-1' }),
  });

const differentNames = branches('interleaved-different-names', (verb, feed) => `${verb} ${feed}`);

const sameName = branches('interleaved-same-name', () => 'fetch');

const children = scenario({
  name: 'interleaved-children',
  engine: model({
    workflows: () => ({
      feed: (ctx: Context, feed: string) => digest(ctx, feed, () => 'fetch'),
      digest: async (ctx: Context) => {
        // correct: each sequence is a workflow and counts its own positions
        const news = await ctx.start<string>('feed', 'news');
        const mail = await ctx.start<string>('feed', 'mail');
        return Promise.all([news.result(), mail.result()]);
      },
    }),
  }),
  start: (client) => client.start('digest', { id: 'digest-1' }),
});

export const interleaved: Story = {
  name: 'interleaved',
  title: 'Interleaved sequences of steps',
  about:
    'Sequences that run side by side in one workflow race for positions; make each a child workflow (DBOS, workflow tutorial, "Determinism").',
  twins: [
    caught(differentNames, 'lineage', 1, { replay: 2 }),
    caught(sameName, 'lineage', 1, { results: 2 }),
    holds(children, { crashesMax: 1, othersMax: 2 }),
  ],
};
