/** Every check has a program that breaks it, and one beside it that does not; those that no program can break, a history. */
import { describe, expect, test } from 'vitest';
import { CHECKS, checksNamed, judge } from '../../harness/checker.ts';
import type { Reference } from '../../harness/checks/check.ts';
import type { CallKind, Claim, Event, Fact } from '../../harness/history.ts';
import {
  type Client,
  type Context,
  explore,
  type Finding,
  model,
  scenario,
  service,
  type Workflow,
} from '../../harness/index.ts';
import { KnownRuns } from '../../harness/reference.ts';
import { type Idiom, PLAIN } from '../../harness/idiom.ts';
import type { Run } from '../../harness/run.ts';

const log = service([] as readonly string[], {
  add: (state, line: string) => ({ state: [...state, line], reply: state.length + 1 }),
});

type Log = { readonly log: { readonly add: (line: string) => Promise<number> } };

/** The check that first objects to a program, within 400 runs; null: none does. */
async function caughtBy(
  body: (ctx: Context, world: Log) => Promise<unknown>,
  checks?: readonly string[],
): Promise<string | null> {
  const engine = model({
    world: { log },
    workflows: ({ world }) => ({ program: ((ctx) => body(ctx, world)) as Workflow }),
  });
  const start = async (client: {
    start: (name: string, options: { id: string }) => Promise<void>;
    send: (to: string, message: unknown, topic?: string) => Promise<void>;
  }): Promise<void> => {
    await client.start('program', { id: 'w' });
    await client.send('w', 'hello', 'greetings');
  };
  const { finding } = await explore(scenario({ name: 'program', engine, start }), {
    runsMax: 400,
    ...(checks && { checks }),
  });
  return finding?.violations[0]?.check ?? null;
}

const say = (text: string) => (): string => text;

describe('replay', () => {
  test('objects to another call at a recorded position', async () => {
    const sequence = async (ctx: Context, first: string, second: string): Promise<void> => {
      await ctx.step(first, say(first));
      await ctx.step(second, say(second));
    };
    const program = (ctx: Context): Promise<unknown> =>
      Promise.allSettled([sequence(ctx, 'a', 'b'), sequence(ctx, 'c', 'd')]);
    expect(await caughtBy(program, ['replay'])).toBe('replay');
  });

  test('objects to other arguments under the same name, which the engine does not see', async () => {
    const program = (ctx: Context): Promise<unknown> => ctx.step('stamp', (at: number) => at, Date.now());
    expect(await caughtBy(program, ['replay'])).toBe('replay');
    expect(await caughtBy((ctx) => ctx.step('stamp', (at: number) => at, 7), ['replay'])).toBeNull();
  });

  test('objects to a replay that ends without a recorded call', async () => {
    let runs = 0;
    const program = async (ctx: Context): Promise<void> => {
      if (runs++ % 2 === 0) await ctx.step('first time only', say('x'));
    };
    // State that survives from run to run would be refused as nondeterministic: it is reset by what the calm run does.
    const engine = model({
      workflows: () => {
        const born = Date.now();
        return {
          program: async (ctx) => {
            if (born < Date.UTC(2030, 0, 1) + 3) await program(ctx);
          },
        };
      },
    });
    const setup = (): void => void (runs = 0);
    const { finding } = await explore(
      scenario({ name: 'forgetful', engine, setup, start: (client) => client.start('program', { id: 'w' }) }),
      { checks: ['replay'] },
    );
    expect(finding?.violations[0]?.because).toContain('ended without calling it');
  });

  test('objects to a replay that calls more than the finished original', async () => {
    let runs = 0;
    const engine = model({
      workflows: () => ({
        program: (async (ctx) => {
          await ctx.step('always', say('x'));
          if (runs++ > 0) await ctx.step('second time only', say('y'));
        }) as Workflow,
      }),
    });
    const setup = (): void => void (runs = 0);
    const { finding } = await explore(
      scenario({ name: 'grown', engine, setup, start: (client) => client.start('program', { id: 'w' }) }),
      { checks: ['replay'] },
    );
    expect(finding?.violations[0]?.because).toContain('came to its end without second time only()');
  });

  test('names the class of an error, where that is what a replay loses', async () => {
    const engine = model({
      workflows: () => ({
        program: (ctx: Context) =>
          ctx
            .step('pay', () => Promise.reject(new TypeError('no')))
            .catch((error) => ctx.step(error instanceof TypeError ? 'decline' : 'alert', say('x'))),
      }),
    });
    const start = (client: Client): Promise<void> => client.start('program', { id: 'w' });
    const { finding } = await explore(scenario({ name: 'classes', engine, start }), {
      checks: ['replay'],
      runsMax: 200,
    });
    expect(finding?.violations[0]?.because).toMatch(
      /pay\(\) at position 0 threw a TypeError when it ran, and an Error /,
    );
    expect(finding?.violations[0]?.fix).toContain('branch on what a recorded error keeps');
  });

  test('objects to a result that cannot be recorded', async () => {
    expect(await caughtBy((ctx) => ctx.step('handler', () => () => 1))).toBe('replay');
  });
});

test('no check has anything against a zombie whose program swallows that it was fenced', async () => {
  const patient = async (ctx: Context): Promise<unknown> => {
    await Promise.allSettled([ctx.step('a', say('a')), ctx.step('b', say('b'))]);
    return Promise.allSettled([ctx.step('c', say('c'))]);
  };
  const zombies = scenario({
    name: 'zombies',
    engine: model({ workflows: () => ({ program: patient }) }),
    start: (client) => client.start('program', { id: 'w' }),
    limits: { executors: 2, suspensionsMax: 1, crashesMax: 0 },
  });
  const { finding, reached } = await explore(zombies, { runsMax: 1_500 });
  expect(finding?.violations).toBeUndefined();
  expect(reached['a zombie writes and is fenced']).toBeGreaterThan(10);
});

describe('lineage', () => {
  const sequence = async (ctx: Context, name: string): Promise<void> => {
    for (const turn of [1, 2]) await ctx.step('work', say(`${name}${turn}`));
  };

  test('objects to interleaved sequences of one step name without any crash', async () => {
    expect(await caughtBy((ctx) => Promise.all([sequence(ctx, 'a'), sequence(ctx, 'b')]), ['lineage'])).toBe('lineage');
  });

  test('objects to work that depends on who answers first', async () => {
    const race = async (ctx: Context): Promise<void> => {
      const slow = ctx.step('slow', say('slow'));
      const first = await Promise.race([slow.then(say('step')), ctx.sleep(1_000).then(say('sleep'))]);
      await slow;
      await ctx.step('finish', say(first));
    };
    expect(await caughtBy(race, ['lineage'])).toBe('lineage');
  });

  test('has nothing against steps that are gathered, whoever answers first', async () => {
    const gathered = (ctx: Context): Promise<unknown> =>
      Promise.all(['a', 'b', 'c'].map((name) => ctx.step('work', say(name))));
    expect(await caughtBy(gathered)).toBeNull();
  });

  test('has nothing against a pool of one-step tasks: position k is always item k', async () => {
    const pool = async (ctx: Context): Promise<void> => {
      const queue = ['1', '2', '3', '4'];
      const worker = async (): Promise<void> => {
        for (let item = queue.shift(); item !== undefined; item = queue.shift()) await ctx.step('work', say(item));
      };
      await Promise.all([worker(), worker()]);
    };
    expect(await caughtBy(pool, ['lineage'])).toBeNull();
  });

  test('has nothing against answers of a world that differ from run to run', async () => {
    const numbered = (ctx: Context, { log: { add } }: Log): Promise<unknown> =>
      Promise.all(['a', 'b'].map((line) => ctx.step('add', () => add(line))));
    expect(await caughtBy(numbered, ['lineage'])).toBeNull();
  });

  test('has nothing against following a message, or a timeout', async () => {
    const polite = async (ctx: Context): Promise<void> => {
      const message = await ctx.recv('greetings', 5);
      if (message === null) await ctx.step('leave', say('bye'));
      else await ctx.step('answer', say('hello'));
    };
    expect(await caughtBy(polite)).toBeNull();
  });
});

describe('ambient', () => {
  test.each([
    ['the clock', (): unknown => Date.now()],
    ['randomness', (): unknown => Math.random()],
    ['an id', (): unknown => crypto.randomUUID()],
  ])('objects to %s read between steps and replayed', async (_, read) => {
    const program = async (ctx: Context): Promise<void> => {
      read();
      await ctx.step('work', say('x'));
    };
    expect(await caughtBy(program)).toBe('ambient');
  });

  test('has nothing against the same in a step', async () => {
    expect(await caughtBy((ctx) => ctx.step('work', () => Date.now() > 0))).toBeNull();
  });
});

describe('floating', () => {
  test('objects to a step that nobody awaits', async () => {
    const careless = async (ctx: Context): Promise<string> => {
      void ctx.step('audit', say('x'));
      return 'done';
    };
    expect(await caughtBy(careless)).toBe('floating');
  });

  test('objects to a rejection that nobody hears', async () => {
    const deaf = async (ctx: Context): Promise<void> => {
      const fails = ctx.step('fails', () => Promise.reject(new Error('no')));
      await ctx.step('other', say('x'));
      await ctx.step('another', say('x'));
      await fails.catch(say('caught'));
    };
    expect(await caughtBy(deaf, ['floating'])).toBe('floating');
  });
});

describe('progress', () => {
  test('objects to a promise that nobody settles', async () => {
    expect(await caughtBy(() => new Promise(() => undefined))).toBe('progress');
  });

  test('objects to waiting for what nobody sends', async () => {
    expect(await caughtBy(async (ctx) => ctx.getEvent('w', 'never', 2 ** 40))).toBeNull();
    const child = async (ctx: Context): Promise<unknown> =>
      (await ctx.start('program', undefined, { id: 'w' })).result();
    expect(await caughtBy(child)).toBe('progress');
  });
});

describe('results', () => {
  test('objects to a result that only a crash brings about', async () => {
    const lucky = async (ctx: Context): Promise<unknown> => {
      const attempt = ctx.step('work', say('x'));
      return [await attempt, Math.floor(Date.now() / 4)];
    };
    expect(await caughtBy(lucky, ['results'])).toBe('results');
  });

  test('has nothing against a race, as long as a crash brings no new winner', async () => {
    const race = async (ctx: Context): Promise<string> => {
      const slow = ctx.step('slow', say('step'));
      const first = await Promise.race([slow, ctx.sleep(10).then(say('sleep'))]);
      await slow;
      return first;
    };
    expect(await caughtBy(race, ['results'])).toBeNull();
  });

  test('has nothing against a time that was read durably', async () => {
    expect(await caughtBy((ctx) => ctx.now())).toBeNull();
  });
});

describe('effects', () => {
  test('objects to an effect outside steps, which every replay repeats', async () => {
    const direct = async (ctx: Context, { log: { add } }: Log): Promise<void> => {
      await add('outside');
      await ctx.step('work', say('x'));
    };
    expect(await caughtBy(direct, ['effects'])).toBe('effects');
    expect(await caughtBy((ctx, { log: { add } }) => ctx.step('add', () => add('inside')), ['effects'])).toBeNull();
  });

  test('objects to a recorded step that runs again', () => {
    expect(evidenceOf('effects', [recorded, ran(2)])).toEqual([[0, 1]]);
    expect(evidenceOf('effects', [ran(1), recorded])).toEqual([]);
  });

  test('objects to a transaction that commits twice', () => {
    const committed: Fact = { type: 'transaction.committed', workflow: 'w', position: 0, name: 'debit' };
    expect(evidenceOf('effects', [committed, { ...committed }])).toEqual([[0, 1]]);
    expect(evidenceOf('effects', [committed, { ...committed, position: 1 }])).toEqual([]);
  });

  test('objects to a message that is consumed twice', () => {
    const consumed: Fact = { type: 'message.consumed', message: 3, workflow: 'w', position: 0 };
    expect(evidenceOf('effects', [consumed, { ...consumed, position: 2 }])).toEqual([[0, 1]]);
    expect(evidenceOf('effects', [consumed, { ...consumed, message: 4 }])).toEqual([]);
  });

  const recorded: Fact = {
    type: 'outcome.recorded',
    workflow: 'w',
    position: 0,
    kind: 'step',
    name: 's',
    outcome: { ok: true, text: '1' },
    executor: 'executor-1',
  };
  const ran = (attempt: number): Claim => ({
    type: 'step.ran',
    workflow: 'w',
    attempt,
    position: 0,
    name: 's',
    tryNumber: 1,
  });
});

describe('control', () => {
  const zombies = (program: Workflow): Promise<{ finding: Finding | null }> =>
    explore(
      scenario({
        name: 'zombies',
        engine: model({ workflows: () => ({ program }) }),
        start: (client) => client.start('program', { id: 'w' }),
        limits: { executors: 2, suspensionsMax: 1, crashesMax: 0 },
      }),
      { runsMax: 400 },
    );

  test('objects to a zombie that makes good for what never failed', async () => {
    const makesGood: Workflow = (ctx: Context) =>
      ctx.step('pay', say('paid')).catch(() => ctx.step('refund', say('x')));
    const { finding } = await zombies(makesGood);
    expect(finding?.violations[0]).toMatchObject({
      check: 'control',
      because: expect.stringMatching(/stopped by ConflictError \(5\).* runs refund at position 1 of workflow w/),
    });
  });

  test('has nothing against a program that lets errors of the engine through', async () => {
    const lets: Workflow = (ctx: Context) =>
      ctx.step('pay', say('paid')).catch((error: { code?: number }) => {
        if (error.code === 5) throw error;
        return ctx.step('refund', say('x'));
      });
    expect((await zombies(lets)).finding).toBeNull();
  });
});

describe('engine', () => {
  const started: Claim = { type: 'attempt.started', workflow: 'w', attempt: 1, executor: 'executor-1', recorded: 0 };
  const entered = (position: number, kind: CallKind = 'step'): Claim => ({
    ...{ type: 'call.entered', workflow: 'w', attempt: 1, position, kind, name: 's', args: null },
    ...{ branch: 1, replayed: false, call: 's#1' },
  });
  const answered: Claim = { type: 'call.settled', workflow: 'w', attempt: 1, position: 0, ok: true };

  test('objects to an engine that gives one position to two calls', () => {
    expect(evidenceOf('engine', [started, entered(0), entered(0)])).toEqual([[1, 2]]);
    expect(evidenceOf('engine', [started, entered(0), entered(1)])).toEqual([]);
  });

  test('objects to an answer that is not on record, if it says something', () => {
    expect(evidenceOf('engine', [started, entered(0), answered])).toEqual([[1]]);
    expect(evidenceOf('engine', [started, entered(0, 'sleep'), answered])).toEqual([]);
  });

  test('objects to an error that is not on record only where the engine is known for it', () => {
    const failed: Claim = { ...answered, ok: false, threw: 'Missing' };
    const defect = {
      promise: 'unrecorded',
      call: 's',
      threw: 'Missing',
      because: 'it forgets',
      fix: 'remind it',
    } as const;
    const forgetful = (more: object): Idiom => ({ ...PLAIN, defects: [{ ...defect, ...more }] });
    const history = [started, entered(0), failed];
    expect(evidenceOf('engine', history)).toEqual([]);
    expect(evidenceOf('engine', history, forgetful({}))).toEqual([[1]]);
    for (const other of [{ threw: 'Other' }, { threw: undefined }, { call: 't' }, { promise: 'shared' }])
      expect(evidenceOf('engine', history, forgetful(other))).toEqual([]);
  });

  test('objects to a call that throws, but has taken effect', () => {
    const denied: Claim = { type: 'call.denied', workflow: 'w', attempt: 1, position: 0, name: 'resume' };
    expect(evidenceOf('engine', [started, entered(0), denied])).toEqual([[1, 2]]);
  });

  test('objects to a time of a schedule that is left out for good, not to one that is late', () => {
    const skipped: Fact = { type: 'schedule.skipped', schedule: 'hourly', missing: 'at 3' };
    const created: Fact = { type: 'workflow.created', workflow: 'at 3', name: 'hourly', input: '[]', parent: null };
    expect(evidenceOf('engine', [skipped])).toEqual([[0]]);
    expect(evidenceOf('engine', [skipped, created])).toEqual([]);
  });
});

/** The evidence of a check against a history made by hand: what no program can do, a broken engine might. */
function evidenceOf(check: string, facts: readonly (Fact | Claim)[], idiom = PLAIN): (readonly number[])[] {
  const history = facts.map((fact, seq): Event => ({ ...fact, seq, atMs: seq }));
  const run: Run = {
    scenario: 'made by hand',
    idiom,
    decisions: [],
    history,
    ending: { how: 'finished' },
    results: {},
    complaints: [],
    moves: facts.length,
  };
  const reference: Reference = new KnownRuns((value) => value);
  return judge(run, reference, checksNamed([check])).map(({ evidence }) => evidence);
}

describe('the user', () => {
  const withHooks = (hooks: {
    check?: () => void;
    invariant?: () => void;
  }): Promise<{ finding: { violations: readonly { because: string }[] } | null }> =>
    explore(
      scenario({
        name: 'mine',
        engine: model({ workflows: () => ({ program: () => 1 }) }),
        start: (client) => client.start('program', { id: 'w' }),
        ...hooks,
      }),
      { runsMax: 20 },
    );
  const object = (): never => {
    throw new Error('not like this');
  };

  test('is heard when check or invariant throws', async () => {
    expect((await withHooks({ check: object })).finding?.violations[0]?.because).toBe('check: not like this');
    expect((await withHooks({ invariant: object })).finding?.violations[0]?.because).toBe('invariant: not like this');
    expect((await withHooks({ check: () => undefined })).finding).toBeNull();
  });
});

describe('every verdict', () => {
  test('comes from a check with a name and a law of its own', () => {
    expect(new Set(CHECKS.map(({ name }) => name)).size).toBe(CHECKS.length);
    expect(CHECKS.every(({ law }) => law.length > 10)).toBe(true);
  });

  test('of an unknown check is refused by name', () => {
    expect(() => checksNamed(['lineages'])).toThrow(
      'no check is called "lineages"; there are engine, ambient, replay, lineage',
    );
  });
});
