/** Generated programs on the model engine: what each hazard does. */
import type { Context } from '../../harness/index.ts';
import { type Course, make, orderOf, type Scope, wait } from './interpret.calls.ts';
import type { Hazard, HazardKind } from './program.ts';
import { counted, pause, pool, told } from './world.ts';

type Of<K extends HazardKind> = Extract<Hazard, { readonly do: K }>;

/** Goes wrong. */
export function* hazard(statement: Hazard, scope: Scope): Course {
  const { ctx, workflowOf } = scope;
  switch (statement.do) {
    case 'interleaved':
      return yield* interleaved(statement, ctx);
    case 'started side by side': {
      const name = workflowOf(statement.block);
      return yield* wait(Promise.all(['x', 'y'].map(async (of) => (await ctx.start(name, of)).result())));
    }
    case 'pool of sequences': {
      const work = async (task: number): Promise<unknown> => [
        await ctx.step('one', () => `one ${task}`),
        await ctx.step('two', () => `two ${task}`),
      ];
      return yield* wait(pool(statement.workers, statement.tasks, work));
    }
    case 'read':
      return yield* read(statement, ctx);
    case 'cached':
      return (scope.memory.cache ??= yield* wait(ctx.step('load', () => 'rate')));
    case 'winner':
    case 'merged':
    case 'timer':
      return yield* timing(statement, ctx);
    case 'effect outside':
    case 'effect without key':
      return yield* wait(effect(statement, scope));
    case 'swallowed':
      return yield* swallowed(statement, scope);
    default:
      return yield* misuse(statement, scope);
  }
}

function* interleaved({ names, form, passed }: Of<'interleaved'>, ctx: Context): Course {
  const step = (branch: string, turn: number): Promise<unknown> => {
    const [name, value] = [names === 'same' ? 'work' : `${branch}${turn}`, `${branch}${turn}`];
    return passed ? ctx.step(name, (of: string) => of, value) : ctx.step(name, () => value);
  };
  const sequence = async (branch: string): Promise<unknown> => [await step(branch, 1), await step(branch, 2)];
  if (form === 'async') return yield* wait(Promise.all([sequence('x'), sequence('y')]));
  if (form === 'then')
    return yield* wait(Promise.all(['x', 'y'].map((branch) => step(branch, 1).then(() => step(branch, 2)))));
  const background = sequence('x');
  return [yield* wait(step('y', 1)), yield* wait(step('y', 2)), yield* wait(background)];
}

const done = (): string => 'done';

function* read({ what, use }: Of<'read'>, ctx: Context): Course {
  const [seen, name] = look(what);
  return yield* wait(use === 'pass' ? ctx.step('stamp', (of) => of, seen) : ctx.step(name, done));
}

/** What is read, and the name of the step that it decides for. */
function look(what: Of<'read'>['what']): readonly [seen: string | number, name: string] {
  switch (what) {
    case 'clock': {
      const nowMs = Date.now();
      return [nowMs, nowMs % 2 === 0 ? 'even' : 'odd'];
    }
    case 'random': {
      const drawn = Math.random();
      return [drawn, drawn < 0.5 ? 'heads' : 'tails'];
    }
    case 'uuid': {
      const id = crypto.randomUUID();
      return [id, id < '8' ? 'low' : 'high'];
    }
  }
}

function* timing(statement: Of<'winner' | 'merged' | 'timer'>, ctx: Context): Course {
  switch (statement.do) {
    case 'winner': {
      const other = statement.against === 'step' ? ctx.step('y', () => 'y') : ctx.sleep(10).then(() => 'late');
      const raced = [other, ctx.step('x', () => 'x')];
      const first = yield* wait(Promise.race(raced));
      const next = statement.use === 'pass' ? ctx.step('next', (of) => of, first) : ctx.step(`after ${first}`, done);
      return [yield* wait(next), yield* wait(Promise.all(raced))];
    }
    case 'merged': {
      const came: string[] = [];
      yield* wait(Promise.all(['x', 'y'].map(async (of) => came.push(await ctx.step('s', () => of)))));
      return statement.use === 'pass' ? yield* wait(ctx.step('next', (of) => of, came.join())) : came.join();
    }
    case 'timer': {
      const late = pause(statement.ms).then(() => ctx.step('late', done));
      return [yield* wait(ctx.step('one', done)), yield* wait(ctx.step('two', done)), yield* wait(late)];
    }
  }
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

function* swallowed({ by }: Of<'swallowed'>, scope: Scope): Course {
  const { ctx, outside } = scope;
  const { shop } = outside.world;
  const order = orderOf(scope);
  try {
    const seen = yield* wait(ctx.step('look', () => shop.look('x')));
    const paid = yield* wait(ctx.step('pay', () => shop.pay(order, order)));
    if (by === 'cancel') yield* wait(ctx.sleep(1_000));
    return [seen, paid, yield* wait(ctx.step('ship', () => shop.look('y')))];
  } catch {
    return yield* wait(ctx.step('refund', () => shop.refund(order, order)));
  }
}

function* misuse(
  statement: Of<'dropped' | 'abandoned' | 'unheard' | 'never' | 'unstorable' | 'error class'>,
  scope: Scope,
): Course {
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
      const ask = counted((tries) => shop.ask({ what: 'x', tries }));
      const slow = ctx.step({ name: 'slow', attemptsMax: 2, backoffMs: 10 }, ask);
      if (statement.how === 'race') return yield* wait(Promise.race([slow, ctx.step('fast', done)]));
      return yield* wait(Promise.all([slow, fails()]).catch(told));
    }
    case 'unheard': {
      const failing = fails();
      const next = yield* wait(ctx.step('next', () => shop.look('x')));
      return [next, yield* wait(failing.catch(told))];
    }
    case 'never':
      return yield* wait(forEver(statement.what, ctx));
    case 'unstorable':
      return yield* wait(ctx.step('make', () => UNSTORABLE[statement.what]()));
    case 'error class': {
      const error: unknown = yield* wait(fails().catch((thrown: unknown) => thrown));
      return yield* wait(ctx.step(error instanceof TypeError ? 'decline' : 'alert', done));
    }
  }
}

function forEver(what: Of<'never'>['what'], ctx: Context): Promise<unknown> {
  if (what === 'promise') return new Promise(() => undefined);
  if (what === 'message') return ctx.recv('nobody', Infinity);
  for (const until = Date.now() + 1_000; Date.now() < until;);
  return Promise.resolve();
}

const UNSTORABLE: Readonly<Record<Of<'unstorable'>['what'], () => unknown>> = {
  function: () => () => 'done',
  symbol: () => Symbol('s'),
  promise: () => ({ later: Promise.resolve('x') }),
};
