/** What is in flight: in which order it is offered, what a crash takes away, and who hears what. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Clock } from '../../harness/clock.ts';
import { Executor } from '../../harness/executor.ts';
import { random } from '../../harness/random.ts';
import { type Move, Offer } from '../../harness/offer.ts';
import { Scheduler, type Seat, unrefused } from '../../harness/scheduler.ts';
import './support.ts';

const newExecutor = (id: string): Executor => new Executor(id, 1, new Clock(0), random('law', id), () => undefined);
const seatOf = (executor: Executor, name: string): Seat => ({
  executor,
  name: executor.name(name),
  origin: { workflow: 'w', attempt: 1, position: 0 },
});
const labels = (offered: readonly Move[]): string[] => offered.map(({ label }) => label);
const offeredBy = (fill: (into: Offer) => void): Move[] => {
  const into = new Offer();
  fill(into);
  return Array.from({ length: into.size }, (_, index) => into.at(index));
};

/** A scheduler, two executors, and what each call came to. */
class Bench {
  readonly scheduler = new Scheduler();
  readonly executors = [newExecutor('executor-1'), newExecutor('executor-2')] as const;
  readonly heard: unknown[] = [];

  call(name: string, land: () => unknown = () => name, by = this.executors[0]): string {
    const seat = seatOf(by, name);
    const hear = (outcome: unknown): void => void this.heard.push(outcome);
    this.scheduler.call(seat, 'world', land, () => new Error(`${name} failed`)).then(hear, hear);
    return seat.name;
  }
  moves(): Move[] {
    const deaf = this.executors.some(({ state }) => state === 'suspended');
    return offeredBy((into) => this.scheduler.progress(into, deaf));
  }
  failures(): Move[] {
    return offeredBy((into) => this.scheduler.failures(() => undefined, into));
  }
  timers(advance: (executor: Executor, dueMs: number) => void = () => undefined): Move[] {
    return offeredBy((into) => this.scheduler.timers(this.executors, advance, into));
  }
  async make(label: string): Promise<void> {
    const move = [...this.moves(), ...this.failures(), ...this.timers()].find((one) => one.label === label);
    if (move === undefined) throw new Error(`${label} is not on offer`);
    move.apply();
    await settled();
  }
}
const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('calls', () => {
  const acts = fc.array(fc.record({ call: fc.boolean(), by: fc.nat(1), which: fc.nat() }), { maxLength: 40 });

  test('replies are offered first, oldest landing first, then landings, oldest call first; a crash takes exactly its own', () => {
    fc.assert(
      fc.property(acts, fc.nat(1), (script, crashed) => {
        const bench = new Bench();
        const [sent, landed]: [string[], string[]] = [[], []];
        const expected = (): string[] => [
          ...landed.map((name) => `reply ${name}`),
          ...sent.map((name) => `land ${name}`),
        ];
        for (const { call, by, which } of script) {
          const move = bench.moves()[which % bench.moves().length];
          if (call) sent.push(bench.call('call', undefined, bench.executors[by]));
          else if (move !== undefined) {
            move.apply();
            const name = move.label.replace(/^\w+ /, '');
            const queue = move.kind === 'land' ? sent : landed;
            queue.splice(queue.indexOf(name), 1);
            if (move.kind === 'land') landed.push(name);
          }
          expect(labels(bench.moves())).toEqual(expected());
        }
        const theirs = (name: string): boolean => name.endsWith('@executor-2') === (crashed === 1);
        const lost = bench.scheduler.drop(bench.executors[crashed]!);
        expect(lost.map(({ label, landed: there }) => (there ? `reply ${label}` : `land ${label}`))).toEqual(
          expected().filter(theirs),
        );
        expect(labels(bench.moves())).toEqual(expected().filter((label) => !theirs(label)));
      }),
    );
  });

  test('a call takes effect when it lands, once, and is heard at its reply: what it returned, or what it threw', async () => {
    const bench = new Bench();
    const refusal = new Error('refused');
    let effects = 0;
    bench.call('fine', () => ++effects);
    bench.call('refused', () => {
      throw refusal;
    });
    expect(effects).toBe(0);
    await bench.make('land fine#1');
    await bench.make('land refused#1');
    expect([effects, bench.heard]).toEqual([1, []]);
    await bench.make('reply refused#1');
    await bench.make('reply fine#1');
    expect(effects).toBe(1);
    expect(bench.heard).toEqual([refusal, 1]);
    expect(bench.moves()).toEqual([]);
  });

  test('a wait is no move until it is ready, and none again when it no longer is', async () => {
    const bench = new Bench();
    let ready = false;
    const wait = bench.scheduler.wait(seatOf(bench.executors[0], 'message'), () => ready);
    expect(bench.moves()).toEqual([]);
    ready = true;
    expect(labels(bench.moves())).toEqual(['reply message#1']);
    ready = false;
    expect(bench.moves()).toEqual([]);
    ready = true;
    await bench.make('reply message#1');
    await expect(wait).resolves.toBeUndefined();
  });

  test('what is already there needs no landing, and is read at the reply', async () => {
    const bench = new Bench();
    let value = 1;
    const heard: unknown[] = [];
    const listener = {
      succeed: (heardValue: number) => heard.push(heardValue),
      fail: (error: unknown) => heard.push(error),
    };
    bench.scheduler.answer(seatOf(bench.executors[0], 'step'), 'replay', () => value, listener);
    value = 2;
    await bench.make('reply step#1');
    expect(heard).toEqual([2]);
  });

  test('a suspended executor hears nothing, but what it has sent lands', async () => {
    const bench = new Bench();
    bench.call('sent');
    bench.call('landed');
    await bench.make('land landed#1');
    void bench.scheduler.wait(seatOf(bench.executors[0], 'wait'), () => true);
    bench.executors[0].clock.setTimeout(() => undefined, 5);
    bench.executors[0].state = 'suspended';
    expect(labels([...bench.moves(), ...bench.failures(), ...bench.timers()])).toEqual(['land sent#1']);
    await bench.make('land sent#1');
    expect(bench.moves()).toEqual([]);
    bench.executors[0].state = 'up';
    expect(labels([...bench.moves(), ...bench.timers()])).toEqual([
      'reply landed#1',
      'reply sent#1',
      'reply wait#1',
      'fire timer#1',
    ]);
  });

  test('code of a dead process makes no calls', () => {
    const bench = new Bench();
    bench.executors[0].state = 'dead';
    bench.call('ghost');
    void bench.scheduler.wait(seatOf(bench.executors[0], 'ghost'), () => true);
    bench.scheduler.answer(
      seatOf(bench.executors[0], 'ghost'),
      'replay',
      () => 1,
      unrefused(() => undefined),
    );
    expect(bench.moves()).toEqual([]);
    expect(bench.executors[0].busy).toBe(false);
  });

  test('a call can fail before it lands, without effect, or after, with it; not once it was refused, and only if it may', async () => {
    const bench = new Bench();
    const effects: string[] = [];
    bench.call('before', () => effects.push('before'));
    bench.call('after', () => effects.push('after'));
    bench.call('refused', () => {
      throw new Error('refused');
    });
    void bench.scheduler.call(seatOf(bench.executors[0], 'record'), 'journal', () => 1);
    await bench.make('land after#1');
    await bench.make('land refused#1');
    expect(labels(bench.failures())).toEqual(['fail before#1', 'fail after#1']);
    await bench.make('fail before#1');
    await bench.make('fail after#1');
    expect(effects).toEqual(['after']);
    expect(bench.heard).toEqual([new Error('before failed'), new Error('after failed')]);
    expect(labels(bench.moves())).toEqual(['reply refused#1', 'land record#1']);
  });

  test('an executor is busy exactly while it waits for something', () => {
    const { scheduler, executors } = new Bench();
    const [executor] = executors;
    expect(executor.busy).toBe(false);
    const timer = executor.clock.setTimeout(() => undefined, 5);
    expect(executor.busy).toBe(true);
    executor.clock.clear(timer);
    expect(executor.busy).toBe(false);
    void scheduler.wait(seatOf(executor, 'wait'), () => false);
    expect([executor.busy, executors[1].busy]).toEqual([true, false]);
  });
});

describe('timers', () => {
  const timer = fc.record({ by: fc.nat(1), delayMs: fc.integer({ min: 1, max: 9 }) });

  test('fire in due order on each executor and never early, whatever is chosen; across executors they may overtake', () => {
    let overtakings = 0;
    fc.assert(
      fc.property(fc.array(timer, { maxLength: 12 }), fc.infiniteStream(fc.nat()), (timers, choices) => {
        const bench = new Bench();
        const fired: { by: number; dueMs: number }[] = [];
        for (const { by, delayMs } of timers) {
          const { clock } = bench.executors[by]!;
          clock.setTimeout(() => {
            expect(clock.nowMs).toBeGreaterThanOrEqual(delayMs);
            fired.push({ by, dueMs: delayMs });
          }, delayMs);
        }
        const advance = (_: Executor, dueMs: number): void => {
          for (const { clock } of bench.executors) clock.advanceTo(dueMs);
        };
        for (let offered = bench.timers(advance); offered.length > 0; offered = bench.timers(advance))
          offered[choices.next().value % offered.length]!.apply();
        expect(fired).toHaveLength(timers.length);
        for (const executor of [0, 1]) {
          const due = fired.filter(({ by }) => by === executor).map(({ dueMs }) => dueMs);
          expect(due).toEqual(due.toSorted((a, b) => a - b));
        }
        overtakings += fired.filter(({ dueMs }, index) => index > 0 && fired[index - 1]!.dueMs > dueMs).length;
      }),
    );
    expect(overtakings).toBeGreaterThan(0);
  });

  test('are offered earliest due first, and keep their name until they fire', () => {
    const bench = new Bench();
    const [one, two] = bench.executors;
    one.clock.setTimeout(() => undefined, 7);
    two.clock.setTimeout(() => undefined, 3);
    two.clock.setTimeout(() => undefined, 3, [], 'backoff pay#1.1');
    expect(labels(bench.timers())).toEqual(['fire timer#1@executor-2', 'fire backoff pay#1.1', 'fire timer#1']);
    expect(labels(bench.timers())).toEqual(['fire timer#1@executor-2', 'fire backoff pay#1.1', 'fire timer#1']);
  });
});
