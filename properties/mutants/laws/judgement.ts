/** Laws of the checks: each objects to what it is there for, and to nothing beside it. */
import { strictEqual } from 'node:assert/strict';
import crypto from 'node:crypto';
import { random, type Strategy } from '../../../harness/index.ts';
import { type Options } from '../../harness/support.ts';
import { type Main, never, patient, pause, sequence, turncoat, winner, zombie, ZOMBIE } from './mains.ts';
import { followLoosely } from '../../../harness/strategies/script.ts';
import { caughtBy, once, type Law, say } from './making.ts';

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

const ambient = judges('ambient', [
  ['a clock read between steps', true, (ctx) => (Date.now(), ctx.step('s', say(1)))],
  ['the second of two reads', true, (ctx) => (crypto.randomInt(7, 8), crypto.randomInt(1e6), ctx.step('s', say(1)))],
  [
    'reads that come to the same',
    false,
    (ctx) => (crypto.randomInt(7, 8), crypto.randomInt(3, 4), ctx.step('s', say(1))),
  ],
  [
    'branches that read in any order',
    false,
    (ctx) =>
      Promise.all([
        ctx.step('a', say(1)).then(() => crypto.randomInt(7, 8)),
        ctx.step('b', say(1)).then(() => crypto.randomInt(3, 4)),
      ]),
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
    async (ctx) => ctx.step('finish', (who: string) => who !== '', await winner(ctx)),
  ],
  [
    'a request that says who was first',
    true,
    async (ctx, { world }) => {
      const first = await winner(ctx);
      await ctx.step('finish', () => world.bank.charge(first).then(say(1)));
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
  [
    'a timer in a step',
    false,
    (ctx, { world }) =>
      ctx.step('s', () => Promise.race([world.bank.charge('a').then(say('in time')), pause(20).then(say('late'))])),
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
    'a child that is given another input',
    false,
    async (ctx) => (await ctx.start('child', await ctx.step('clock', () => Date.now()))).result(),
    { others: () => ({ child: (ctx, input: number) => ctx.step('s', (at: number) => `at ${at}`, input) }) },
  ],
]);

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

const control = judges('control', [
  ['a zombie that makes good for being refused', true, patient, { limits: ZOMBIE }],
  [
    'a refusal that is swallowed',
    true,
    ...turncoat(
      (ctx) => ctx.step('a', say(1)),
      (ctx) => ctx.step('b', say(1)).catch(say(1)),
    ),
  ],
  [
    'a refusal that is let through',
    false,
    ...turncoat(
      (ctx) => ctx.step('a', say(1)),
      (ctx) => ctx.step('b', say(1)),
    ),
  ],
  [
    'a zombie that does what its successor does',
    false,
    async (ctx) => [await Promise.allSettled([ctx.step('a', say(1))]), await ctx.step('b', say(2)).catch(say(2))],
    { limits: ZOMBIE },
  ],
]);

const engine = judges('engine', [
  [
    'a sleep of no time, which leaves no record',
    false,
    async (ctx) => [await ctx.sleep(0), await ctx.step('a', say(1))],
  ],
]);

const effects = judges('effects', [
  ['an effect outside steps', true, async (ctx, { world }) => (await world.bank.charge('x'), ctx.step('s', say(1)))],
  [
    'one that happens twice in one attempt',
    false,
    async (_, { world }) => [await world.bank.charge('x'), await world.bank.charge('x')],
    { limits: { crashesMax: 0 } },
  ],
  [
    'a repeat that changes nothing',
    false,
    async (ctx, { world }) => [await world.bank.charge('x', 'key'), await ctx.step('s', say(1))],
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

/** In this run the second step wins, as it may without the crash that nobody has looked at yet. */
const BEHIND = [
  { after: 'start w', choose: 'land b#1' },
  { after: 'land b#1', choose: 'crash executor-1' },
];

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
    { strategies: () => [once(followLoosely(BEHIND))] },
  ],
  [
    'one order of very many',
    false,
    async (ctx) => {
      const order: number[] = [];
      const steps = Array.from({ length: 7 }, (_, at) => ctx.step(`s${at}`, say(at)).then(() => order.push(at)));
      await Promise.all(steps);
      return order.join();
    },
    { strategies: () => [random('orders')] },
  ],
  ['a time that was recorded', false, async (ctx) => new Date(await ctx.now()).toISOString()],
  ['a time from a step', false, (ctx) => ctx.step('s', () => Date.now())],
  ['what is not finished', false, never],
]);

export const JUDGEMENTS: readonly Law[] = [
  { name: 'check objects to what the user objects to, and no more', holds: users },
  { name: 'progress objects to what never ends, and no more', holds: progress },
  { name: 'floating objects to what nobody awaits, and no more', holds: floating },
  { name: 'engine objects to no answer that says nothing', holds: engine },
  { name: 'control objects to what is done after the engine said stop, and no more', holds: control },
  { name: 'effects objects to what is done again, and no more', holds: effects },
  { name: 'ambient objects to reads that differ on replay, and no more', holds: ambient },
  { name: 'replay objects to what is not as recorded, and no more', holds: replay },
  { name: 'lineage objects to what depends on timing, and no more', holds: lineage },
  { name: 'results objects to what only a crash brings, and no more', holds: results },
];
