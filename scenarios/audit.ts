/**
 * Floating calls. A step that nobody awaits may still be running when its workflow ends: whether its effect takes place is
 * then a matter of luck, and its outcome is recorded nowhere.
 */
import { type Context, type Handles, model, scenario, service } from '../harness/index.ts';
import { caught, holds, must, type Story } from './story.ts';

/** A log of who did what. Writing the same line twice changes nothing. */
const audit = service([] as readonly string[], {
  write: (lines, line: string) => ({ state: lines.includes(line) ? lines : [...lines, line], reply: null }),
});

type Log = Handles<{ audit: typeof audit }>['audit'];

/** Closes an account, and leaves a line in the audit log. */
const closing = (name: string, close: (ctx: Context, log: Log) => Promise<string>) =>
  scenario({
    name,
    engine: model({
      world: { audit },
      workflows: ({ world }) => ({ close: (ctx: Context) => close(ctx, world.audit) }),
    }),
    start: (client) => client.start('close', { id: 'account-1' }),
    check: ({ world }) => must(world.audit.length === 1, 'the audit log does not say who closed the account'),
  });

const awaited = closing('audit-awaited', async (ctx, log) => {
  // correct: ends when all it started has ended
  await ctx.step('audit', () => log.write('closed account-1'));
  return ctx.step('close', () => 'closed');
});

const floating = closing('audit-floating', async (ctx, log) => {
  // wrong: nobody waits for it
  void ctx.step('audit', () => log.write('closed account-1'));
  return ctx.step('close', () => 'closed');
});

export const audits: Story = {
  name: 'audit',
  title: 'A step that nobody awaits',
  about:
    'A workflow that ends while a step still runs loses its outcome, and a rejection ends the process (DBOS refuses the late record with DBOSWorkflowConflictError).',
  twins: [holds(awaited), caught(floating, 'floating', 0)],
};
