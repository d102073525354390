/** Laws of what stands around a program: time, timers and randomness, and the process it shares with the harness. */
import { deepStrictEqual, match, ok, rejects, strictEqual } from 'node:assert/strict';
import crypto from 'node:crypto';
import timersPromises from 'node:timers/promises';
import { EPOCH_MS } from '../../../harness/cluster.ts';
import { native } from '../../../harness/globals.ts';
import type { Context, Strategy, Workflow } from '../../../harness/index.ts';
import { type Outside, scenarioOf, valueOf } from '../../harness/support.ts';
import { eventsOf, type Law, made, make, planned, say } from './making.ts';

const CLOCKS: Readonly<Record<string, () => number>> = {
  'Date.now': () => Date.now(),
  'new Date': () => new Date().getTime(),
  'performance.now': () => performance.now(),
  'process.hrtime': () => Number(process.hrtime.bigint() / 1_000_000n),
  'process.uptime': () => Math.round(process.uptime() * 1000),
};

const DRAWS: Readonly<Record<string, () => unknown>> = {
  'Math.random': () => Math.random(),
  'crypto.randomUUID': () => globalThis.crypto.randomUUID(),
  'crypto.getRandomValues': () => [...globalThis.crypto.getRandomValues(new Uint8Array(8))],
  'crypto.randomBytes': () => crypto.randomBytes(8).toString('hex'),
  'crypto.randomFill': () => crypto.randomFillSync(Buffer.alloc(8)).toString('hex'),
  'crypto.randomInt': () => crypto.randomInt(1e9),
};

const readAll = (sources: Readonly<Record<string, () => unknown>>): unknown[] =>
  Object.values(sources).map((read) => read());

async function simulated(): Promise<void> {
  const main: Workflow = async (ctx) => {
    const seen = [readAll(CLOCKS), readAll(DRAWS), readAll(DRAWS)];
    await ctx.step('s', say(1));
    return seen;
  };
  const before = [readAll(CLOCKS), readAll(DRAWS)];
  const runs = [await made(main), await made(main)];
  const [times, draws, others] = valueOf(runs[0]!) as [number[], unknown[], unknown[]];
  deepStrictEqual(valueOf(runs[1]!), [times, draws, others]);
  ok(
    times.every((ms) => ms >= EPOCH_MS && ms < EPOCH_MS + 100),
    `times of a run: ${times.join()}`,
  );
  match(String(draws[1]), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  deepStrictEqual(
    eventsOf(runs[0]!, 'ambient.read').map(({ what }) => what),
    [...Object.keys(CLOCKS), ...Object.keys(DRAWS), ...Object.keys(DRAWS)],
  );
  const after = [readAll(CLOCKS), readAll(DRAWS)] as [number[], unknown[]];
  ok(
    after[0].every((ms, index) => ms - (before[0]![index] as number) < 60_000),
    'native time outside runs',
  );
  ok(
    draws.every((draw, index) => ![others[index], after[1][index]].map(String).includes(String(draw))),
    'a draw is like another',
  );
}

async function inSteps(): Promise<void> {
  const main: Workflow = (ctx) => ctx.step('s', () => void [readAll(CLOCKS), readAll(DRAWS)]);
  const run = await made(main);
  deepStrictEqual(eventsOf(run, 'ambient.read'), []);
  strictEqual(eventsOf(run, 'step.free').length, Object.keys({ ...CLOCKS, ...DRAWS }).length);
}

/** Milliseconds from now on until `wait` is over. */
async function lasts(wait: () => Promise<unknown>): Promise<number> {
  const fromMs = Date.now();
  await wait();
  return Date.now() - fromMs;
}

async function waits(): Promise<unknown> {
  const beats: number[] = [];
  const fromMs = Date.now();
  return [
    await lasts(() => new Promise((resolve) => setTimeout(resolve, 50))),
    await lasts(() => timersPromises.setTimeout(70)),
    await lasts(
      () =>
        new Promise<void>((resolve) => {
          const handle = setInterval(() => {
            beats.push(Date.now() - fromMs);
            if (beats.length < 3) return;
            clearInterval(handle);
            resolve();
          }, 200);
        }),
    ),
    beats.map((ms, index) => ms - (beats[index - 1] ?? beats[0]! - 200)),
    await lasts(
      () => new Promise((resolve) => AbortSignal.timeout(30).addEventListener('abort', () => resolve(undefined))),
    ),
    await timersPromises
      .setTimeout(90, 'slept', { signal: AbortSignal.timeout(20) })
      .catch((error: Error) => error.name),
    await new Promise((resolve) => {
      clearTimeout(setTimeout(() => resolve('cleared timers fire'), 5));
      setTimeout(() => resolve('cleared timers do not fire'), 10);
    }),
  ];
}

async function timers(): Promise<void> {
  const sinceMs = native.nowMs();
  const run = await made((ctx) => ctx.step('waits', waits));
  deepStrictEqual(valueOf(run), [50, 70, 600, [200, 200, 200], 30, 'AbortError', 'cleared timers do not fire']);
  ok(native.nowMs() - sinceMs < 60_000, 'no real time passes');
}

async function callbacks(): Promise<void> {
  const late =
    ({ world }: Outside): Workflow =>
    (ctx) =>
      ctx.step('late', () => new Promise((resolve) => setTimeout(() => resolve(world.bank.charge('x')), 5)));
  const [call] = eventsOf(await make(scenarioOf(late)), 'world.called');
  deepStrictEqual(call?.origin, { workflow: 'w', attempt: 1, position: 0 });
}

async function nested(): Promise<void> {
  const inner = (ctx: Context): unknown => ctx.step('inner', say(1));
  const main: Workflow = async (ctx) => {
    await rejects(made(inner), /from inside a run/);
    return ctx.step('outer', say(1));
  };
  strictEqual(valueOf(await made(main)), 1);
}

const EVENTS = ['unhandledRejection', 'uncaughtException', 'rejectionHandled'];
const listeners = (): unknown[][] => EVENTS.map((event) => (process as NodeJS.EventEmitter).rawListeners(event));

async function strays(): Promise<void> {
  const own = (): void => undefined;
  process.on('unhandledRejection', own);
  const before = listeners();
  const deaf: Workflow = async (ctx) => {
    void Promise.reject(new Error('nobody listens'));
    await ctx.step('s', say(1));
  };
  const thrower: Workflow = (ctx) =>
    ctx.step('s', () => {
      setTimeout(() => {
        throw new Error('outside any promise');
      }, 1);
      return new Promise((resolve) => setTimeout(resolve, 5));
    });
  const endings = [await made(deaf), await made(thrower)].map(({ ending }) => ending.how);
  deepStrictEqual([endings, listeners()], [['died', 'died'], before]);
  process.off('unhandledRejection', own);
}

/** A program of ten steps, which looks whether anything of the process gets a turn. */
async function undisturbed(): Promise<void> {
  const main: Workflow = async (ctx) => {
    let turns = 0;
    native.setImmediate(() => turns++);
    for (let turn = 0; turn < 10; turn++) await ctx.step('s', say(turn));
    return turns;
  };
  strictEqual(valueOf(await made(main)), 0);
}

async function breathing(): Promise<void> {
  let beats = 0;
  let heard = false;
  const beat = setInterval(() => beats++, 1);
  function* untilHeard(): Strategy {
    const [before, untilMs] = [beats, native.nowMs() + 3_000];
    for (; !heard && native.nowMs() < untilMs; heard = beats > before) yield say(0);
    return null;
  }
  await planned(
    scenarioOf(() => (ctx) => ctx.step('s', say(1))),
    untilHeard(),
  );
  clearInterval(beat);
  ok(heard, 'a timer of the process never got a turn during a campaign');
}

export const AMBIENT: readonly Law[] = [
  { name: 'time and randomness are simulated inside a run, native outside', holds: simulated },
  { name: 'inside a step, reading time or randomness is nobody’s business', holds: inSteps },
  { name: 'timers of every kind keep simulated time', holds: timers },
  { name: 'what a timer calls belongs to the step that set it', holds: callbacks },
  { name: 'a run cannot be started from inside a run', holds: nested },
  { name: 'errors nobody hears end the run; listeners are given back', holds: strays },
  { name: 'nothing of the process gets a turn during a run', holds: undisturbed },
  { name: 'the event loop is given back between runs', holds: breathing },
];
