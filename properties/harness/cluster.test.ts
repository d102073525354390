/** What can befall processes: held over a thousand random runs of a program that uses everything, then move by move. */
import { beforeAll, describe, expect, test } from 'vitest';
import { scriptOf } from '../../harness/decision.ts';
import { fingerprint, type MoveKind, replay, type Run, type Workflow } from '../../harness/index.ts';
import { callOf, executorOf, inFlight, LIMITS, rankOf, RANKS, rich } from './rich.ts';
import { ended, eventsOf, moves, randomRuns, run, scenarioOf, valueOf } from './support.ts';

const lostIn = (made: Run): Set<string> =>
  new Set(eventsOf(made, 'executor.crashed').flatMap(({ lost }) => lost.map(({ label }) => label)));
const sum = (runs: readonly Run[], count: (run: Run) => number): number =>
  runs.reduce((all, one) => all + count(one), 0);

describe('over random runs', () => {
  let runs: readonly Run[];
  beforeAll(async () => {
    runs = await randomRuns(rich, 1_000);
  });

  test('every run comes to an end: what breaks heals', () => {
    expect(new Set(runs.map(({ ending }) => ending.how))).toEqual(new Set(['finished']));
  });

  test('the calm order is replies, landings, claims, client calls, restarts, timers, waking up, and faults last', () => {
    const choices = runs.flatMap(({ decisions }) => decisions.map(({ options }) => options.map(({ kind }) => kind)));
    const outOfOrder = (kinds: readonly MoveKind[]): boolean =>
      kinds.some((kind, index) => index > 0 && rankOf(kind) < rankOf(kinds[index - 1]!));
    expect(choices.filter(outOfOrder)).toEqual([]);
    expect(new Set(choices.flat())).toEqual(new Set(RANKS.flat()));
  });

  test('labels are unique: no move is made twice in a run, and no two on offer are called the same', () => {
    for (const made of runs) expect(new Set(moves(made)).size).toBe(made.moves);
    const ambiguous = runs.flatMap(({ decisions }) =>
      decisions.filter(({ options }) => new Set(options.map(({ label }) => label)).size < options.length),
    );
    expect(ambiguous).toEqual([]);
  });

  test.each([
    ['crashesMax', 'crash', LIMITS.crashesMax],
    ['failuresMax', 'fail', LIMITS.failuresMax],
    ['suspensionsMax', 'suspend', LIMITS.suspensionsMax],
  ])('%s bounds how often there is a %s, and is reached', (_, kind, max) => {
    const counts = runs.map((made) => eventsOf(made, 'move.made').filter((move) => move.kind === kind).length);
    expect(Math.max(...counts)).toBe(max);
  });

  test('a crash takes exactly what its executor had in flight, and nobody else notices', () => {
    let crashes = 0;
    for (const made of runs)
      for (const [index, decision] of made.decisions.entries()) {
        const { label } = decision.options[decision.chose]!;
        const next = made.decisions[index + 1];
        if (!label.startsWith('crash ') || next?.after !== label) continue;
        crashes++;
        const theirs = (one: string): boolean => executorOf(one) === executorOf(label);
        expect(inFlight(next)).toEqual(inFlight(decision).filter((one) => !theirs(one)));
        const lost = lostIn(made);
        const kept = inFlight(decision).filter((one) => theirs(one) && !lost.has(callOf(one)));
        expect(kept).toEqual([]);
      }
    expect(crashes).toBeGreaterThan(300);
  });

  test('nothing that a crash took is ever heard of again', () => {
    const heard = runs.flatMap((made) => {
      const lost = new Set<string>();
      return made.history.flatMap((event) => {
        if (event.type === 'executor.crashed') for (const { label } of event.lost) lost.add(label);
        return event.type === 'move.made' && lost.has(callOf(event.label)) ? [event.label] : [];
      });
    });
    expect(heard).toEqual([]);
    expect(sum(runs, (made) => lostIn(made).size)).toBeGreaterThan(500);
  });

  test('what has landed stays: whatever the crashes, no outcome is recorded twice, no message consumed twice', () => {
    for (const made of runs) {
      const records = eventsOf(made, 'outcome.recorded').map(({ workflow, position }) => `${workflow}/${position}`);
      const consumed = eventsOf(made, 'message.consumed').map(({ message }) => message);
      expect([new Set(records).size, new Set(consumed).size]).toEqual([records.length, consumed.length]);
    }
  });

  test('a suspended executor hears nothing until it wakes, while what it sent still lands', () => {
    let landings = 0;
    const heard = runs.flatMap((made) => {
      const silent = new Set<string>();
      return moves(made).filter((label) => {
        const [, what, who] = [...(/^(\w+)/.exec(label) ?? []), executorOf(label)];
        if (what === 'suspend') silent.add(who!);
        if (what === 'wake') silent.delete(who!);
        if (what === 'land' && silent.has(who!)) landings++;
        return ['reply', 'fire', 'fail', 'crash', 'restart'].includes(what!) && silent.has(who!);
      });
    });
    expect(heard).toEqual([]);
    expect(landings).toBeGreaterThan(50);
  });

  test('from its claim on a workflow is written by who claimed it, and from a takeover to the next claim by nobody', () => {
    const strangers = runs.flatMap((made) => {
      const holders = new Map<string, string | null>();
      return made.history.filter((event) => {
        if (event.type === 'executor.replaced' || event.type === 'executor.restarted')
          for (const workflow of event.reenqueued) holders.set(workflow, null);
        if (event.type === 'move.made' && event.kind === 'claim')
          holders.set(/^claim ([^#\s]+)/.exec(event.label)![1]!, executorOf(event.label));
        const holder = event.type === 'outcome.recorded' ? holders.get(event.workflow) : undefined;
        return event.type === 'outcome.recorded' && holder !== undefined && holder !== event.executor;
      });
    });
    expect(strangers).toEqual([]);
    expect(sum(runs, (made) => eventsOf(made, 'record.refused').length)).toBeGreaterThan(50);
  });

  test('only what is silent and has something to lose is taken over, and only by an executor that is up', () => {
    const odd = runs.flatMap(({ decisions, history }) => {
      const states = new Map<string, string>();
      const offers = new Map(decisions.map(({ after, options }) => [after, options]));
      return history.flatMap((event) => {
        if (event.type !== 'move.made') return [];
        if (['crash', 'suspend', 'restart', 'wake'].includes(event.kind))
          states.set(executorOf(event.label), event.kind);
        const silent = (id: string): boolean => ['crash', 'suspend'].includes(states.get(id) ?? '');
        return (offers.get(event.label) ?? []).filter(({ kind, label }) => {
          const [, who, by] = /^takeover (\S+) by ([^#]+)/.exec(label) ?? [];
          return kind === 'takeover' && (!silent(who!) || silent(by!));
        });
      });
    });
    expect(odd).toEqual([]);
    const taken = runs.flatMap((made) =>
      eventsOf(made, 'executor.replaced').map(({ reenqueued }) => reenqueued.length),
    );
    expect(Math.min(...taken)).toBe(1);
  });

  test('every execution of a workflow has a number of its own, zombies and resumed ones included', () => {
    for (const made of runs) {
      const numbers = eventsOf(made, 'attempt.started').map(({ workflow, attempt }) => `${workflow}/${attempt}`);
      expect(new Set(numbers).size).toBe(numbers.length);
    }
  });

  test('time moves on with every move and never goes back', () => {
    for (const made of runs) {
      const times = eventsOf(made, 'move.made').map(({ atMs }) => atMs);
      expect(times.every((atMs, index) => index === 0 || atMs > times[index - 1]!)).toBe(true);
    }
  });

  test('a run is what its script says, byte for byte', async () => {
    for (const made of runs.slice(0, 200))
      expect(fingerprint(await replay(rich, scriptOf(made.decisions)))).toBe(fingerprint(made));
  });
});

describe('move by move', () => {
  const pay: Workflow = async (ctx) => [await ctx.step('a', () => 'a'), await ctx.step('b', () => 'b')];
  const two = { limits: { executors: 2, suspensionsMax: 1 } };

  test('a zombie is fenced at its next checkpoint, and parks', async () => {
    const made = await run(
      pay,
      [
        { after: 'reply a#1', choose: 'suspend executor-1' },
        { after: 'suspend executor-1', choose: 'takeover executor-1 by executor-2' },
        { after: 'claim w by executor-2', choose: 'wake executor-1' },
      ],
      two,
    );
    expect(eventsOf(made, 'record.refused')).toMatchObject([{ executor: 'executor-1', position: 1 }]);
    expect(eventsOf(made, 'attempt.ended').map(({ attempt, how }) => [attempt, how])).toEqual([
      [1, 'parked'],
      [2, 'returned'],
    ]);
    expect(valueOf(made)).toEqual(['a', 'b']);
  });

  test('a call that a suspended executor has sent lands, and counts, as long as nobody took over', async () => {
    const made = await run(pay, [{ after: 'reply a#1', choose: 'suspend executor-1' }], two);
    expect(moves(made).slice(-6)).toEqual([
      'suspend executor-1',
      'land b#1',
      'wake executor-1',
      'reply b#1',
      'land finish w#1',
      'reply finish w#1',
    ]);
    expect(eventsOf(made, 'attempt.started')).toHaveLength(1);
  });

  test('a landing in time is kept by who takes over', async () => {
    const script = [
      { after: 'reply a#1', choose: 'suspend executor-1' },
      { after: 'land b#1', choose: 'takeover executor-1 by executor-2' },
    ];
    const made = await run(pay, script, two);
    expect(eventsOf(made, 'step.ran')).toHaveLength(2);
    expect(eventsOf(made, 'record.refused')).toMatchObject([{ executor: 'executor-1', position: null }]);
    expect(valueOf(made)).toEqual(['a', 'b']);
  });

  test('a crashed executor may be replaced before it restarts, and then has nothing left to recover', async () => {
    const script = [
      { after: 'land a#1', choose: 'crash executor-1' },
      { after: 'crash executor-1', choose: 'takeover executor-1 by executor-2' },
      { after: 'takeover executor-1 by executor-2', choose: 'claim w by executor-2' },
    ];
    const made = await run(pay, script, { limits: { executors: 2 } });
    expect(eventsOf(made, 'executor.replaced')).toMatchObject([
      { executor: 'executor-1', by: 'executor-2', reenqueued: ['w'] },
    ]);
    expect(eventsOf(made, 'executor.restarted').flatMap(({ reenqueued }) => reenqueued)).toEqual([]);
    expect(eventsOf(made, 'attempt.started').map(({ executor }) => executor)).toEqual(['executor-1', 'executor-2']);
  });

  test('an idle executor is neither crashed nor suspended: there would be nothing to lose', async () => {
    const { decisions } = await run(pay, [], two);
    const offered = decisions.flatMap(({ options }) => options.map(({ label }) => label));
    expect(offered.filter((label) => /^(?:crash|suspend)/.test(label) && label.includes('executor-2'))).toEqual([]);
    expect(offered).toContain('crash executor-1');
  });

  test('neighbouring clocks are skewMs apart', async () => {
    const now: Workflow = (ctx) => ctx.now();
    const at = async (executor: string, skewMs: number): Promise<number> => {
      const start = (client: Parameters<NonNullable<Parameters<typeof scenarioOf>[1]>['start'] & {}>[0]): unknown =>
        client.start('main', { id: 'w', queued: true });
      const script = executor === 'executor-1' ? [] : [{ after: 'start w', choose: `claim w by ${executor}` }];
      const made = await run(now, script, { start, limits: { executors: 3, skewMs } });
      return valueOf(made) as number;
    };
    const apart = await Promise.all(['executor-1', 'executor-2', 'executor-3'].map((one) => at(one, 5_000)));
    expect(apart.map((ms) => ms - apart[0]!)).toEqual([0, 5_000, 10_000]);
    expect(await at('executor-2', 0)).toBe(apart[0]);
  });

  test('a restarted process begins without its module state and its timers', async () => {
    const scenario = scenarioOf(() => {
      let calls = 0;
      setInterval(() => calls++, 1_000);
      return async (ctx) => {
        await ctx.sleep(5_500);
        return calls;
      };
    });
    const calm = await replay(scenario, []);
    const crashed = await replay(scenario, [{ after: 'fire timer#3', choose: 'crash executor-1' }]);
    expect(valueOf(calm)).toBe(5);
    expect(valueOf(crashed)).toBe(2);
  });

  test('a workflow is dead-lettered by the claim after recoveriesMax recoveries, and not before', async () => {
    const unlucky = [
      { after: 'start w', choose: 'crash executor-1' },
      { after: 'reply claim w#1', choose: 'crash executor-1#2' },
      { after: 'reply claim w#2', choose: 'crash executor-1#3' },
    ];
    const limits = { crashesMax: 3, recoveriesMax: 2 };
    expect(ended(await run(pay, unlucky, { limits }))).toEqual({ status: 'MAX_RECOVERY_ATTEMPTS_EXCEEDED' });
    expect(valueOf(await run(pay, unlucky.slice(0, 2), { limits }))).toEqual(['a', 'b']);
  });
});
