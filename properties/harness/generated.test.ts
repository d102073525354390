/**
 * Programs nobody wrote by hand. Those that are safe by construction raise no violation under any schedule; each of them,
 * with one hazard put in, always does.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Context,
  explore,
  type Findings,
  type Handle,
  type Limits,
  model,
  scenario,
  service,
  type Workflow,
} from '../../harness/index.ts';
import './support.ts';

/** What a branch does, one after another. */
type Block = readonly Statement[];

type Call = 'pure' | 'look' | 'pay' | 'clock' | 'sleep' | 'transaction' | 'fails';

type Statement =
  | { readonly do: 'call'; readonly call: Call; readonly name: string }
  /** Calls that are started in a fixed order and awaited together. */
  | { readonly do: 'gather'; readonly calls: readonly Call[]; readonly name: string }
  /** Two calls raced; whoever wins, both are awaited and nothing depends on it. */
  | { readonly do: 'race'; readonly calls: readonly [Call, Call]; readonly name: string }
  /** Children started in a fixed order, then awaited together. */
  | { readonly do: 'children'; readonly blocks: readonly Block[] }
  | { readonly do: 'message'; readonly topic: string }
  | { readonly do: 'event' }
  /** The hazards: sequences side by side; a clock read in the body; a call that nobody awaits. */
  | { readonly do: 'interleave'; readonly name: string }
  | { readonly do: 'peek' }
  | { readonly do: 'drop'; readonly name: string };

type Hazard = Extract<Statement, { readonly do: 'interleave' | 'peek' | 'drop' }>;

const stock = service(
  { paid: 0 },
  {
    look: (state, what: string) => ({ state, reply: `saw ${what}` }),
    pay: (state, what: string) => ({ state: { paid: state.paid + 1 }, reply: `paid ${what}` }),
  },
);

interface Shop {
  readonly look: (what: string) => Promise<string>;
  readonly pay: (what: string, key: string) => Promise<string>;
}

const names = fc.constantFrom('a', 'b', 'work');
const calls = fc.constantFrom<Call>('pure', 'look', 'pay', 'clock', 'sleep', 'transaction', 'fails');

const { block } = fc.letrec<{ block: Block; statement: Statement }>((tie) => ({
  block: fc.array(tie('statement'), { minLength: 1, maxLength: 3 }),
  statement: fc.oneof(
    { depthSize: 'small', maxDepth: 2 },
    fc.record({ do: fc.constant('call' as const), call: calls, name: names }),
    fc.record({
      do: fc.constant('gather' as const),
      calls: fc.array(calls, { minLength: 2, maxLength: 3 }),
      name: names,
    }),
    fc.record({ do: fc.constant('race' as const), calls: fc.tuple(calls, calls), name: names }),
    fc.record({ do: fc.constant('message' as const), topic: names }),
    fc.record({ do: fc.constant('event' as const) }),
    fc.record({ do: fc.constant('children' as const), blocks: fc.array(tie('block'), { minLength: 1, maxLength: 2 }) }),
  ),
}));

const hazards: fc.Arbitrary<Hazard> = fc.oneof(
  fc.record({ do: fc.constant('interleave' as const), name: names }),
  fc.record({ do: fc.constant('peek' as const) }),
  fc.record({ do: fc.constant('drop' as const), name: names }),
);

/** Makes one durable call. What it returns never depends on time, so that results can be compared. */
async function make(ctx: Context, { look, pay }: Shop, call: Call, name: string, key: string): Promise<unknown> {
  switch (call) {
    case 'pure':
      return ctx.step(name, () => key);
    case 'look':
      return ctx.step({ name, attemptsMax: 2, backoffMs: 10 }, () => look(key));
    case 'pay':
      return ctx.step(name, () => pay(key, `${ctx.workflowId} ${key}`));
    case 'clock':
      return ctx.step(name, () => Date.now()).then(() => 'a time');
    case 'sleep':
      return ctx.sleep(10);
    case 'transaction':
      return ctx.transaction(name, (tables: { seen: string[] }) => void tables.seen.push(key));
    case 'fails':
      return ctx.step(name, () => Promise.reject(new Error(key))).catch((error: Error) => error.message);
  }
}

async function execute(ctx: Context, shop: Shop, program: Block, path = ''): Promise<unknown[]> {
  const results: unknown[] = [];
  for (const [index, statement] of program.entries())
    results.push(await perform(ctx, shop, statement, `${path}${index}`));
  return results;
}

async function perform(ctx: Context, shop: Shop, statement: Statement, path: string): Promise<unknown> {
  switch (statement.do) {
    case 'call':
      return make(ctx, shop, statement.call, statement.name, path);
    case 'gather':
      return Promise.all(
        statement.calls.map((call, index) => make(ctx, shop, call, statement.name, `${path}.${index}`)),
      );
    case 'race': {
      const both = statement.calls.map((call, index) => make(ctx, shop, call, statement.name, `${path}.${index}`));
      await Promise.race(both);
      return Promise.all(both);
    }
    case 'children': {
      const handles: Handle<unknown>[] = [];
      for (const child of statement.blocks) handles.push(await ctx.start('main', child));
      return Promise.all(handles.map((handle) => handle.result()));
    }
    case 'message': {
      await ctx.send(ctx.workflowId, path, statement.topic);
      return ctx.recv(statement.topic, 1_000);
    }
    case 'event': {
      await ctx.setEvent('progress', path);
      return ctx.getEvent(ctx.workflowId, 'progress', 1_000);
    }
    case 'interleave': {
      const sequence = async (branch: string): Promise<void> => {
        for (const turn of [1, 2]) await ctx.step(statement.name, () => `${branch}${turn}`);
      };
      return Promise.all([sequence('x'), sequence('y')]);
    }
    case 'peek':
      return ctx.step('peeked', (atMs: number) => atMs, Date.now());
    case 'drop':
      return void ctx.step(statement.name, () => 'dropped');
  }
}

/** One process that crashes; or two, of which one may be taken for dead and wake as a zombie, with clocks apart. */
const clusters = fc.constantFrom<Partial<Limits>>({}, { executors: 2, suspensionsMax: 1, crashesMax: 1, skewMs: 500 });

function search(program: Block, runsMax: number, limits: Partial<Limits> = {}): Promise<Findings> {
  const engine = model({
    world: { shop: stock },
    tables: () => ({ seen: [] as string[] }),
    workflows: ({ world }) => ({ main: ((ctx, input: Block) => execute(ctx, world.shop, input)) as Workflow }),
  });
  const start = (client: {
    start: (name: string, options: { id: string; input: Block }) => Promise<void>;
  }): Promise<void> => client.start('main', { id: 'w', input: program });
  return explore(scenario({ name: 'generated', engine, start, limits }), { runsMax });
}

describe('a generated program', () => {
  test('that is safe by construction raises no violation', async () => {
    await fc.assert(
      fc.asyncProperty(block, clusters, async (program, limits) => {
        const { finding } = await search(program, 120, limits);
        expect(finding?.violations.map(({ because }) => because) ?? []).toEqual([]);
      }),
      { numRuns: 250 },
    );
  });

  test('with one hazard is caught, by a check that names it', async () => {
    const expected = { interleave: ['lineage', 'replay'], peek: ['ambient', 'replay'], drop: ['floating'] };
    await fc.assert(
      fc.asyncProperty(block, hazards, async (program, hazard) => {
        // Last, so that a call which nobody awaits is still running at the end.
        const { finding } = await search([...program, hazard], 400);
        expect(expected[hazard.do]).toContain(finding?.violations[0]?.check);
      }),
      { numRuns: 150 },
    );
  });
});
