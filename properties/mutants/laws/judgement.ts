/** Laws of the checks: each objects to what it is there for, and to nothing beside it. */
import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import crypto from 'node:crypto';
import { checksNamed, judge } from '../../../harness/checker.ts';
import type { Claim, Event, Fact } from '../../../harness/history.ts';
import {
  type Context,
  type Limits,
  random,
  type Run,
  type Strategy,
  verify,
  WINDOWS,
  type Workflow,
} from '../../../harness/index.ts';
import { KnownRuns } from '../../../harness/reference.ts';
import { windowsOf } from '../../../harness/windows.ts';
import { crashAfter, type Options, type Outside, scenarioOf } from '../../harness/support.ts';
import { caughtBy, counted, countRun, type Law, make, say } from './making.ts';

type Main = (ctx: Context, outside: Outside) => unknown;

type Planned = Options & { readonly strategies?: () => readonly Strategy[] };

/** A program, and whether the check that it is tried with objects. */
type Case = readonly [what: string, objects: boolean, main: Main, options?: Planned];

/** `check` alone objects to exactly those programs that it should. */
const judges = (check: string, cases: readonly Case[]) => async (): Promise<void> => {
  for (const [what, objects, main, { strategies, ...options } = {}] of cases) {
    const runsMax = objects ? 300 : 120;
    const budget = { checks: [check], runsMax, ...(strategies && { strategies: strategies() }) };
    const found = await caughtBy(main, { ...options, budget });
    strictEqual(found !== null, objects, `${check}: ${what} ${objects ? 'goes unseen' : 'is objected to'}`);
  }
};

/** A program that is another one in every process. */
function turncoat(...mains: readonly Main[]): readonly [main: Main, options: Options] {
  let processes = 0;
  const mainOf = new WeakMap<Outside, Main>();
  const others = (outside: Outside): Record<string, never> => {
    mainOf.set(outside, mains[Math.min(processes++, mains.length - 1)]!);
    return {};
  };
  return [(ctx, outside) => mainOf.get(outside)!(ctx, outside), { setup: () => void (processes = 0), others }];
}

/** The same on two executors, one of which may be taken for dead. */
const zombie = ([main, options]: readonly [Main, Options]): readonly [Main, Options] => [
  main,
  { ...options, limits: ZOMBIE },
];

const never = (): Promise<never> => new Promise(() => undefined);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const sequence = async (ctx: Context, name: string, ...bodies: readonly string[]): Promise<void> => {
  for (const body of bodies) await ctx.step(name, say(body));
};
const ZOMBIE: Partial<Limits> = { executors: 2, suspensionsMax: 1, crashesMax: 0 };

/** Makes good for whatever its steps throw, the refusal of a zombie's records included. */
async function patient(ctx: Context): Promise<unknown> {
  try {
    await ctx.step('a', say('a'));
    return await ctx.step('b', say('b'));
  } catch {
    return ctx.step('make good', say('c'));
  }
}

const ambient = judges('ambient', [
  ['a clock read between steps', true, (ctx) => (Date.now(), ctx.step('s', say(1)))],
  ['the second of two reads', true, (ctx) => (crypto.randomInt(7, 8), crypto.randomInt(1e6), ctx.step('s', say(1)))],
  [
    'reads that come to the same',
    false,
    (ctx) => (crypto.randomInt(7, 8), crypto.randomInt(3, 4), ctx.step('s', say(1))),
  ],
  ['a clock read in a step', false, (ctx) => ctx.step('s', () => Date.now())],
]);

const replay = judges('replay', [
  [
    'another name',
    true,
    ...turncoat(
      (ctx) => ctx.step('a', say(1)),
      (ctx) => ctx.step('b', say(1)),
    ),
  ],
  ['other arguments', true, (ctx) => ctx.step('a', (at: number) => at, Date.now())],
  ['a call left out', true, ...turncoat((ctx) => ctx.step('a', say(1)), say(1))],
  ['a call more', true, ...turncoat(say(1), (ctx) => ctx.step('a', say(1)))],
  ['another end', true, ...turncoat(say(1), say(2))],
  ['a value that cannot be recorded', true, (ctx) => ctx.step('a', say(never)).catch(say('refused'))],
  ['the same end, twice', false, async (ctx) => [await ctx.step('a', say(1)), await ctx.recv('t', 5), { b: 2 }]],
  ['a zombie that does not mind being refused', false, patient, { limits: ZOMBIE }],
  ['a workflow that was taken over', false, (ctx) => sequence(ctx, 'a', 'x', 'y'), { limits: ZOMBIE }],
]);

const lineage = judges('lineage', [
  ['sequences side by side', true, (ctx) => Promise.all([sequence(ctx, 's', 'a', 'b'), sequence(ctx, 's', 'c', 'd')])],
  [
    'a step that says who was first',
    true,
    async (ctx) => {
      const slow = ctx.step('slow', say('slow'));
      const first = await Promise.race([slow.then(say('step')), ctx.sleep(1_000).then(say('sleep'))]);
      await slow;
      await ctx.step('finish', (_: string) => 1, first);
    },
  ],
  [
    'a request that says who was first',
    true,
    async (ctx, { world }) => {
      const slow = ctx.step('slow', say('slow'));
      const first = await Promise.race([slow.then(say('step')), ctx.sleep(1_000).then(say('sleep'))]);
      await slow;
      await ctx.step('finish', async () => void (await world.bank.charge(first)));
    },
  ],
  ['a zombie that does not mind being refused', false, patient, { limits: ZOMBIE }],
  ['steps that are gathered', false, (ctx) => Promise.all(['a', 'b', 'c'].map((name) => ctx.step('work', say(name))))],
  [
    'a world that answers differently',
    false,
    (ctx, { world }) => Promise.all(['a', 'b'].map((line) => ctx.step('charge', () => world.bank.charge(line)))),
  ],
  [
    'following a message, or its absence',
    false,
    async (ctx) => ((await ctx.recv('t', 5)) === null ? ctx.step('leave', say(1)) : ctx.step('answer', say(2))),
    { start: (client) => client.start('main', { id: 'w' }).then(() => client.send('w', 'hello', 't')) },
  ],
  ['time in a step', false, (ctx) => ctx.step('s', () => Date.now()).then(say(1))],
  [
    'requests side by side',
    false,
    (ctx, { world }) =>
      ctx.step('s', () =>
        Promise.all(['a', 'b'].map((what) => world.bank.charge(what).then(() => world.bank.charge(what)))),
      ),
  ],
  [
    'a step that runs out of time',
    false,
    (ctx, { world }) =>
      ctx
        .step({ name: 's', timeoutMs: 30 }, async () => [await world.bank.charge('a'), await world.bank.charge('b')])
        .catch(say(1)),
  ],
  [
    'different sleeps',
    false,
    async (ctx) => {
      await ctx.sleep(5);
      await ctx.step('s', say(1));
    },
  ],
]);

/** The time at which a sleep ends is nothing that a program sees: calls after it are still compared. */
async function beyondSleep(): Promise<void> {
  const scenario = scenarioOf(
    () => async (ctx) => {
      await ctx.step('s', say(1));
      await ctx.sleep(5);
      await Promise.all([sequence(ctx, 's', 'a', 'b'), sequence(ctx, 's', 'c', 'd')]);
    },
    { start: (client) => client.start('main', { id: 'w' }).then(() => client.send('w', 'makes it later')) },
  );
  const script = [
    { after: 'start w', choose: 'send w' },
    { after: 'fire sleep#1', choose: 'land s#3' },
  ];
  const finding = await verify(counted(scenario), script, { checks: ['lineage'] });
  strictEqual(finding?.violations[0]?.check, 'lineage');
}

const floating = judges('floating', [
  ['a step nobody awaits', true, (ctx) => void ctx.step('audit', say(1)).catch(say(1))],
  ['a rejection nobody hears', true, () => void Promise.reject(new Error('no'))],
  ['a wait nobody awaits', false, (ctx) => void ctx.recv('t', 50).catch(say(1))],
  ['awaiting all', false, (ctx) => Promise.allSettled([ctx.step('a', say(1)), ctx.step('b', say(2))])],
  [
    'a zombie that stops',
    false,
    (ctx) => Promise.allSettled([sequence(ctx, 'a', 'x', 'y'), never()].slice(0, 1)),
    { limits: ZOMBIE },
  ],
  [
    'a zombie with calls in flight',
    false,
    (ctx) => Promise.all([ctx.step('a', say(1)), ctx.step('b', () => pause(50))]),
    { limits: ZOMBIE },
  ],
]);

const progress = judges('progress', [
  ['a promise nobody settles', true, never],
  ['a wait for ever', true, (ctx) => ctx.recv('t', Infinity)],
  ['a workflow that waits for itself', true, async (ctx) => (await ctx.start('main', undefined, { id: 'w' })).result()],
  [
    'a livelock',
    true,
    async (ctx) => {
      for (;;) await ctx.sleep(1);
    },
    { limits: { movesMax: 60 } },
  ],
  ['a long wait', false, (ctx) => ctx.recv('t', 2 ** 33)],
  ['an early death', false, () => void Promise.reject(new Error('no'))],
]);

const effects = judges('effects', [
  ['an effect outside steps', true, async (ctx, { world }) => (await world.bank.charge('x'), ctx.step('s', say(1)))],
  [
    'one that happens twice in one attempt',
    false,
    async (_, { world }) => [await world.bank.charge('x'), await world.bank.charge('x')],
    { limits: { crashesMax: 0 } },
  ],
  ['an effect in a step', false, (ctx, { world }) => ctx.step('s', () => world.bank.charge('x'))],
  [
    'a try that was in flight',
    false,
    (ctx, { world }) => ctx.step({ name: 's', attemptsMax: 3 }, () => world.bank.charge('x', 'k')),
    { limits: { ...ZOMBIE, failuresMax: 1 } },
  ],
]);

const users = judges('check', [
  ['a check that throws', true, say(1), { check: () => strictEqual(1, 2) }],
  ['an invariant that throws', true, say(1), { invariant: () => strictEqual(1, 2) }],
  ['a start that fails', true, say(1), { start: () => Promise.reject(new Error('no')) }],
  ['a run that never finishes', false, never, { check: () => strictEqual(1, 2) }],
  ['hooks that say nothing', false, say(1), { check: () => undefined, invariant: () => undefined }],
]);

const results = judges('results', [
  [
    'a result only a crash brings about',
    true,
    async (ctx) => [await ctx.step('s', say(1)), Math.floor(Date.now() / 4)],
  ],
  ['a result of how often it ran', true, ...turncoat(say(1), say(2))],
  ['a result only a takeover brings about', true, ...zombie(turncoat(say(1), say(2)))],
  [
    'a race',
    false,
    async (ctx) => {
      const both = [ctx.step('a', say('a')), ctx.step('b', say('b'))];
      const first = await Promise.race(both);
      await Promise.all(both);
      return first;
    },
    { strategies: () => [random('race')] },
  ],
  ['a time that was recorded', false, async (ctx) => new Date(await ctx.now()).toISOString()],
  ['a time from a step', false, (ctx) => ctx.step('s', () => Date.now())],
  ['what is not finished', false, never],
]);

// ---- what no program can do, and a broken engine might ---------------------------------------------------------------

const RECORDED: Fact = {
  ...{ type: 'outcome.recorded', workflow: 'w', position: 0, kind: 'step', name: 's' },
  ...{ outcome: { ok: true, text: '1' }, executor: 'executor-1' },
};
const entered = (attempt: number): Claim => ({
  ...{ type: 'call.entered', workflow: 'w', attempt, position: 0, kind: 'step', name: 's', args: null },
  ...{ branch: 1, replayed: false, call: `s#${attempt}` },
});
const ran = (attempt: number): Claim => ({
  ...{ type: 'step.ran', workflow: 'w', attempt, position: 0, name: 's', tryNumber: 1 },
});
const COMMITTED: Fact = { type: 'transaction.committed', workflow: 'w', position: 0, name: 'debit' };
const CONSUMED: Fact = { type: 'message.consumed', message: 3, workflow: 'w', position: 0 };

const HISTORIES: readonly (readonly [events: readonly (Fact | Claim)[], objections: number])[] = [
  [[entered(1), ran(1), RECORDED, entered(2), ran(2)], 1],
  [[entered(1), ran(1), RECORDED], 0],
  [[entered(1), ran(1), entered(2), RECORDED, ran(2)], 0],
  [[COMMITTED, { ...COMMITTED }], 1],
  [[COMMITTED, { ...COMMITTED, position: 1 }], 0],
  [[CONSUMED, { ...CONSUMED, position: 2 }], 1],
  [[CONSUMED, { ...CONSUMED, message: 4 }], 0],
];

function histories(): void {
  for (const [events, objections] of HISTORIES) {
    countRun();
    const history = events.map((event, seq): Event => ({ ...event, seq, atMs: seq }));
    const run: Run = {
      ...{ scenario: 'made by hand', decisions: [], history, ending: { how: 'finished' } },
      ...{ results: {}, complaints: [], moves: history.length },
    };
    const violations = judge(run, new KnownRuns(null), checksNamed(['effects']));
    strictEqual(violations.length, objections, JSON.stringify(events));
  }
}

// ---- fault windows -------------------------------------------------------------------------------------------------

const pays =
  ({ world }: Outside): Workflow =>
  async (ctx) => {
    await ctx.step('plain', say(1));
    await ctx.step({ name: 'pay', attemptsMax: 2 }, () => world.bank.charge('x'));
    await ctx.sleep(50);
  };

const ENTERED: readonly (readonly [window: (typeof WINDOWS)[number], after: string, choose: string])[] = [
  ['crash before the effect', 'reply plain#1', 'crash executor-1'],
  ['crash after the effect, before its checkpoint', 'land bank.charge#1', 'crash executor-1'],
  ['crash after the effect, before its checkpoint', 'reply bank.charge#1', 'crash executor-1'],
  ['crash before the checkpoint of a step without effects', 'start w', 'crash executor-1'],
  ['crash after the checkpoint, before its acknowledgement', 'land plain#1', 'crash executor-1'],
  ['crash while waiting, or while a timer runs', 'reply sleep#1', 'crash executor-1'],
  ['a call fails before its effect', 'reply plain#1', 'fail bank.charge#1'],
  ['a call fails after its effect', 'land bank.charge#1', 'fail bank.charge#1'],
];

async function windows(): Promise<void> {
  const scenario = scenarioOf(pays, { limits: { crashesMax: 2, failuresMax: 1 } });
  for (const [window, after, choose] of ENTERED)
    deepStrictEqual([...windowsOf(await make(scenario, [{ after, choose }]))], [window]);
  // The step has its record; what it still asks of the world is another effect.
  const late = scenarioOf(
    ({ world }) =>
      (ctx) =>
        ctx.step('pay', async () => {
          await world.bank.charge('x');
          void world.bank.charge('y');
        }),
  );
  const script = [
    { after: 'reply bank.charge#1', choose: 'land pay#1' },
    { after: 'land pay#1', choose: 'crash executor-1' },
  ];
  deepStrictEqual([...windowsOf(await make(late, script))].toSorted(), [
    'crash after the checkpoint, before its acknowledgement',
    'crash before the effect',
  ]);
  const twice = [...crashAfter('land plain#1'), { after: 'reply claim w#1', choose: 'crash executor-1#2' }];
  deepStrictEqual(
    [...windowsOf(await make(scenario, twice))],
    ['crash after the checkpoint, before its acknowledgement', 'crash during replay'],
  );
  const silent = [
    { after: 'reply plain#1', choose: 'suspend executor-1' },
    { after: 'suspend executor-1', choose: 'takeover executor-1 by executor-2' },
  ];
  const fenced = await make(scenarioOf(pays, { limits: ZOMBIE }), silent);
  deepStrictEqual([...windowsOf(fenced)], ['a zombie writes and is fenced']);
}

export const JUDGEMENTS: readonly Law[] = [
  { name: 'recorded work, commits and messages happen once in a history', holds: histories },
  { name: 'a run enters the fault windows that its faults hit', holds: windows },
  { name: 'lineage goes on comparing after a sleep', holds: beyondSleep },
  { name: 'check objects to what the user objects to, and no more', holds: users },
  { name: 'progress objects to what never ends, and no more', holds: progress },
  { name: 'floating objects to what nobody awaits, and no more', holds: floating },
  { name: 'effects objects to what is done again, and no more', holds: effects },
  { name: 'ambient objects to reads that differ on replay, and no more', holds: ambient },
  { name: 'replay objects to what is not as recorded, and no more', holds: replay },
  { name: 'lineage objects to what depends on timing, and no more', holds: lineage },
  { name: 'results objects to what only a crash brings, and no more', holds: results },
];
