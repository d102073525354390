/** Laws of the machine, over random runs of one program that uses all of it. */
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { MoveKind, Run } from '../../../harness/index.ts';
import { callOf, executorOf, inFlight, LIMITS, rankOf, rich } from '../../harness/rich.ts';
import { moves } from '../../harness/support.ts';
import { eventsOf, type Law, sampled } from './making.ts';

let sample: Promise<readonly Run[]> | undefined;
/** The random runs that the laws share, made once. */
const runs = (): Promise<readonly Run[]> => (sample ??= sampled(rich, 150));

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

export const MACHINES: readonly Law[] = [
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
