/** One program that uses all of the machine: what the laws of `cluster` are held over; and how the labels of its moves are read. */
import type { Decision, MoveKind, Workflow } from '../../harness/index.ts';
import { type Outside, scenarioOf } from './support.ts';

/** What may go wrong in a run of it. */
export const LIMITS = { executors: 2, crashesMax: 3, failuresMax: 2, suspensionsMax: 2, skewMs: 1_000 };

const parent =
  ({ world, database }: Outside): Workflow =>
  async (ctx) => {
    const charge = (what: string): Promise<number> => world.bank.charge(what);
    await Promise.allSettled([
      ctx.step('once', charge, 'once'),
      ctx.step({ name: 'stubborn', attemptsMax: 4, backoffMs: 30 }, charge, 'again'),
      ctx.step({ name: 'slow', timeoutMs: 20, attemptsMax: 2 }, charge, 'slow'),
      ctx.step('plain', () => database.commit('log', ({ log }) => log.push('plain'))),
    ]);
    const child = await ctx.start<string>('child', 'hello');
    await ctx.sleep(250);
    await Promise.allSettled([child.result(), ctx.recv('word', 900), ctx.now()]);
    await ctx.transaction('log', ({ log }: { log: string[] }) => log.push('paid'));
    await ctx.setEvent('done', true);
    return ctx.uuid();
  };

/** The scenario: two executors, a parent, its children, and workflows that are cancelled and resumed beside them. */
export const rich = scenarioOf(parent, {
  others: () => ({
    child: async (ctx, word: string) => {
      await ctx.send('w', word, 'word');
      return ctx.step('echo', (text: string) => new Promise((resolve) => setTimeout(resolve, 5, text)), word);
    },
    watcher: (ctx) => ctx.getEvent('w', 'done', 5_000),
  }),
  start: async (client) => {
    await client.start('main', { id: 'w' });
    await client.start('watcher', { id: 'watcher', queued: true });
    await client.cancel('watcher');
    await client.resume('watcher');
    await client.send('w', 'from outside', 'word');
  },
  limits: LIMITS,
});

/** Calm first: what is on its way comes in before anything new goes out, and nothing breaks by itself. */
export const RANKS: readonly (readonly MoveKind[])[] = [
  ['reply'],
  ['land'],
  ['claim'],
  ['client'],
  ['restart'],
  ['timer'],
  ['wake'],
  ['fail', 'crash', 'suspend', 'takeover'],
];

/** How late a move is among its kind of choice. */
export const rankOf = (kind: MoveKind): number => RANKS.findIndex((kinds) => kinds.includes(kind));

/** Whose move it is. */
export const executorOf = (label: string): string => /(?:executor-\d|client)/.exec(label)?.[0] ?? 'executor-1';

/** Labels of what is on its way, there or back. */
export const inFlight = ({ options }: Decision): string[] =>
  options.filter(({ kind }) => kind === 'reply' || kind === 'land').map(({ label }) => label);

/** `step#1` of `land step#1`. */
export const callOf = (label: string): string => label.replace(/^(?:reply|land) /, '');
