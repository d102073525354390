/** Charts: whatever happens in a run has one place in it, and no place is taken twice. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { scripts } from '../../harness/adapters/fast-check.ts';
import { type Event, replay, type Run, type Script } from '../../harness/index.ts';
import type { Chart, Mark, Spot, Track } from '../../harness/reports/chart.ts';
import { departuresOf, forksOf } from '../../harness/reports/forks.ts';
import { frameName } from '../../harness/reports/lane.ts';
import { chartOf } from '../../harness/reports/plot.ts';
import { fieldsOf, wordsOf } from '../../harness/reports/words.ts';
import { TWINS } from '../../scenarios/index.ts';
import { TWINS as DBOS_TWINS } from '../../scenarios/dbos/index.ts';

const TRIED = [...TWINS, ...DBOS_TWINS]
  .map(({ scenario }) => scenario)
  .filter(({ name }) => !/forever|for-ever|approval-raced|busy/.test(name));

/** Holds `law` on random runs of random stories of both engines. */
const always = (law: (run: Run, script: Script) => void): Promise<void> =>
  fc.assert(
    fc.asyncProperty(fc.constantFrom(...TRIED), scripts(), async (scenario, script) => {
      const limits = { ...scenario.limits, crashesMax: 2, executors: 2 };
      const run = await replay({ ...scenario, limits }, script);
      law(run, script);
    }),
    { seed: 1, numRuns: 60 },
  );

/** With branches named after the outermost function, and a word on each fifth event. */
const placed = (run: Run): Chart =>
  chartOf(run, {
    branches: (site) => frameName(site, 1),
    flagged: new Set(run.history.filter(({ seq }) => seq % 5 === 0).map(({ seq }) => seq)),
  });

test('every event of a run belongs to exactly one mark, and every event has words, and fields with names', async () => {
  await always((run) => {
    const marked = placed(run).marks.flatMap(({ events }) => events.map(({ seq }) => seq));
    expect(marked.toSorted((a, b) => a - b)).toEqual(run.history.map(({ seq }) => seq));
    for (const event of run.history) {
      const { sign, text } = wordsOf(event);
      expect([sign === '', text === '']).toEqual([false, false]);
      expect(fieldsOf(event, run.idiom).filter(([name, field]) => name === '' || field.includes('[object'))).toEqual(
        [],
      );
    }
  });
});

test('a line of a column says one thing, and all of them are within their rows', async () => {
  await always((run) => {
    const { marks, slots, tracks } = placed(run);
    const taken = new Map<Track, Set<string>>();
    const take = (track: Track, { row, slot }: Spot): void => {
      const spots = taken.get(track) ?? new Set();
      taken.set(track, spots);
      const spot = `${row}.${slot}`;
      expect([spot, spots.has(spot), slot < slots[row]!]).toEqual([spot, false, true]);
      spots.add(spot);
    };
    for (const mark of marks) {
      const own = mark.shape === 'band' ? tracks.filter(({ lane }) => lane?.executor === mark.executor) : [mark.track];
      for (const track of own) take(track, mark.from);
      for (const { at } of mark.lines) take(mark.track, at);
    }
  });
});

test('calls of a column follow each other, and end where they end', async () => {
  await always((run) => {
    const { marks, slots } = placed(run);
    const tops = slots.map((_, row) => slots.slice(0, row).reduce((sum, one) => sum + one, 0));
    const lineOf = ({ row, slot }: Spot): number => tops[row]! + slot;
    const free = new Map<Track, number>();
    for (const { shape, track, from, until, lines, events, cut } of marks.filter(
      (mark: Mark) => mark.shape === 'call',
    )) {
      expect([shape, lineOf(from) >= (free.get(track) ?? 0), lineOf(until) > lineOf(from)]).toEqual([
        'call',
        true,
        true,
      ]);
      free.set(track, lineOf(until));
      for (const { at } of lines) expect(lineOf(at)).toBeLessThan(lineOf(until));
      expect(cut).toBe(!events.some(({ type }) => type === 'call.settled'));
    }
  });
});

test('a call that its executor does not survive ends with it', async () => {
  await always((run) => {
    const { marks } = placed(run);
    const isBefore = (a: Spot, b: Spot): boolean => a.row < b.row || (a.row === b.row && a.slot < b.slot);
    const deaths = marks.filter(
      ({ events: [first] }) => first?.type === 'executor.crashed' || first?.type === 'process.died',
    );
    const outliving = marks.filter(({ shape, track, from, until, cut }) => {
      const death = deaths.find((one) => one.executor === track.lane?.executor && isBefore(from, one.from));
      return shape === 'call' && cut && death !== undefined && isBefore(death.from, until);
    });
    expect(outliving).toEqual([]);
  });
});

test('a forced move is no fork, even if it has the name of one that comes later', async () => {
  const move = (seq: number, label: string): Event => ({ type: 'move.made', kind: 'restart', label, seq, atMs: seq });
  const options = ['calm', 'restart e'].map((label) => ({ kind: 'restart', label }) as const);
  const decision = { at: 0, after: 'later', size: 2, option: (index: number) => options[index]!, options, chose: 1 };
  const run = await replay(TRIED[0]!, []);
  const history = [move(0, 'restart e'), move(1, 'later'), move(2, 'restart e')];
  expect([...forksOf({ ...run, history, decisions: [decision] }).keys()]).toEqual([2]);
});

test('forks are the decisions of a run, and departures its script', async () => {
  await always((run, script) => {
    const forks = forksOf(run);
    expect([...forks.values()].map(({ after }) => after)).toEqual(run.decisions.map(({ after }) => after));
    expect(departuresOf(forks).map(([, { after, choose }]) => ({ after, choose }))).toEqual(script);
  });
});
