/**
 * Messages. A `recv` with a timeout records what it got, message or nothing. A `recv` that has lost a race still waits in
 * the background, and takes the next message on its topic away from whoever asks for it later.
 */
import { type Context, model, scenario } from '../harness/index.ts';
import { caught, holds, must, type Story } from './story.ts';

const DAY_MS = 86_400_000;

/** Waits for an answer as long as it takes, with a reminder every day. */
async function hear(ctx: Context, who: string): Promise<string> {
  for (;;) {
    const answer = await ctx.recv<string>(who, DAY_MS);
    if (answer !== null) return answer;
    await ctx.step('remind', () => `${who} has not answered yet`);
  }
}

/** A manager and an auditor each send one answer, in any order. */
const approval = (name: string, approve: (ctx: Context) => Promise<readonly (string | null)[]>) =>
  scenario({
    name,
    engine: model({ workflows: () => ({ approve }) }),
    start: async (client) => {
      await client.start('approve', { id: 'request-1' });
      await Promise.all(['manager', 'auditor'].map((who) => client.send('request-1', `${who}: yes`, who)));
    },
    check: ({ results }) => must(results['request-1']?.status === 'SUCCESS', 'the request was not approved'),
    // A loop that hears nothing goes on for ever: no need to watch it for long.
    limits: { movesMax: 1_000 },
  });

const inTurn = approval('approval-in-turn', async (ctx) => {
  // correct: one after the other; an early message waits in the mailbox
  const manager = await hear(ctx, 'manager');
  return [manager, await hear(ctx, 'auditor')];
});

const raced = approval('approval-raced', async (ctx) => {
  // wrong: the loser of the race goes on waiting, and its message reaches nobody
  const first = await Promise.race([ctx.recv<string>('manager', DAY_MS), ctx.recv<string>('auditor', DAY_MS)]);
  const other = first?.startsWith('manager') === true ? 'auditor' : 'manager';
  return [first, await hear(ctx, other)];
});

export const approvals: Story = {
  name: 'approval',
  title: 'A recv with a timeout, and the message lost to a race of two',
  about:
    'A recv cannot be called off: the loser of a race still consumes a message (the docs are silent; measured on DBOS 5.3: a lost message, without a crash).',
  twins: [holds(inTurn), caught(raced, 'progress', 0)],
};
