/** The loop over runs: what it promises of findings, budgets and bad input. */
import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  type Client,
  type Context,
  crashes,
  exhaustive,
  explore,
  fingerprint,
  limitsOf,
  model,
  NotDeterministicError,
  random,
  replay,
  type Scenario,
  scriptOf,
  type Script,
  service,
  StaleScriptError,
  verify,
  type Workflow,
} from '../../harness/index.ts';
import { type Place, place } from '../../harness/lineage.ts';

const say = (text: string) => (): string => text;

type Any = Scenario<Client, unknown, unknown>;

/** A scenario with one workflow, and whatever else is given. */
const named = (name: string, body: (ctx: Context) => unknown, rest: Partial<Any> = {}): Any => ({
  name,
  engine: model({ workflows: () => ({ program: body as Workflow }) }),
  start: (client) => client.start('program', { id: 'w' }),
  ...rest,
});

const sequence = async (ctx: Context, ...names: readonly string[]): Promise<void> => {
  for (const name of names) await ctx.step(name, say(name));
};
const interleaved = named('interleaved', (ctx) =>
  Promise.allSettled([sequence(ctx, 'a', 'b'), sequence(ctx, 'c', 'd')]),
);
const sound = named('sound', (ctx) => Promise.allSettled(['a', 'b', 'c'].map((name) => ctx.step(name, say(name)))));

describe('a finding', () => {
  test('without a crash is made by one decision, and proved minimal', async () => {
    const { finding } = await explore(interleaved);
    expect(finding?.violations[0]?.check).toBe('lineage');
    expect(finding?.script).toEqual([{ after: 'start w', choose: 'land c#1' }]);
    expect(finding?.minimal).toBe(true);
  });

  test('with a crash is made by two decisions, and proved minimal', async () => {
    const { finding } = await explore(interleaved, { checks: ['replay'] });
    expect(finding?.script).toHaveLength(2);
    expect(finding?.script.filter(({ choose }) => choose.startsWith('crash'))).toHaveLength(1);
    expect(finding?.minimal).toBe(true);
  });

  test('names the source lines of both callers', async () => {
    const { finding } = await explore(interleaved);
    const entered = (run: { history: readonly { seq: number }[] }, seq: number): unknown => run.history[seq];
    const sites = finding?.violations[0]?.witnesses?.map(({ run, seq }) =>
      entered(run === 'this' ? finding.run : finding.reference, seq),
    );
    for (const event of sites ?? [])
      expect(event).toMatchObject({ site: expect.arrayContaining([expect.stringContaining('explore.test.ts:')]) });
    expect(sites).toHaveLength(2);
  });

  test('is the same whoever looks with the same seed', async () => {
    const [first, second] = [await explore(interleaved, { seed: 'x' }), await explore(interleaved, { seed: 'x' })];
    expect(JSON.stringify(first)).toBe(JSON.stringify(second));
  });

  test('can be replayed by its script alone, and judged again', async () => {
    const { finding } = await explore(interleaved, { checks: ['replay'] });
    const run = await replay(interleaved, finding!.script);
    expect(fingerprint(run)).toBe(fingerprint(finding!.run));
    const again = await verify(interleaved, finding!.script, { checks: ['replay'] });
    expect(again?.violations[0]?.because).toBe(finding?.violations[0]?.because);
    expect(again?.minimal).toBeNull();
    expect(await verify(sound, [])).toBeNull();
  });
});

describe('a campaign', () => {
  test('says what it exhausted, and calls sampling by its name', async () => {
    const scope = { crashesMax: 1, othersMax: 1 };
    const all = await explore(sound, { strategies: [exhaustive(scope)], runsMax: 10_000 });
    expect([all.exhausted, all.complete, all.finding]).toEqual([scope, true, null]);
    const cut = await explore(sound, { strategies: [exhaustive(scope)], runsMax: 10 });
    expect([cut.exhausted, cut.complete, cut.runs]).toEqual([null, false, 10]);
    const sampled = await explore(sound, { strategies: [random('x')], runsMax: 10 });
    expect([sampled.exhausted, sampled.complete, sampled.runs]).toEqual([null, false, 10]);
  });

  test('counts the fault windows it entered, and shows those it never did', async () => {
    const effect = service(0, { add: (state, by: number) => ({ state: state + by, reply: state + by }) });
    const body = named('effect', () => undefined, {
      engine: model({
        world: { effect },
        workflows: ({ world }) => ({ program: (ctx) => ctx.step('add', () => world.effect.add(1)) }),
      }),
    });
    const { reached } = await explore(body, { strategies: [crashes(1)], checks: ['replay'] });
    expect(reached['crash before the effect']).toBe(1);
    expect(reached['crash after the effect, before its checkpoint']).toBe(2);
    expect(reached['crash after the checkpoint, before its acknowledgement']).toBeGreaterThan(0);
    expect(reached['a zombie writes and is fenced']).toBe(0);
  });

  test('stops when its time is up', async () => {
    const { runs } = await explore(sound, { forMs: 0, runsMax: 1_000 });
    expect(runs).toBeLessThan(1_000);
  });

  test('looks for a new result without crashes before it calls it wrong', async () => {
    // Which of two steps wins is anybody's race: a crash may bring about a winner that no earlier run happened to have.
    const race = named('race', async (ctx) => {
      const both = [ctx.step('a', say('a')), ctx.step('b', say('b'))];
      const first = await Promise.race(both);
      await Promise.all(both);
      return first;
    });
    const { finding } = await explore(race, { strategies: [random('race')], checks: ['results'], runsMax: 300 });
    expect(finding).toBeNull();
  });
});

describe('a run', () => {
  const late = (ms: number, calls: string[]): Any =>
    named('late', async (ctx) => {
      const slow = async (): Promise<void> => {
        await new Promise((resolve) => setTimeout(resolve, ms));
        calls.push('late');
      };
      await ctx.step({ name: 'slow', timeoutMs: 10 }, slow).catch(() => undefined);
    });

  test('goes on with what was left running when every workflow had ended', async () => {
    const calls: string[] = [];
    await replay(late(1_000, calls), []);
    expect(calls).toEqual(['late']);
  });

  test('ends although something goes on for ever', async () => {
    let beats = 0;
    const restless = named('restless', (ctx) =>
      ctx.step('beat', () => {
        setInterval(() => beats++, 10);
      }),
    );
    const { ending } = await replay(restless, []);
    expect(ending.how).toBe('finished');
    expect(beats).toBeLessThan(20);
  });
});

describe('a program that is not deterministic under the harness', () => {
  test('is refused, with the first event that differs', async () => {
    let runs = 0;
    const remembers = named('remembers', (ctx) => ctx.step(`run ${runs++}`, say('x')));
    await expect(explore(remembers)).rejects.toThrow(NotDeterministicError);
    await expect(explore(remembers)).rejects.toThrow('state that survives from run to run: reset it in setup');
    await expect(explore(remembers)).rejects.toThrow(
      /event 3 is call\.entered both times, with another name and another call\n {2}first {2}\{.*"run \d+".*\}\n {2}then {3}\{.*"run \d+".*\}\n/,
    );
  });

  test('is accepted once setup resets what it remembers', async () => {
    let runs = 0;
    const resets = named('resets', (ctx) => ctx.step(`run ${runs++}`, say('x')), { setup: () => void (runs = 0) });
    expect((await explore(resets, { strategies: [] })).runs).toBe(1);
  });
});

describe('bad input', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test('a script that no longer applies is stale, never a pass', async () => {
    const script: Script = [{ after: 'start w', choose: 'land gone#1' }];
    await expect(replay(sound, script)).rejects.toThrow(StaleScriptError);
    await expect(replay(sound, script)).rejects.toThrow(
      'on offer there are only "land a#1", "land b#1", "land c#1", "crash executor-1"',
    );
    await expect(verify(sound, [{ after: 'land gone#1', choose: 'crash executor-1' }])).rejects.toThrow(
      'never came up',
    );
  });

  test('what is no script is refused, with what a script is', async () => {
    for (const odd of [null, {}, 'str', [{ after: 'x' }]])
      await expect(replay(sound, odd as never)).rejects.toThrow(
        'it must be a list of { "after": move, "choose": move }',
      );
    const twice = [
      { after: 'start w', choose: 'land b#1' },
      { after: 'start w', choose: 'land c#1' },
    ];
    await expect(replay(sound, twice)).rejects.toThrow('it chooses twice after "start w"');
  });

  test('real I/O in a body has escaped, and the last call is named', async () => {
    const reads = named('reads', async (ctx) => {
      await ctx.step('first', say('x'));
      await readFile(import.meta.filename);
    });
    const { finding } = await explore(reads);
    expect(finding?.violations[0]).toMatchObject({
      check: 'progress',
      because:
        'workflow w awaits something that is not simulated, after its last call, first#1: real I/O, or a promise that nobody settles',
    });
    expect(finding?.script).toEqual([]);
  });

  test('a livelock is cut off at movesMax, which is named', async () => {
    const busy = named(
      'busy',
      async (ctx) => {
        for (;;) await ctx.sleep(1);
      },
      { limits: { movesMax: 60 } },
    );
    const { finding } = await explore(busy);
    expect(finding?.violations[0]?.because).toContain('still going after 60 moves (limit movesMax)');
  });

  test('a loop that spins on the clock is stopped, and told why', async () => {
    const spins = named('spins', () => {
      const untilMs = Date.now() + 1_000;
      while (Date.now() < untilMs);
    });
    const { finding } = await explore(spins);
    expect(finding?.violations[0]?.check).toBe('progress');
    expect(finding?.violations[0]?.because).toContain('times without a pause');
  });

  test('a result that cannot be stored is a finding that says which step, and where in the value', async () => {
    const odd = named('odd', (ctx) => ctx.step('open', () => ({ file: { close: () => undefined } })));
    const { finding } = await explore(odd);
    expect(finding?.violations[0]?.because).toBe(
      'open (position 0 of workflow w) returned a value that cannot be recorded: a function (close) at .file.close cannot be stored',
    );
  });

  test('fake timers that are installed already are refused, with what to do', async () => {
    vi.useFakeTimers();
    await expect(explore(sound)).rejects.toThrow('vi.useRealTimers()');
    vi.useRealTimers();
    expect((await explore(sound, { runsMax: 5 })).finding).toBeNull();
  });

  test('an unknown or impossible limit is refused by name', () => {
    expect(() => limitsOf({ name: 's', limits: { crashMax: 1 } as never })).toThrow(
      'unknown limit "crashMax"; known are executors, crashesMax',
    );
    expect(() => limitsOf({ name: 's', limits: { crashesMax: -1 } })).toThrow(
      'limit crashesMax must be a whole number from 0 on, not -1',
    );
    expect(() => limitsOf({ name: 's', limits: { executors: 0 } })).toThrow('executors must be at least 1');
  });

  test('a workflow that nobody defined fails by name', async () => {
    const unknown = named('unknown', () => undefined, {
      start: (client) => client.start('programme', { id: 'w' }),
    });
    expect((await explore(unknown)).finding?.violations[0]?.because).toBe(
      'check: start failed: no workflow is called "programme"; there are program',
    );
  });

  test('setup that waits for the outside is refused', async () => {
    const waits = named('waits', () => undefined, { setup: () => readFile(import.meta.filename) });
    await expect(explore(waits)).rejects.toThrow('setup of scenario "waits" awaits something that is not simulated');
  });

  test('an error in start is told as one', async () => {
    const fails = named('fails', () => undefined, { start: () => Promise.reject(new TypeError('no such client')) });
    expect((await explore(fails)).finding?.violations[0]?.because).toBe(
      'check: start failed: TypeError: no such client',
    );
  });

  test('an unknown check is refused by name', async () => {
    await expect(explore(sound, { checks: ['linage'] })).rejects.toThrow('no check is called "linage"');
  });
});

test('a run is described by its decisions: following its script makes the same bytes', async () => {
  const { finding } = await explore(interleaved, { checks: ['replay'], strategies: [random('bytes')] });
  const run = await replay(interleaved, finding!.script);
  expect(fingerprint(await replay(interleaved, scriptOf(run.decisions)))).toBe(fingerprint(run));
});

test('a campaign gives the process back: what it leaves behind belongs to no run any more', async () => {
  // On Node 20 and 22, an async context that is kept slows every promise there is.
  const gate = new EventTarget();
  const opened = new Promise((resolve) => gate.addEventListener('open', resolve));
  const left: (Place | undefined)[] = [];
  const leaves = named('leaves', () => void opened.then(() => left.push(place())));
  await explore(leaves, { runsMax: 3 });
  gate.dispatchEvent(new Event('open'));
  await opened;
  expect(left.length).toBeGreaterThan(0);
  expect(left.filter((one) => one !== undefined)).toEqual([]);
});
