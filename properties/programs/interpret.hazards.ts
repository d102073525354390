/** Generated programs on the model engine: what each hazard does. */
import type { Context } from '../../harness/index.ts';
import { make, orderOf, type Scope } from './interpret.calls.ts';
import type { Hazard, HazardKind } from './program.ts';
import { counted, pause, pool, told } from './world.ts';

type Of<K extends HazardKind> = Extract<Hazard, { readonly do: K }>;

/** Goes wrong. */
export function hazard(statement: Hazard, scope: Scope): Promise<unknown> {
  switch (statement.do) {
    case 'interleaved':
      return interleaved(statement, scope.ctx);
    case 'started side by side': {
      const { ctx, workflowOf } = scope;
      const name = workflowOf(statement.block);
      return Promise.all(['x', 'y'].map(async (of) => (await ctx.start(name, of)).result()));
    }
    case 'pool of sequences':
      return pool(statement.workers, statement.tasks, async (task) => [
        await scope.ctx.step('one', () => `one ${task}`),
        await scope.ctx.step('two', () => `two ${task}`),
      ]);
    case 'read':
      return read(statement, scope.ctx);
    case 'cached':
      return cached(scope);
    case 'winner':
      return winner(statement, scope.ctx);
    case 'merged':
      return merged(statement, scope.ctx);
    case 'timer':
      return timer(statement, scope.ctx);
    case 'effect outside':
    case 'effect without key':
      return effect(statement, scope);
    case 'swallowed':
      return swallowed(statement, scope);
    default:
      return misuse(statement, scope);
  }
}

async function interleaved({ names, form, passed }: Of<'interleaved'>, ctx: Context): Promise<unknown> {
  const step = (branch: string, turn: number): Promise<unknown> => {
    const [name, value] = [names === 'same' ? 'work' : `${branch}${turn}`, `${branch}${turn}`];
    return passed ? ctx.step(name, (of: string) => of, value) : ctx.step(name, () => value);
  };
  const sequence = async (branch: string): Promise<unknown> => [await step(branch, 1), await step(branch, 2)];
  if (form === 'async') return Promise.all([sequence('x'), sequence('y')]);
  if (form === 'then') return Promise.all(['x', 'y'].map((branch) => step(branch, 1).then(() => step(branch, 2))));
  const background = sequence('x');
  return [await step('y', 1), await step('y', 2), await background];
}

async function read({ what, use }: Of<'read'>, ctx: Context): Promise<unknown> {
  switch (what) {
    case 'clock': {
      const now = Date.now();
      return use === 'pass' ? ctx.step('stamp', (of) => of, now) : ctx.step(now % 2 === 0 ? 'even' : 'odd', done);
    }
    case 'random': {
      const drawn = Math.random();
      return use === 'pass' ? ctx.step('stamp', (of) => of, drawn) : ctx.step(drawn < 0.5 ? 'heads' : 'tails', done);
    }
    case 'uuid': {
      const id = crypto.randomUUID();
      return use === 'pass' ? ctx.step('stamp', (of) => of, id) : ctx.step(id < '8' ? 'low' : 'high', done);
    }
  }
}

const done = (): string => 'done';

const cached = async ({ ctx, memory }: Scope): Promise<unknown> =>
  (memory.cache ??= await ctx.step('load', () => 'rate'));

async function winner({ against, use }: Of<'winner'>, ctx: Context): Promise<unknown> {
  const other = against === 'step' ? ctx.step('y', () => 'y') : ctx.sleep(10).then(() => 'late');
  const raced = [other, ctx.step('x', () => 'x')];
  const first = await Promise.race(raced);
  const next = use === 'pass' ? ctx.step('next', (of) => of, first) : ctx.step(`after ${first}`, done);
  return [await next, await Promise.all(raced)];
}

async function merged({ use }: Of<'merged'>, ctx: Context): Promise<unknown> {
  const came: string[] = [];
  await Promise.all(['x', 'y'].map(async (of) => came.push(await ctx.step('s', () => of))));
  return use === 'pass' ? ctx.step('next', (of) => of, came.join()) : came.join();
}

async function timer({ ms }: Of<'timer'>, ctx: Context): Promise<unknown> {
  const late = pause(ms).then(() => ctx.step('late', done));
  return [await ctx.step('one', done), await ctx.step('two', done), await late];
}

function effect(statement: Of<'effect outside' | 'effect without key'>, scope: Scope): Promise<unknown> {
  const { ctx, outside } = scope;
  const { shop } = outside.world;
  const order = orderOf(scope);
  if (statement.do === 'effect outside') return shop.pay(order);
  if (statement.on === 'tables')
    return ctx.step('log', () => outside.database.commit('log', ({ log }) => void log.push(order)));
  return ctx.step({ name: 'pay', attemptsMax: statement.attempts, backoffMs: 10 }, () => shop.pay(order));
}

async function swallowed({ by }: Of<'swallowed'>, scope: Scope): Promise<unknown> {
  const { ctx, outside } = scope;
  const { shop } = outside.world;
  const order = orderOf(scope);
  try {
    const seen = await ctx.step('look', () => shop.look('x'));
    const paid = await ctx.step('pay', () => shop.pay(order, order));
    if (by === 'cancel') await ctx.sleep(1_000);
    return [seen, paid, await ctx.step('ship', () => shop.look('y'))];
  } catch {
    return ctx.step('refund', () => shop.refund(order, order));
  }
}

async function misuse(
  statement: Of<'dropped' | 'abandoned' | 'unheard' | 'never' | 'unstorable' | 'error class'>,
  scope: Scope,
): Promise<unknown> {
  const { ctx, outside } = scope;
  const { shop } = outside.world;
  const fails = (): Promise<never> =>
    ctx.step('fails', () => {
      throw new TypeError('no');
    });
  switch (statement.do) {
    case 'dropped':
      return void make(statement.call, scope);
    case 'abandoned': {
      const slow = ctx.step(
        { name: 'slow', attemptsMax: 2, backoffMs: 10 },
        counted((tries) => shop.ask({ what: 'x', tries })),
      );
      return statement.how === 'race'
        ? Promise.race([slow, ctx.step('fast', done)])
        : Promise.all([slow, fails()]).catch(told);
    }
    case 'unheard': {
      const failing = fails();
      const next = await ctx.step('next', () => shop.look('x'));
      return [next, await failing.catch(told)];
    }
    case 'never':
      if (statement.what === 'promise') return new Promise(() => undefined);
      if (statement.what === 'message') return ctx.recv('nobody', Infinity);
      for (const until = Date.now() + 1_000; Date.now() < until;);
      return undefined;
    case 'unstorable':
      if (statement.what === 'function') return ctx.step('make', () => done);
      if (statement.what === 'symbol') return ctx.step('make', () => Symbol('s'));
      return ctx.step('make', () => ({ later: Promise.resolve('x') }));
    case 'error class': {
      const error: unknown = await fails().catch((thrown: unknown) => thrown);
      return ctx.step(error instanceof TypeError ? 'decline' : 'alert', done);
    }
  }
}
