/** Generated programs on the model engine: a program as a scenario, statement by statement. */
import type { Engine } from '../../harness/engine.ts';
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
import { type Course, drive, make, type Scope, valueOf, wait } from './interpret.calls.ts';
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

/** A program on the model engine. */
export const modelOf = ({ workflows }: Pick<Running, 'workflows'>): Engine<Client, States<World>, Tables> =>
  model({ world: WORLD, tables, workflows });

/** The scenario of a running program, interpreted or printed. */
export const scenarioOf = (running: Running, limits: Partial<Limits> = {}): GeneratedScenario =>
  scenario({ name: 'generated', engine: modelOf(running), start: running.start, check, limits });

/** Runs `program` by going through its data. */
export function interpret(program: Program): Running {
  const names = workflowsOf(program);
  const workflowOf = (block: Block): string => names.get(block)!;
  const workflows: Running['workflows'] = (outside) => {
    const memory = { cache: undefined };
    const body =
      (block: Block): Workflow =>
      (ctx, input: unknown) =>
        drive(execute(block, { ctx, outside, workflowOf, memory, values: [input], at: '' }));
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
function* execute(block: Block, scope: Scope): Course<unknown[]> {
  const bound: unknown[] = [];
  for (const [index, statement] of block.entries()) {
    const at = scope.at === '' ? `${index}` : `${scope.at}.${index}`;
    const value = yield* perform(statement, { ...scope, values: [...scope.values, ...bound], at });
    if (binds(statement)) bound.push(value);
  }
  return bound;
}

function* perform(statement: Statement, scope: Scope): Course {
  const { values, at } = scope;
  switch (statement.do) {
    case 'call': {
      const made = make(statement.call, scope);
      return yield* wait(statement.guarded ? made.catch(told) : made);
    }
    case 'gather':
    case 'first':
    case 'chain':
    case 'pool':
      return yield* together(statement, scope);
    case 'if':
      if (odd(valueOf(statement.test, values))) return yield* execute(statement.block, scope);
      return yield* execute(statement.otherwise, { ...scope, at: `${at}.else` });
    case 'repeat':
      return yield* repeat(statement, scope);
    case 'try':
      return yield* attempt(statement, scope);
    case 'fail':
      throw new Error(statement.because);
    case 'child':
      return yield* child(statement, scope);
    case 'children':
      return yield* children(statement, scope);
    case 'note':
    case 'event':
      return yield* echoed(statement, scope);
    default:
      return yield* hazard(statement, scope);
  }
}

type Of<K extends Safe['do']> = Extract<Safe, { readonly do: K }>;

const each = (calls: readonly Call[], scope: Scope): Promise<unknown>[] =>
  calls.map((call, index) => make(call, { ...scope, at: `${scope.at}.${index}` }));

function* together(statement: Of<'gather' | 'first' | 'chain' | 'pool'>, scope: Scope): Course {
  switch (statement.do) {
    case 'gather': {
      const calls = each(statement.calls, scope);
      if (statement.how === 'all') return yield* wait(Promise.all(calls.map((call) => call.catch(told))));
      return (yield* wait(Promise.allSettled(calls))).map(settled);
    }
    case 'first': {
      const calls = each(statement.calls, scope);
      yield* wait((statement.how === 'race' ? Promise.race(calls) : Promise.any(calls)).catch(told));
      return (yield* wait(Promise.allSettled(calls))).map(settled);
    }
    case 'chain': {
      const link = (values: readonly unknown[], index: number): Promise<unknown> =>
        make(statement.calls[index]!, { ...scope, values, at: `${scope.at}.${index}` });
      let made = link(scope.values, 0);
      for (const index of statement.calls.keys())
        if (index > 0) made = made.then((value) => link([...scope.values, value], index));
      return yield* wait(made);
    }
    case 'pool': {
      const work = (task: number): Promise<unknown> =>
        make(statement.step, { ...scope, values: [...scope.values, task], at: `${scope.at}.${task}` }).catch(told);
      return yield* wait(pool(statement.workers, statement.tasks, work));
    }
  }
}

function* repeat({ times: of, block }: Of<'repeat'>, scope: Scope): Course {
  const turns: unknown[] = [];
  for (let turn = 0; turn < times(valueOf(of, scope.values)); turn++)
    turns.push(yield* execute(block, { ...scope, at: `${scope.at}.${turn}` }));
  return turns;
}

function* attempt({ block, otherwise }: Of<'try'>, scope: Scope): Course {
  try {
    return yield* execute(block, scope);
  } catch (error) {
    const message = told(error);
    const values = [...scope.values, message];
    return [message, ...(yield* execute(otherwise, { ...scope, values, at: `${scope.at}.else` }))];
  }
}

function* child({ block, of, how }: Of<'child'>, scope: Scope): Course {
  const { ctx, values, workflowOf } = scope;
  const input = valueOf(of, values);
  const started = yield* wait(ctx.start(workflowOf(block), input));
  if (how === 'leave') return undefined;
  if (how === 'write') yield* wait(ctx.send(started.id, input, 'mail'));
  if (how !== 'watch') return yield* wait(started.result());
  return [yield* wait(ctx.getEvent(started.id, 'state', 1_000)), yield* wait(started.result())];
}

function* children({ blocks, of, together: atOnce }: Of<'children'>, scope: Scope): Course {
  const { ctx, values, workflowOf } = scope;
  const launch = (block: Block): Promise<Handle<unknown>> => ctx.start(workflowOf(block), valueOf(of, values));
  const started: Handle<unknown>[] = [];
  if (atOnce) started.push(...(yield* wait(Promise.all(blocks.map(launch)))));
  else for (const block of blocks) started.push(yield* wait(launch(block)));
  return (yield* wait(Promise.allSettled(started.map((one) => one.result())))).map(settled);
}

function* echoed({ do: what, of }: Of<'note' | 'event'>, { ctx, values }: Scope): Course {
  const value = valueOf(of, values);
  if (what === 'note') {
    yield* wait(ctx.send(ctx.workflowId, value, 'note'));
    return yield* wait(ctx.recv('note', 1_000));
  }
  yield* wait(ctx.setEvent('state', value));
  return yield* wait(ctx.getEvent(ctx.workflowId, 'state', 1_000));
}
