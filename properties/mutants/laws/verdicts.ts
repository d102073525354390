/** Laws of judgement about single histories and runs: some that no program can bring about, and a broken engine might. */
import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { checksNamed, judge } from '../../../harness/checker.ts';
import type { Claim, Event, Fact } from '../../../harness/history.ts';
import { PLAIN } from '../../../harness/idiom.ts';
import { type Run, verify, type Window, type Workflow } from '../../../harness/index.ts';
import { KnownRuns } from '../../../harness/reference.ts';
import { windowsOf } from '../../../harness/windows.ts';
import { crashAfter, type Outside, scenarioOf } from '../../harness/support.ts';
import { counted, countRun, type Law, made, make, say } from './making.ts';
import { sequence, ZOMBIE } from './mains.ts';

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

const STARTED: Claim = { type: 'attempt.started', workflow: 'w', attempt: 1, executor: 'executor-1', recorded: 0 };
const DENIED: Claim = { type: 'call.denied', workflow: 'w', attempt: 1, position: 0, name: 'resume' };
const SKIPPED: Fact = { type: 'schedule.skipped', schedule: 'hourly', missing: 'w' };
const CREATED: Fact = { type: 'workflow.created', workflow: 'w', name: 'main', input: '[]', parent: null };
const answered: Claim = { type: 'call.settled', workflow: 'w', attempt: 1, position: 0, ok: true };

/** The check is `effects` unless it is named. */
const HISTORIES: readonly (readonly [events: readonly (Fact | Claim)[], objections: number, check?: string])[] = [
  [[STARTED, entered(1), entered(1)], 1, 'engine'],
  [[STARTED, entered(1), { ...entered(1), position: 1 } as Claim], 0, 'engine'],
  [[STARTED, entered(1), answered, RECORDED], 1, 'engine'],
  [[STARTED, entered(1), RECORDED, answered], 0, 'engine'],
  [[STARTED, entered(1), { ...answered, ok: false, threw: 'Error' }], 0, 'engine'],
  [[STARTED, entered(1), DENIED], 1, 'engine'],
  [[SKIPPED], 1, 'engine'],
  [[SKIPPED, CREATED], 0, 'engine'],
  [[entered(1), ran(1), RECORDED, entered(2), ran(2)], 1],
  [[entered(1), ran(1), RECORDED], 0],
  [[entered(1), ran(1), entered(2), RECORDED, ran(2)], 0],
  [[COMMITTED, { ...COMMITTED }], 1],
  [[COMMITTED, { ...COMMITTED, position: 1 }], 0],
  [[CONSUMED, { ...CONSUMED, position: 2 }], 1],
  [[CONSUMED, { ...CONSUMED, message: 4 }], 0],
];

function histories(): void {
  for (const [events, objections, check = 'effects'] of HISTORIES) {
    countRun();
    const history = events.map((event, seq): Event => ({ ...event, seq, atMs: seq }));
    const run: Run = {
      ...{ scenario: 'made by hand', idiom: PLAIN, decisions: [], history, ending: { how: 'finished' } },
      ...{ results: {}, complaints: [], moves: history.length },
    };
    const violations = judge(run, new KnownRuns(null), checksNamed([check]));
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

const ENTERED: readonly (readonly [window: Window, after: string, choose: string])[] = [
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

async function endings(): Promise<void> {
  const mains: readonly Workflow[] = [
    say(1),
    () => new Promise(() => undefined),
    (ctx) => ctx.recv('t', Infinity),
    () => void Promise.reject(new Error('nobody listens')),
    () => {
      const untilMs = Date.now() + 1_000;
      while (Date.now() < untilMs);
    },
  ];
  const ends: string[] = [];
  for (const main of mains) ends.push((await made(main)).ending.how);
  deepStrictEqual(ends, ['finished', 'escaped', 'stuck', 'died', 'blocked']);
}

export const VERDICTS: readonly Law[] = [
  { name: 'in a history, positions, records, commits and messages are for one each', holds: histories },
  { name: 'a run that does not finish says what keeps it', holds: endings },
  { name: 'a run enters the fault windows that its faults hit', holds: windows },
  { name: 'lineage goes on comparing after a sleep', holds: beyondSleep },
];
