/** Laws of the machine, over random runs of one program that uses all of it, and over a few runs move by move. */
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { Client, Decision, MoveKind, Run, Workflow } from '../../../harness/index.ts';
import { ended, moves, type Options, type Outside, scenarioOf, valueOf } from '../../harness/support.ts';
import { eventsOf, type Law, made, make, messageOf, sampled, say } from './making.ts';

const LIMITS = { executors: 2, crashesMax: 3, failuresMax: 2, suspensionsMax: 2, skewMs: 1_000 };

const parent =
  ({ world, database }: Outside): Workflow =>
  async (ctx) => {
    const charge = (what: string): Promise<number> => world.bank.charge(what);
    await Promise.allSettled([
      ctx.step('once', charge, 'once'),
      ctx.step({ name: 'stubborn', attemptsMax: 4, backoffMs: 30 }, charge, 'again'),
      ctx.step({ name: 'slow', timeoutMs: 20, attemptsMax: 2 }, charge, 'slow'),
      ctx.step('plain', () => database.commit('log', ({ log }) => log.push('plain'))),
    ]);
    const child = await ctx.start<string>('child', 'hello');
    await ctx.sleep(250);
    await Promise.allSettled([child.result(), ctx.recv('word', 900)]);
    await ctx.transaction('log', ({ log }: { log: string[] }) => log.push('paid'));
    return ctx.uuid();
  };

const rich = scenarioOf(parent, {
  others: () => ({
    child: async (ctx, word: string) => {
      await ctx.send('w', word, 'word');
      return ctx.step('echo', (text: string) => new Promise((resolve) => setTimeout(resolve, 5, text)), word);
    },
  }),
  start: async (client) => {
    await client.start('main', { id: 'w' });
    await client.start('child', { id: 'queued', queued: true });
    await client.send('w', 'from outside', 'word');
  },
  limits: LIMITS,
});

let sample: Promise<readonly Run[]> | undefined;
/** The random runs that the laws share, made once. */
const runs = (): Promise<readonly Run[]> => (sample ??= sampled(rich, 200));

/** Calm first: what is on its way comes in before anything new goes out, and nothing breaks by itself. */
const RANKS: readonly (readonly MoveKind[])[] = [
  ...[['reply'], ['land'], ['claim'], ['client'], ['restart'], ['timer'], ['wake']].map((kinds) => kinds as MoveKind[]),
  ['fail', 'crash', 'suspend', 'takeover'],
];
const rankOf = (kind: MoveKind): number => RANKS.findIndex((kinds) => kinds.includes(kind));
const executorOf = (label: string): string => /(?:executor-\d|client)/.exec(label)?.[0] ?? 'executor-1';
/** `step#1` of `land step#1`. */
const callOf = (label: string): string => label.replace(/^(?:reply|land) /, '');
const inFlight = ({ options }: Decision): string[] =>
  options.filter(({ kind }) => kind === 'reply' || kind === 'land').map(({ label }) => label);

async function ends(): Promise<void> {
  deepStrictEqual([...new Set((await runs()).map(({ ending }) => ending.how))], ['finished']);
}

async function order(): Promise<void> {
  for (const { decisions } of await runs())
    for (const { options } of decisions) {
      const ranks = options.map(({ kind }) => rankOf(kind));
      ok(
        ranks.every((rank, index) => index === 0 || rank >= ranks[index - 1]!),
        options.map(({ label }) => label).join(', '),
      );
    }
}

async function labels(): Promise<void> {
  for (const run of await runs()) {
    strictEqual(new Set(moves(run)).size, run.moves);
    for (const { options } of run.decisions)
      strictEqual(new Set(options.map(({ label }) => label)).size, options.length);
  }
}

async function budgets(): Promise<void> {
  const most = (kind: MoveKind, all: readonly Run[]): number =>
    Math.max(...all.map((run) => eventsOf(run, 'move.made').filter((move) => move.kind === kind).length));
  const all = await runs();
  deepStrictEqual(
    (['crash', 'fail', 'suspend'] as const).map((kind) => most(kind, all)),
    [LIMITS.crashesMax, LIMITS.failuresMax, LIMITS.suspensionsMax],
  );
}

async function crashed(): Promise<void> {
  let crashes = 0;
  for (const run of await runs()) {
    const lost = new Set<string>();
    for (const event of run.history) {
      if (event.type === 'executor.crashed') for (const { label } of event.lost) lost.add(label);
      ok(event.type !== 'move.made' || !lost.has(callOf(event.label)), 'a call is heard of that a crash took');
    }
    for (const [index, decision] of run.decisions.entries()) {
      const { label } = decision.options[decision.chose]!;
      const next = run.decisions[index + 1];
      if (!label.startsWith('crash ') || next?.after !== label) continue;
      crashes++;
      const others = inFlight(decision).filter((one) => executorOf(one) !== executorOf(label));
      deepStrictEqual(inFlight(next), others, `what is in flight after ${label}`);
    }
  }
  ok(crashes > 50);
}

async function recovers(): Promise<void> {
  const again = (await runs()).flatMap((run) => {
    const restarted = new Set<string>();
    return run.history.filter((event) => {
      if (event.type === 'executor.restarted') restarted.add(event.executor);
      return event.type === 'executor.crashed' && restarted.has(event.executor);
    });
  });
  ok(again.length > 20, 'no crash hits a process that recovers');
}

async function suspended(): Promise<void> {
  let landings = 0;
  for (const run of await runs()) {
    const silent = new Set<string>();
    for (const label of moves(run)) {
      const [what, who] = [/^\w+/.exec(label)![0], executorOf(label)];
      if (what === 'wake') silent.delete(who);
      ok(!silent.has(who) || !['reply', 'fire', 'fail', 'crash'].includes(what), `${label} while it is suspended`);
      if (what === 'suspend') silent.add(who);
      if (what === 'land' && silent.has(who)) landings++;
    }
  }
  ok(landings > 10, 'what a suspended executor has sent does not land');
}

async function holders(): Promise<void> {
  let refused = 0;
  for (const run of await runs()) {
    const held = new Map<string, string | null>();
    for (const event of run.history) {
      if (event.type === 'record.refused') refused++;
      if (event.type === 'executor.replaced' || event.type === 'executor.restarted')
        for (const workflow of event.reenqueued) held.set(workflow, null);
      if (event.type === 'move.made' && event.kind === 'claim')
        held.set(/^claim ([^#\s]+)/.exec(event.label)![1]!, executorOf(event.label));
      const holder = event.type === 'outcome.recorded' ? held.get(event.workflow) : undefined;
      ok(event.type !== 'outcome.recorded' || holder === undefined || holder === event.executor, 'a stranger writes');
    }
  }
  ok(refused > 10, 'no zombie is ever refused');
}

async function takeovers(): Promise<void> {
  for (const { decisions, history } of await runs()) {
    const offers = new Map(decisions.map(({ after, options }) => [after, options]));
    const down = new Set<string>();
    for (const event of history) {
      if (event.type !== 'move.made') continue;
      if (event.kind === 'crash' || event.kind === 'suspend') down.add(executorOf(event.label));
      if (event.kind === 'restart' || event.kind === 'wake') down.delete(executorOf(event.label));
      for (const { kind, label } of offers.get(event.label) ?? []) {
        const [, who, by] = /^takeover (\S+) by ([^#]+)/.exec(label) ?? [];
        ok(kind !== 'takeover' || (down.has(who!) && !down.has(by!)), `${label} after ${event.label}`);
      }
    }
  }
}

async function attempts(): Promise<void> {
  for (const run of await runs()) {
    const numbers = eventsOf(run, 'attempt.started').map(({ workflow, attempt }) => `${workflow}/${attempt}`);
    strictEqual(new Set(numbers).size, numbers.length, 'two attempts have one number');
    const times = eventsOf(run, 'move.made').map(({ atMs }) => atMs);
    ok(
      times.every((atMs, index) => index === 0 || atMs > times[index - 1]!),
      'time stands still',
    );
  }
}

async function answers(): Promise<void> {
  for (const run of await runs()) {
    const landed = eventsOf(run, 'world.answered').map(({ call }) => call);
    strictEqual(new Set(landed).size, landed.length, 'a call takes effect twice');
    for (const event of eventsOf(run, 'world.failed')) strictEqual(landed.includes(event.call), event.landed);
  }
}

// ---- move by move ----------------------------------------------------------------------------------------------------

const pay: Workflow = async (ctx) => [await ctx.step('a', say('a')), await ctx.step('b', say('b'))];

async function fenced(): Promise<void> {
  const script = [
    { after: 'reply a#1', choose: 'suspend executor-1' },
    { after: 'suspend executor-1', choose: 'takeover executor-1 by executor-2' },
    { after: 'claim w by executor-2', choose: 'wake executor-1' },
  ];
  const run = await made(pay, script, { limits: { executors: 2, suspensionsMax: 1 } });
  deepStrictEqual([eventsOf(run, 'record.refused').map(({ position }) => position), valueOf(run)], [[1], ['a', 'b']]);
  deepStrictEqual(
    eventsOf(run, 'attempt.ended').map(({ attempt, how }) => [attempt, how]),
    [
      [1, 'parked'],
      [2, 'returned'],
    ],
  );
}

async function sleepers(): Promise<void> {
  const script = [{ after: 'reply sleep#1', choose: 'suspend executor-1' }];
  const run = await made((ctx) => ctx.sleep(50).then(say('woke up')), script, { limits: { suspensionsMax: 1 } });
  deepStrictEqual([run.ending.how, ended(run)], ['finished', { status: 'SUCCESS', value: 'woke up' }]);
}

async function modules(): Promise<void> {
  const scenario = scenarioOf(() => {
    let calls = 0;
    setInterval(() => calls++, 1_000);
    return async (ctx) => {
      await ctx.sleep(5_500);
      return calls;
    };
  });
  const crash = [{ after: 'fire timer#3', choose: 'crash executor-1' }];
  deepStrictEqual([valueOf(await make(scenario)), valueOf(await make(scenario, crash))], [5, 2]);
}

async function clocks(): Promise<void> {
  const start = (client: Client): unknown => client.start('main', { id: 'w', queued: true });
  const at = async (executor: string): Promise<number> => {
    const script = executor === 'executor-1' ? [] : [{ after: 'start w', choose: `claim w by ${executor}` }];
    const run = await made((ctx) => ctx.now(), script, { start, limits: { executors: 3, skewMs: 5_000 } });
    return valueOf(run) as number;
  };
  const [one, two, three] = [await at('executor-1'), await at('executor-2'), await at('executor-3')];
  deepStrictEqual([two - one, three - one], [5_000, 10_000]);
}

async function deadLetters(): Promise<void> {
  const unlucky = [
    { after: 'start w', choose: 'crash executor-1' },
    { after: 'reply claim w#1', choose: 'crash executor-1#2' },
    { after: 'reply claim w#2', choose: 'crash executor-1#3' },
  ];
  const limits = { crashesMax: 3, recoveriesMax: 2 };
  deepStrictEqual(ended(await made(pay, unlucky, { limits })), { status: 'MAX_RECOVERY_ATTEMPTS_EXCEEDED' });
  deepStrictEqual(valueOf(await made(pay, unlucky.slice(0, 2), { limits })), ['a', 'b']);
}

async function timerOrder(): Promise<void> {
  const main: Workflow = async (ctx) => {
    const fired: string[] = [];
    // Their time passes over them while the other steps make their moves: late is possible, out of order is not.
    const timers = ctx.step('timers', async () => {
      for (const ms of [9, 3, 6]) setTimeout(() => fired.push(`${ms}`), ms);
      await new Promise((resolve) => setTimeout(resolve, 12));
    });
    for (const name of 'abcdef') await ctx.step(name, say(name));
    await timers;
    return fired;
  };
  for (const run of await sampled(
    scenarioOf(() => main, { limits: { crashesMax: 0 } }),
    40,
  ))
    deepStrictEqual(valueOf(run), ['3', '6', '9']);
}

async function idle(): Promise<void> {
  const { decisions } = await made(pay, [], { limits: { executors: 2, suspensionsMax: 1 } });
  const offered = new Set(decisions.flatMap(({ options }) => options.map(({ label }) => label)));
  deepStrictEqual([...offered].filter((label) => /^(?:crash|suspend)/.test(label)).toSorted(), [
    'crash executor-1',
    'suspend executor-1',
  ]);
}

async function ghosts(): Promise<void> {
  let wakeTheDead = (): void => undefined;
  let processes = 0;
  const main =
    ({ world }: Outside): Workflow =>
    async (ctx) => {
      await ctx.step('s', say(1));
      if (processes++ > 0) return void wakeTheDead();
      await new Promise<void>((resolve) => (wakeTheDead = resolve));
      await world.bank.charge('from the grave');
    };
  const check: Options['check'] = ({ world }) => deepStrictEqual(world.bank.charges, []);
  const asleep: Options['others'] = () => ({ asleep: (ctx) => ctx.sleep(50) });
  const start = async (client: Client): Promise<void> => {
    await client.start('main', { id: 'w' });
    await client.start('asleep', { id: 'asleep' });
  };
  const script = [{ after: 'reply sleep#1', choose: 'crash executor-1' }];
  const run = await make(scenarioOf(main, { check, start, others: asleep }), script);
  deepStrictEqual([run.ending.how, run.complaints, eventsOf(run, 'world.called')], ['finished', [], []]);
}

async function refusals(): Promise<void> {
  const refused =
    ({ database }: Outside): Workflow =>
    (ctx) =>
      ctx.step('s', () => database.commit('x', () => ok(false, 'refused'))).catch(messageOf);
  const run = await make(scenarioOf(refused, { limits: { failuresMax: 1 } }));
  const failing = run.decisions.filter(({ options }) => options.some(({ kind }) => kind === 'fail'));
  deepStrictEqual([failing.map(({ after }) => after), valueOf(run)], [['start w'], 'refused']);
}

export const MACHINES: readonly Law[] = [
  { name: 'a zombie is fenced at its next record, and parks', holds: fenced },
  { name: 'a suspended sleeper wakes up', holds: sleepers },
  { name: 'a restarted process begins without module state and timers', holds: modules },
  { name: 'clocks are as far apart as the limits say', holds: clocks },
  { name: 'a workflow is dead-lettered after recoveriesMax recoveries', holds: deadLetters },
  { name: 'timers of one process fire in the order they are due', holds: timerOrder },
  { name: 'an idle process is neither crashed nor suspended', holds: idle },
  { name: 'nobody hears the code of a dead process', holds: ghosts },
  { name: 'a call that was refused does not fail as well', holds: refusals },
  { name: 'every run comes to an end: what breaks heals', holds: ends },
  { name: 'calm first: replies, landings, claims, ..., faults last', holds: order },
  { name: 'no two moves of a run have one label', holds: labels },
  { name: 'faults are bounded by their limits, and reach them', holds: budgets },
  { name: 'a crash takes all that its process had in flight, no more', holds: crashed },
  { name: 'crashes also hit processes that recover', holds: recovers },
  { name: 'a suspended process hears nothing; what it sent lands', holds: suspended },
  { name: 'only who holds a workflow writes to it', holds: holders },
  { name: 'only what is silent is taken over', holds: takeovers },
  { name: 'attempts are numbered, and every move takes time', holds: attempts },
  { name: 'a call to the world takes effect once, or fails without', holds: answers },
];
