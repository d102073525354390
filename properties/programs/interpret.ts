/** Generated programs on the model engine: a program as a scenario, statement by statement. */
import {
  type Client,
  type Handle,
  type Limits,
  model,
  scenario,
  type Scenario,
  type States,
  type Workflow,
} from '../../harness/index.ts';
import { make, type Scope, valueOf } from './interpret.calls.ts';
import { hazard } from './interpret.hazards.ts';
import type { Block, Call, ClientPlan, Program, Safe, Statement } from './program.ts';
import { binds, workflowsOf } from './walk.ts';
import {
  check,
  odd,
  type Outside,
  pool,
  settled,
  tables,
  type Tables,
  times,
  told,
  type World,
  WORLD,
} from './world.ts';

/** What a program runs as: its workflows for a process, and what the client does. */
export interface Running {
  readonly workflows: (outside: Outside) => Readonly<Record<string, Workflow>>;
  readonly start: (client: Client) => unknown;
}

export type GeneratedScenario = Scenario<Client, States<World>, Tables>;

/** The scenario of a running program, interpreted or printed. */
export function scenarioOf({ workflows, start }: Running, limits: Partial<Limits> = {}): GeneratedScenario {
  const engine = model<World, Tables>({ world: WORLD, tables, workflows });
  return scenario({ name: 'generated', engine, start, check, limits });
}

/** Runs `program` by going through its data. */
export function interpret(program: Program): Running {
  const names = workflowsOf(program);
  const workflowOf = (block: Block): string => names.get(block)!;
  const workflows: Running['workflows'] = (outside) => {
    const memory = { cache: undefined };
    const body =
      (block: Block): Workflow =>
      (ctx, input: unknown) =>
        execute(block, { ctx, outside, workflowOf, memory, values: [input], at: '' });
    return Object.fromEntries([...names].map(([block, name]) => [name, body(block)]));
  };
  return { workflows, start: (client) => begin(program.client, client) };
}

async function begin({ starts, queued, letters, cancels }: ClientPlan, client: Client): Promise<void> {
  await client.start('main', { id: 'w', input: 'in', queued });
  if (starts === 'two in turn') await client.result('w').catch(() => undefined);
  if (starts !== 'one') await client.start('main', { id: 'w2', input: 'in', queued });
  for (let letter = 1; letter <= letters; letter++) await client.send('w', `letter ${letter}`, 'mail');
  if (cancels !== 'never') await client.cancel('w');
  if (cancels === 'cancel and resume') await client.resume('w');
}

/** Goes through a block; the list of what it bound. */
async function execute(block: Block, scope: Scope): Promise<unknown[]> {
  const bound: unknown[] = [];
  for (const [index, statement] of block.entries()) {
    const inside = {
      ...scope,
      values: [...scope.values, ...bound],
      at: scope.at === '' ? `${index}` : `${scope.at}.${index}`,
    };
    const value = await perform(statement, inside);
    if (binds(statement)) bound.push(value);
  }
  return bound;
}

function perform(statement: Statement, scope: Scope): Promise<unknown> {
  const { values, at } = scope;
  switch (statement.do) {
    case 'call': {
      const made = make(statement.call, scope);
      return statement.guarded ? made.catch(told) : made;
    }
    case 'gather':
    case 'first':
    case 'chain':
    case 'pool':
      return together(statement, scope);
    case 'if':
      return odd(valueOf(statement.test, values))
        ? execute(statement.block, scope)
        : execute(statement.otherwise, { ...scope, at: `${at}.else` });
    case 'repeat':
      return repeat(statement, scope);
    case 'try':
      return attempt(statement, scope);
    case 'fail':
      return Promise.reject(new Error(statement.because));
    case 'child':
      return child(statement, scope);
    case 'children':
      return children(statement, scope);
    case 'note':
    case 'event':
      return echoed(statement, scope);
    default:
      return hazard(statement, scope);
  }
}

type Of<K extends Safe['do']> = Extract<Safe, { readonly do: K }>;

const each = (calls: readonly Call[], scope: Scope): Promise<unknown>[] =>
  calls.map((call, index) => make(call, { ...scope, at: `${scope.at}.${index}` }));

async function together(statement: Of<'gather' | 'first' | 'chain' | 'pool'>, scope: Scope): Promise<unknown> {
  switch (statement.do) {
    case 'gather': {
      const calls = each(statement.calls, scope);
      if (statement.how === 'all') return Promise.all(calls.map((call) => call.catch(told)));
      return (await Promise.allSettled(calls)).map(settled);
    }
    case 'first': {
      const calls = each(statement.calls, scope);
      await (statement.how === 'race' ? Promise.race(calls) : Promise.any(calls)).catch(told);
      return (await Promise.allSettled(calls)).map(settled);
    }
    case 'chain': {
      const link = (values: readonly unknown[], index: number): Promise<unknown> =>
        make(statement.calls[index]!, { ...scope, values, at: `${scope.at}.${index}` });
      return statement.calls.reduce<Promise<unknown> | null>(
        (made, _, index) =>
          made === null ? link(scope.values, index) : made.then((value) => link([...scope.values, value], index)),
        null,
      );
    }
    case 'pool':
      return pool(statement.workers, statement.tasks, (task) =>
        make(statement.step, { ...scope, values: [...scope.values, task], at: `${scope.at}.${task}` }).catch(told),
      );
  }
}

async function repeat({ times: of, block }: Of<'repeat'>, scope: Scope): Promise<unknown> {
  const turns: unknown[] = [];
  for (let turn = 0; turn < times(valueOf(of, scope.values)); turn++)
    turns.push(await execute(block, { ...scope, at: `${scope.at}.${turn}` }));
  return turns;
}

async function attempt({ block, otherwise }: Of<'try'>, scope: Scope): Promise<unknown> {
  try {
    return await execute(block, scope);
  } catch (error) {
    const message = told(error);
    const values = [...scope.values, message];
    return [message, ...(await execute(otherwise, { ...scope, values, at: `${scope.at}.else` }))];
  }
}

async function child({ block, of, how }: Of<'child'>, scope: Scope): Promise<unknown> {
  const { ctx, values, workflowOf } = scope;
  const input = valueOf(of, values);
  const started = await ctx.start(workflowOf(block), input);
  if (how === 'leave') return undefined;
  if (how === 'write') await ctx.send(started.id, input, 'mail');
  if (how === 'watch') return [await ctx.getEvent(started.id, 'state', 1_000), await started.result()];
  return started.result();
}

async function children({ blocks, of, together: atOnce }: Of<'children'>, scope: Scope): Promise<unknown> {
  const { ctx, values, workflowOf } = scope;
  const launch = (block: Block): Promise<Handle<unknown>> => ctx.start(workflowOf(block), valueOf(of, values));
  const started: Handle<unknown>[] = [];
  if (atOnce) started.push(...(await Promise.all(blocks.map(launch))));
  else for (const block of blocks) started.push(await launch(block));
  return (await Promise.allSettled(started.map((one) => one.result()))).map(settled);
}

async function echoed({ do: what, of }: Of<'note' | 'event'>, { ctx, values }: Scope): Promise<unknown> {
  const value = valueOf(of, values);
  if (what === 'note') {
    await ctx.send(ctx.workflowId, value, 'note');
    return ctx.recv('note', 1_000);
  }
  await ctx.setEvent('state', value);
  return ctx.getEvent(ctx.workflowId, 'state', 1_000);
}
