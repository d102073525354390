/**
 * Interleaved sequences. Two branches that each take one step after another race for positions: who is third depends on
 * whose first step answers sooner. With different step names the engine refuses to recover, for ever. With one name it
 * notices nothing and hands one branch the results of the other.
 */
import { type Context, model, scenario, type Workflow } from '../harness/index.ts';
import { caught, holds, type Story } from './story.ts';

const step = (text: string): string => text.toUpperCase();

/** The example of the DBOS documentation, nearly word for word. */
async function parallel(ctx: Context): Promise<unknown> {
  const seqA = async () => {
    await ctx.step('step1', step, 'a');
    return ctx.step('step2', step, 'b');
  };
  const seqB = async () => {
    await ctx.step('step3', step, 'c');
    return ctx.step('step4', step, 'd');
  };
  // wrong: both sequences take their positions from the same counter
  return Promise.allSettled([seqA(), seqB()]);
}

/** The same with one step name, and with closures: the journal sees no arguments that could tell the calls apart. */
async function alike(ctx: Context): Promise<unknown> {
  const seqA = async () => {
    await ctx.step('fetch', () => step('a'));
    return ctx.step('fetch', () => step('b'));
  };
  const seqB = async () => {
    await ctx.step('fetch', () => step('c'));
    return ctx.step('fetch', () => step('d'));
  };
  return Promise.allSettled([seqA(), seqB()]);
}

async function sequence(ctx: Context, [first, second]: readonly [string, string]): Promise<string> {
  await ctx.step('fetch', () => step(first));
  return ctx.step('fetch', () => step(second));
}

async function children(ctx: Context): Promise<unknown> {
  // correct: each sequence is a workflow of its own, and counts its own positions
  const seqA = await ctx.start('sequence', ['a', 'b']);
  const seqB = await ctx.start('sequence', ['c', 'd']);
  return Promise.allSettled([seqA.result(), seqB.result()]);
}

const started = (name: string, program: Workflow) =>
  scenario({
    name,
    engine: model({ workflows: () => ({ program, sequence }) }),
    start: (client) => client.start('program', { id: 'w-1' }),
  });

export const interleaved: Story = {
  name: 'interleaved',
  title: 'Interleaved sequences of steps',
  about:
    'Sequences that run side by side in one workflow race for positions; make each a child workflow (DBOS, workflow tutorial, "Determinism").',
  twins: [
    caught(started('interleaved-different-names', parallel), 'lineage', 1, { replay: 2 }),
    caught(started('interleaved-same-name', alike), 'lineage', 1, { results: 2 }),
    holds(started('interleaved-children', children), { crashesMax: 1, othersMax: 2 }),
  ],
};
