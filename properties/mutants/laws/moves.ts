/** Laws of the machine, move by move. */
import { deepStrictEqual, ok } from 'node:assert/strict';
import type { Client, Decider, Decision, Workflow } from '../../../harness/index.ts';
import { ended, moves, type Options, type Outside, scenarioOf, valueOf } from '../../harness/support.ts';
import { eventsOf, type Law, made, make, messageOf, once, planned, sampled, say } from './making.ts';

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

async function tokens(): Promise<void> {
  const script = [
    { after: 'reply a#1', choose: 'suspend executor-1' },
    { after: 'suspend executor-1', choose: 'takeover executor-1 by executor-2' },
    { after: 'takeover executor-1 by executor-2', choose: 'wake executor-1' },
    { after: 'wake executor-1', choose: 'claim w by executor-1' },
  ];
  const run = await made(pay, script, { limits: { executors: 2, suspensionsMax: 1 } });
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
      if (processes++ > 0) return wakeTheDead();
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

/** More options than are ever laid out at once. */
const crowd = scenarioOf(
  () => (ctx) => Promise.all(Array.from({ length: 80 }, (_, index) => ctx.step('s', say(index)))),
  { limits: { crashesMax: 1 } },
);

async function crowds(): Promise<void> {
  const asked: string[][] = [];
  const labelsIn = ({ options }: Pick<Decision, 'options'>): string[] => options.map(({ label }) => label);
  const decide: Decider = (choice) => {
    asked.push(labelsIn(choice));
    const oneByOne = Array.from({ length: choice.size }, (_, index) => choice.option(index).label);
    deepStrictEqual(oneByOne, asked.at(-1), 'one by one the options are others');
    // Anything but the crash, which comes last.
    return choice.at < 30 ? (7 * choice.at) % (choice.size - 1) : 0;
  };
  const [run] = await planned(crowd, once(decide));
  ok(
    asked.every((labels) => labels.at(-1) === 'crash executor-1'),
    'no crash is on offer',
  );
  deepStrictEqual(run!.decisions.map(labelsIn), asked, 'what was on offer has changed since');
  const chosen = run!.decisions.map(({ chose }, index) => asked[index]![chose]!);
  deepStrictEqual(
    moves(run!).filter((label) => chosen.includes(label)),
    chosen,
    'another move was made',
  );
}

export const MOVES: readonly Law[] = [
  { name: 'a zombie is fenced at its next record, and parks', holds: fenced },
  { name: 'what was replaced is fenced, even in the process that replaces it', holds: tokens },
  { name: 'a suspended sleeper wakes up', holds: sleepers },
  { name: 'a restarted process begins without module state and timers', holds: modules },
  { name: 'clocks are as far apart as the limits say', holds: clocks },
  { name: 'a workflow is dead-lettered after recoveriesMax recoveries', holds: deadLetters },
  { name: 'timers of one process fire in the order they are due', holds: timerOrder },
  { name: 'in a crowd, what was on offer is on record, what is chosen is made', holds: crowds },
  { name: 'an idle process is neither crashed nor suspended', holds: idle },
  { name: 'nobody hears the code of a dead process', holds: ghosts },
  { name: 'a call that was refused does not fail as well', holds: refusals },
];
