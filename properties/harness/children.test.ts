/** Child workflows: started once, awaited durably, and what their ends look like to a parent. */
import { describe, expect, test } from 'vitest';
import { type Client, type Workflow } from '../../harness/index.ts';
import { bodies, crashAfter, ended, eventsOf, expectUnderCrashes, run, valueOf } from './support.ts';

const nameAndMessage = (error: unknown): string[] => [(error as Error).name, (error as Error).message];
const child: Workflow = async (ctx, input: number) => (await ctx.step('double', (x: number) => 2 * x, input)) + 1;
const others = (): Record<string, Workflow> => ({ child });
const parent: Workflow = async (ctx) => {
  const handle = await ctx.start<number>('child', 20);
  return [handle.id, await handle.result()];
};

describe('a child', () => {
  test('is started once, wherever its parent crashes', async () => {
    const created = new Set<string>();
    const runs = await expectUnderCrashes(() => parent, {
      others,
      check: ({ results }) => {
        for (const id of Object.keys(results)) created.add(id);
        expect(results).toEqual({
          w: { status: 'SUCCESS', value: ['w-0', 41] },
          'w-0': { status: 'SUCCESS', value: 41 },
        });
      },
    });
    expect([...created]).toEqual(['w', 'w-0']);
    expect(runs).toBeGreaterThan(50);
  });

  test('that its parent was not told of is found again by its id, and is not run twice', async () => {
    const made = await run(parent, crashAfter('land child#1'), { others });
    expect(eventsOf(made, 'workflow.created').map(({ workflow }) => workflow)).toEqual(['w', 'w-0']);
    expect(bodies(made)).toEqual(['double']);
    expect(valueOf(made)).toEqual(['w-0', 41]);
  });

  test('may be named, and is then shared by all who start that name: their arguments are ignored', async () => {
    const main: Workflow = async (ctx) => {
      const handles = [await ctx.start('child', 20, { id: 'one' }), await ctx.start('child', 99, { id: 'one' })];
      return Promise.all(handles.map((handle) => handle.result()));
    };
    const made = await run(main, [], { others });
    expect(valueOf(made)).toEqual([41, 41]);
    expect(bodies(made)).toEqual(['double']);
    expect(eventsOf(made, 'attempt.started').map(({ workflow }) => workflow)).toEqual(['w', 'one']);
  });

  test('is not started by a zombie', async () => {
    const script = [
      { after: 'start w', choose: 'suspend executor-1' },
      { after: 'suspend executor-1', choose: 'takeover executor-1 by executor-2' },
    ];
    const made = await run(parent, script, { others, limits: { executors: 2, suspensionsMax: 1 } });
    expect(eventsOf(made, 'record.refused')).toMatchObject([{ executor: 'executor-1', position: 0 }]);
    expect(valueOf(made)).toEqual(['w-0', 41]);
  });

  test('gets a copy of its input', async () => {
    const input = { list: [1] };
    const grow: Workflow = (_, given: typeof input) => given.list.push(2);
    const main: Workflow = async (ctx) => [await (await ctx.start('grow', input)).result(), input];
    expect(valueOf(await run(main, [], { others: () => ({ grow }) }))).toEqual([2, { list: [1] }]);
    expect(input).toEqual({ list: [1] });
  });

  test('whose program is unknown fails, and says which there are', async () => {
    const main: Workflow = async (ctx) => (await ctx.start('chidl')).result().catch(nameAndMessage);
    expect(valueOf(await run(main, [], { others }))).toEqual([
      'Error',
      'no workflow is called "chidl"; there are child, main',
    ]);
  });

  test('belongs to its parent: it is no result of the run on its own', async () => {
    const { results } = await run(parent, [], { others });
    expect([results['w']!.parent, results['w-0']!.parent]).toEqual([null, 'w']);
  });
});

describe('the result of a child', () => {
  class Declined extends Error {
    override readonly name = 'Declined';
    readonly code = 402;
  }
  const failing = (): Record<string, Workflow> => ({
    child: () => {
      throw new Declined('no money');
    },
  });

  test('that failed is thrown, with name, message and properties, and the same on replay', async () => {
    const main: Workflow = async (ctx) => {
      const handle = await ctx.start('child');
      const error = (await handle.result().catch((thrown: unknown) => thrown)) as Declined;
      await ctx.step('next', () => 1);
      return [...nameAndMessage(error), error.code];
    };
    for (const script of [[], crashAfter('land result#2'), crashAfter('land next#1')])
      expect(valueOf(await run(main, script, { others: failing }))).toEqual(['Declined', 'no money', 402]);
  });

  test('takes its position when it is asked for, not when the child ends', async () => {
    const main: Workflow = async (ctx) => {
      const handle = await ctx.start('child', 20);
      return Promise.all([handle.result(), ctx.step('meanwhile', () => 1)]);
    };
    const made = await run(main, [], { others });
    const positions = eventsOf(made, 'call.entered')
      .filter(({ workflow }) => workflow === 'w')
      .map(({ name, position }) => [name, position]);
    expect(positions).toEqual([
      ['child', 0],
      ['result', 1],
      ['meanwhile', 2],
    ]);
  });

  const asleep = (): Record<string, Workflow> => ({ child: (ctx) => ctx.sleep(1_000) });
  const awaiting: Workflow = async (ctx) => (await ctx.start('child')).result().catch(nameAndMessage);

  test('that was cancelled is an error, and the same on replay', async () => {
    const start = async (client: Client): Promise<void> => {
      await client.start('main', { id: 'w' });
      await client.cancel('w-0').catch(() => client.cancel('w-0'));
    };
    const late = { after: 'start w', choose: 'land child#1' };
    for (const script of [[late], [late, ...crashAfter('land result#2')]]) {
      const made = await run(awaiting, script, { others: asleep, start });
      expect(valueOf(made)).toEqual(['AwaitedWorkflowError', 'Awaited w-0 was cancelled']);
      expect(ended(made, 'w-0')).toEqual({ status: 'CANCELLED' });
    }
  });

  test('that was recovered too often is an error', async () => {
    const main: Workflow = async (ctx) => (await ctx.start('child', 1, { id: 'c' })).result().catch(nameAndMessage);
    const start = async (client: Client): Promise<void> => {
      await client.start('child', { id: 'c', queued: true });
      await client.start('main', { id: 'w' });
    };
    const script = [
      { after: 'start c', choose: 'claim c by executor-2' },
      { after: 'reply child#1', choose: 'crash executor-2' },
    ];
    const made = await run(main, script, { others: asleep, start, limits: { executors: 2, recoveriesMax: 0 } });
    expect(ended(made, 'c')).toEqual({ status: 'MAX_RECOVERY_ATTEMPTS_EXCEEDED' });
    expect(valueOf(made)).toEqual(['AwaitedWorkflowError', 'Awaited c exceeded its maximum recovery attempts']);
  });
});
