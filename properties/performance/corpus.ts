/**
 * Programs with one bug each, of the shapes on which schedulers are compared: workflows on the model engine, every
 * operation a step that calls the outside world (four moves: the call lands and is answered, so is its record). The calm
 * run of each is right; `check` objects to the runs that are not.
 *
 * Sources: SCTBench (Thomson, Donaldson, Betts, PPoPP 2014) for `reorder` and `twostage`, with children started one after
 * another as in SURW (Zhao et al., ASPLOS 2025); ALICE (OSDI 2014) for the crash windows.
 */
import { type Client, type Context, type Limits, model, type Scenario, service } from '../../harness/index.ts';
import { must } from '../../scenarios/story.ts';

const CALM: Partial<Limits> = { crashesMax: 0 };
const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** Measuring hands programs on and never looks into their types. */
const program = <C, W, T>(description: Scenario<C, W, T>): Scenario => description as unknown as Scenario;

/** Counts what is done, by number. */
const ledger = service([] as readonly number[], {
  enter: (entries, item: number) => ({ state: [...entries, item], reply: null }),
});

/** A short task goes wrong if it runs after a task of `steps` steps that starts later. */
const order = (steps: number): Scenario =>
  program({
    name: `order(${steps})`,
    engine: model({
      world: { ledger },
      workflows: ({ world }) => ({
        short: (ctx: Context) => ctx.step('short', () => world.ledger.enter(-1)),
        long: async (ctx: Context) => {
          for (const item of upTo(steps)) await ctx.step('long', () => world.ledger.enter(item));
        },
      }),
    }),
    start: (client) => Promise.all([client.start('short', { id: 'short' }), client.start('long', { id: 'long' })]),
    check: ({ world }) => must(world.ledger.at(-1) !== -1, 'the short task came last'),
    limits: CALM,
  });

/** A place for one number. */
const cell = service(0, {
  set: (_, value: number) => ({ state: value, reply: null }),
  get: (value) => ({ state: value, reply: value }),
});

/** A parent that starts `count` writers one after another, then one reader. */
const family = (count: number) => async (ctx: Context) => {
  for (const _ of upTo(count)) await ctx.start('writer');
  await ctx.start('reader');
};

/** Writers set `a` to 1, then `b` to -1; the reader takes both for one change. */
const reorder = (writers: number): Scenario =>
  program({
    name: `reorderS(${writers})`,
    engine: model({
      world: { a: cell, b: cell, seen: ledger },
      workflows: ({ world }) => ({
        parent: family(writers),
        writer: async (ctx: Context) => {
          await ctx.step('set a', () => world.a.set(1));
          await ctx.step('set b', () => world.b.set(-1));
        },
        reader: async (ctx: Context) => {
          const a = await ctx.step('get a', () => world.a.get(undefined));
          const b = await ctx.step('get b', () => world.b.get(undefined));
          await ctx.step('compare', () => world.seen.enter(a + b));
        },
      }),
    }),
    start: (client) => client.start('parent', { id: 'parent' }),
    check: ({ world }) => must(world.seen[0] === 0, `half a change was seen: ${world.seen[0]}`),
    limits: CALM,
  });

/** Writers set `first` to 1, then `second` to one more than it; the reader expects the second stage to follow the first. */
const twostage = (writers: number): Scenario =>
  program({
    name: `twostageS(${writers})`,
    engine: model({
      world: { first: cell, second: cell, seen: ledger },
      workflows: ({ world }) => ({
        parent: family(writers),
        writer: async (ctx: Context) => {
          await ctx.step('first', () => world.first.set(1));
          const stage = await ctx.step('look', () => world.first.get(undefined));
          await ctx.step('second', () => world.second.set(stage + 1));
        },
        reader: async (ctx: Context) => {
          const first = await ctx.step('get first', () => world.first.get(undefined));
          const second = first === 0 ? 1 : await ctx.step('get second', () => world.second.get(undefined));
          await ctx.step('compare', () => world.seen.enter(second - first));
        },
      }),
    }),
    start: (client) => client.start('parent', { id: 'parent' }),
    check: ({ world }) => must(world.seen[0] === 1, 'the first stage was seen without the second'),
    limits: CALM,
  });

/** A child is cancelled when its last step is done and its end is not yet written: all is done, and its parent fails. */
const lateCancel = (steps: number): Scenario =>
  program({
    name: `lateCancel(${steps})`,
    engine: model({
      world: { ledger },
      workflows: ({ world }) => ({
        parent: async (ctx: Context) => {
          const child = await ctx.start('child', undefined, { id: 'child' });
          await child.result().catch(() => null);
        },
        child: async (ctx: Context) => {
          for (const item of upTo(steps)) await ctx.step('work', () => world.ledger.enter(item));
        },
      }),
    }),
    start: (client) =>
      Promise.all([
        client.start('parent', { id: 'parent' }),
        // Before the child is there, nobody is.
        client.cancel('child').catch(() => undefined),
      ]),
    check: ({ world, results }) =>
      must(results['child']?.status !== 'CANCELLED' || world.ledger.length < steps, 'cancelled, and all done'),
    limits: CALM,
  });

/** A workflow of `steps` steps whose effects may be repeated, but for those of the steps in `once`. */
const sequence =
  (steps: number, once: readonly number[]) =>
  ({ world }: { readonly world: { readonly ledger: { enter(item: number, key?: string): Promise<null> } } }) => ({
    main: async (ctx: Context) => {
      for (const item of upTo(steps))
        await ctx.step('work', () => world.ledger.enter(item, once.includes(item) ? undefined : `${item}`));
    },
  });

/** Each of these crashes must hit the window between effect and record of its step, counted from 0. */
const crash = (name: string, steps: number, windows: readonly number[]): Scenario =>
  program({
    name,
    engine: model({ world: { ledger }, workflows: sequence(steps, windows) }),
    start: (client) => client.start('main', { id: 'main' }),
    check: ({ world }) =>
      must(
        windows.some((item) => world.ledger.indexOf(item) === world.ledger.lastIndexOf(item)),
        'every effect that must not be repeated was',
      ),
    limits: { crashesMax: windows.length },
  });

/** A long pause, and another executor takes over; when the first goes on, it does something after the end. */
const zombie = (steps: number): Scenario =>
  program({
    name: `zombie(${steps})`,
    engine: model({ world: { ledger }, workflows: sequence(steps, upTo(steps)) }),
    start: (client) => client.start('main', { id: 'main' }),
    check: ({ world }) => must(world.ledger.at(-1) === steps - 1, 'something was done after the last step'),
    limits: { executors: 2, crashesMax: 0, suspensionsMax: 1 },
  });

/** Two workflows lose an update between them, beside `others` workflows of `steps` steps that have nothing to do with it. */
const indep = (others: number, steps: number): Scenario =>
  program({
    name: `indep(${others},${steps})`,
    engine: model({
      world: { shared: cell, ledger },
      workflows: ({ world }) => ({
        other: async (ctx: Context) => {
          for (const item of upTo(steps)) await ctx.step('work', () => world.ledger.enter(item));
        },
        increment: async (ctx: Context) => {
          const value = await ctx.step('get', () => world.shared.get(undefined));
          await ctx.step('set', () => world.shared.set(value + 1));
        },
      }),
    }),
    start: (client: Client) =>
      Promise.all([
        ...upTo(others).map((index) => client.start('other', { id: `other-${index}` })),
        client.start('increment', { id: 'one' }),
        client.start('increment', { id: 'two' }),
      ]),
    check: ({ world }) => must(world.shared === 2, 'an update was lost'),
    limits: CALM,
  });

/** Every program, by the shape of its bug. */
export const CORPUS: readonly Scenario[] = [
  ...[12, 25].map(order),
  ...[5, 10, 20].map(reorder),
  ...[10, 20].map(twostage),
  ...[10, 30].map(lateCancel),
  ...[10, 30].map((steps) => crash(`crash1(${steps},last)`, steps, [steps - 1])),
  crash('crash2(10;3,8)', 10, [3, 8]),
  zombie(10),
  indep(6, 4),
];
