/**
 * What people do to a program whose failures are saved: 20 edits of a scenario on the model engine, each as it would be
 * made in the text of any of its workflows. None but the last is meant to mend or break anything.
 */
import {
  type Client,
  type Context,
  type Limits,
  limitsOf,
  model,
  type Program,
  type Scenario,
  type StepOptions,
  type Workflow,
} from '../../harness/index.ts';

/** Programs are handed on, and nobody looks into their types. */
export type AnyProgram = Program<Record<never, never>, Record<never, never>>;

/** A scenario, and the program that its engine runs. */
export interface Editable {
  readonly scenario: Scenario;
  readonly program: AnyProgram;
  /** The names of the steps that the calm run makes, in order. */
  readonly steps: readonly string[];
  /** The same program without the bug. */
  readonly mended: Scenario;
}

/** What an edit changes; what it leaves out stays as it is. */
interface Change {
  /** What one execution of a workflow sees. */
  readonly context?: (ctx: Context) => Context;
  /** What one execution of a workflow does around what it did. */
  readonly body?: (ctx: Context, run: () => Promise<unknown>) => Promise<unknown>;
  readonly limits?: Partial<Limits>;
  readonly start?: (client: Client, start: () => unknown) => unknown;
}

function changed({ scenario, program }: Editable, { context, body, limits, start }: Change): Scenario {
  const workflows: AnyProgram['workflows'] = (surroundings) =>
    Object.fromEntries(
      Object.entries({ ...program.workflows(surroundings), another }).map(([name, workflow]) => [
        name,
        name === 'another'
          ? workflow
          : (ctx: Context, input: never) => {
              const run = async (): Promise<unknown> => workflow(context?.(ctx) ?? ctx, input);
              return body === undefined ? run() : body(ctx, run);
            },
      ]),
    );
  const begin = scenario.start as (client: Client) => unknown;
  return {
    ...scenario,
    engine: model({ ...program, workflows }) as unknown as Scenario['engine'],
    start: (client: Client) => (start === undefined ? begin(client) : start(client, () => begin(client))),
    limits: { ...scenario.limits, ...limits },
  };
}

/** A workflow that has nothing to do with the others. */
const another: Workflow = (ctx) => ctx.step('elsewhere', () => 'done');

type Made = (what: string | StepOptions, body: () => unknown, ...args: unknown[]) => Promise<unknown>;

/** `ctx`, with steps made by `made`. */
const steps =
  (made: (ctx: Context) => Made) =>
  (ctx: Context): Context => {
    const step = made(ctx);
    return new Proxy(ctx, {
      get: (target, key) => {
        if (key === 'step') return step;
        const value: unknown = Reflect.get(target, key);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  };

const plain =
  (ctx: Context): Made =>
  (what, body, ...args) =>
    ctx.step(what, body, ...(args as []));
const nameOf = (what: string | StepOptions): string => (typeof what === 'string' ? what : what.name);
const renamed = (what: string | StepOptions, name: string): string | StepOptions =>
  typeof what === 'string' ? name : { ...what, name };

/** Steps whose calls `change` sees: what is made of one, and whether it is the first of its execution. */
const eachStep = (
  change: (make: () => Promise<unknown>, ctx: Context, first: boolean, what: string | StepOptions) => unknown,
) =>
  steps((ctx) => {
    let first = true;
    return async (what, body, ...args) => {
      const isFirst = first;
      first = false;
      return change(() => plain(ctx)(what, body, ...args), ctx, isFirst, what);
    };
  });

const named = (name: (old: string) => string) =>
  steps(
    (ctx) =>
      (what, body, ...args) =>
        plain(ctx)(renamed(what, name(nameOf(what))), body, ...args),
  );

const log = (ctx: Context): Promise<unknown> => ctx.step('log', () => 'logged');

async function endingWith(run: () => Promise<unknown>, last: () => Promise<unknown>): Promise<unknown> {
  try {
    return await run();
  } finally {
    await last();
  }
}

/** Without the steps of one name. */
const without = (name: string | undefined) =>
  steps(
    (ctx) =>
      (what, body, ...args) =>
        nameOf(what) === name ? Promise.resolve(null) : plain(ctx)(what, body, ...args),
  );

/** Every edit by its name. */
export const EDITS: Readonly<Record<string, (editable: Editable) => Scenario>> = {
  'a step added at the beginning': (one) => changed(one, { body: (ctx, run) => log(ctx).then(run) }),
  'a step added at the end': (one) => changed(one, { body: (ctx, run) => endingWith(run, () => log(ctx)) }),
  'a step added before each': (one) =>
    changed(one, { context: eachStep(async (make, ctx) => [await log(ctx), await make()][1]) }),
  'a step added after each': (one) =>
    changed(one, { context: eachStep(async (make, ctx) => [await make(), await log(ctx)][0]) }),
  'the first step made twice': (one) =>
    changed(one, {
      context: eachStep(async (make, ctx, first, what) => {
        if (first) await ctx.step(nameOf(what), () => 'tried first');
        return make();
      }),
    }),
  'all steps renamed': (one) => changed(one, { context: named((name) => `${name} v2`) }),
  'the first step renamed': (one) =>
    changed(one, { context: named((name) => (name === one.steps[0] ? `${name} v2` : name)) }),
  'the last step renamed': (one) =>
    changed(one, { context: named((name) => (name === one.steps.at(-1) ? `${name} v2` : name)) }),
  'all steps called alike': (one) => changed(one, { context: named(() => 'work') }),
  'the first call made a turn later': (one) =>
    changed(one, { context: eachStep(async (make, _, first) => (first ? Promise.resolve().then(make) : make())) }),
  'every call made some turns later': (one) =>
    changed(one, {
      context: eachStep(async (make) => {
        for (let turn = 0; turn < 3; turn++) await Promise.resolve();
        return make();
      }),
    }),
  'calls put in a row': (one) =>
    changed(one, {
      context: (ctx) => {
        let last: Promise<unknown> = Promise.resolve();
        return eachStep((make) => (last = last.then(make, make)))(ctx);
      },
    }),
  'the first step removed': (one) => changed(one, { context: without(one.steps[0]) }),
  'the last step removed': (one) => changed(one, { context: without(one.steps.at(-1)) }),
  'a branch added beside everything': (one) =>
    changed(one, {
      body: (ctx, run) => {
        const beside = log(ctx);
        return endingWith(run, () => beside);
      },
    }),
  'a child added before everything': (one) =>
    changed(one, {
      body: async (ctx, run) => {
        const child = await ctx.start('another');
        await child.result();
        return run();
      },
    }),
  'a condition on the time': (one) =>
    changed(one, { body: async (ctx, run) => ((await ctx.now()) > 0 ? run() : log(ctx)) }),
  'another workflow started first': (one) =>
    changed(one, {
      start: async (client, start) => {
        await client.start('another', { id: 'another-1' });
        return start();
      },
    }),
  'one crash fewer': (one) =>
    changed(one, {
      limits: { crashesMax: Math.max(0, limitsOf(one.scenario).crashesMax - 1) },
    }),
  'the bug mended': ({ mended }) => mended,
};
