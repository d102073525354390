/**
 * A finding as Chrome trace-event JSON, for ui.perfetto.dev and chrome://tracing: a process for each executor, a thread for
 * each branch of each execution, a slice for each call; arrows from a record to its replay and from a message to whoever
 * consumes it. Time is logical: one event of the run is a millisecond; the simulated time is in the arguments.
 *
 * Source of the format: "Trace Event Format", Google, 2016 (phases M, X, i, s and f; object form).
 */
import type { Event, EventOf } from '../history.ts';
import type { Finding } from '../findings.ts';
import type { Run } from '../run.ts';
import { branchesBy, nameOfRun, titleOf, witnessesOf } from './callers.ts';
import type { Chart, Mark, Track } from './chart.ts';
import { chartOf } from './plot.ts';
import { departuresOf, forksOf } from './forks.ts';
import { callText } from './lane.ts';
import { storiesOf } from './story.ts';
import { fieldsOf, wordsOf } from './words.ts';

/** One entry of a trace. Times are in microseconds. */
interface Entry {
  readonly ph: 'M' | 'X' | 'i' | 's' | 'f';
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly id?: string;
  /** Of instants: who is concerned: the thread, the process, everybody. */
  readonly s?: 't' | 'p' | 'g';
  /** Of the end of an arrow: it ends at the slice around it. */
  readonly bp?: 'e';
  readonly args?: Readonly<Record<string, string | number>>;
}

/** The trace of `finding`: JSON text in the object form. Where the verdict is about two runs, both are in it. */
export function traceReport(finding: Finding): string {
  const { run, reference, violations, script } = finding;
  const twoRuns = storiesOf(finding).some((story) => story.twoRuns);
  const against = violations[0]!.against ?? [];
  const traceEvents = twoRuns
    ? [
        ...entriesOf(finding, run, 0, `${nameOfRun(against, true)}: `),
        ...entriesOf(finding, reference, RUN_PIDS, `${nameOfRun(against, false)}: `),
      ]
    : entriesOf(finding, run, 0, '');
  const otherData = {
    scenario: finding.scenario,
    violation: violations[0]!.because,
    script: JSON.stringify(script),
    time: 'logical: one event of the run is one millisecond',
  };
  return JSON.stringify({ displayTimeUnit: 'ms', otherData, traceEvents });
}

/** Processes of one run at most, the schedule included. */
const RUN_PIDS = 1_000;
const TICK_US = 1_000;

function entriesOf(finding: Finding, run: Run, pidBase: number, prefix: string): Entry[] {
  const chart = chartOf(run, { branches: branchesBy(witnessesOf(finding)), flagged: new Set() });
  const seats = seatsOf(chart, pidBase);
  return [
    ...namesOf(chart, seats, prefix),
    ...chart.marks.flatMap((mark) => markEntries(run, seats, mark)),
    ...departureEntries(run, seats.get(chart.axis)!),
    ...arrows(chart, seats, pidBase),
  ];
}

type Seat = Pick<Entry, 'pid' | 'tid'>;

/** The schedule is the first process of a run; executors follow. */
function seatsOf({ tracks, axis }: Chart, pidBase: number): Map<Track, Seat> {
  const executors = [...new Set(tracks.map(({ lane }) => lane!.executor))];
  const seats = new Map<Track, Seat>([[axis, { pid: pidBase + 1, tid: 1 }]]);
  for (const [index, track] of tracks.entries())
    seats.set(track, { pid: pidBase + 2 + executors.indexOf(track.lane!.executor), tid: index + 2 });
  return seats;
}

function namesOf({ run, tracks, axis }: Chart, seats: ReadonlyMap<Track, Seat>, prefix: string): Entry[] {
  const meta = (seat: Seat, name: string, args: Entry['args'] & object): Entry => ({
    ph: 'M',
    name,
    ...seat,
    ts: 0,
    args,
  });
  const named = new Set<number>();
  return [axis, ...tracks].flatMap((track) => {
    const seat = seats.get(track)!;
    const { lane, branch } = track;
    const isNew = !named.has(seat.pid);
    named.add(seat.pid);
    const thread =
      lane === null
        ? 'moves'
        : `${lane.workflow}: ${titleOf(run, lane.workflow, lane.attempt)}${branch === '' ? '' : `, ${branch}`}`;
    return [
      ...(isNew
        ? [
            meta(seat, 'process_name', { name: `${prefix}${lane?.executor ?? 'schedule'}` }),
            meta(seat, 'process_sort_index', { sort_index: seat.pid }),
          ]
        : []),
      meta(seat, 'thread_name', { name: thread }),
      meta(seat, 'thread_sort_index', { sort_index: seat.tid }),
    ];
  });
}

/** A slice for a call and for a move, an instant for everything else; and one for each event inside of a call. */
function markEntries(run: Run, seats: ReadonlyMap<Track, Seat>, { shape, events, track, executor }: Mark): Entry[] {
  const seat = seats.get(track)!;
  const [first, ...rest] = events as [Event, ...Event[]];
  const instants = (some: readonly Event[]): Entry[] =>
    some.map((event) => instant(run, seat, event, executor !== null));
  if (shape === 'note' || shape === 'band') return instants([first, ...rest]);
  const last = shape === 'call' ? events.at(-1)! : first;
  const name = first.type === 'call.entered' ? `${first.position} ${callText(first)}` : wordsOf(first).text;
  const endSeq = Math.max(last.seq, first.seq + 1);
  const slice = {
    ...timed(run, first),
    ...seat,
    name,
    ph: 'X',
    cat: shape,
    dur: (endSeq - first.seq) * TICK_US,
  } as const;
  return [slice, ...instants(rest)];
}

const timed = (run: Run, event: Event): Pick<Entry, 'ts' | 'args'> => ({
  ts: event.seq * TICK_US,
  args: { event: event.seq, type: event.type, atMs: event.atMs, ...Object.fromEntries(fieldsOf(event, run.idiom)) },
});

function instant(run: Run, seat: Seat, event: Event, isWide: boolean): Entry {
  const { text, tone } = wordsOf(event);
  return { ...timed(run, event), ...seat, name: text, ph: 'i', cat: tone, s: isWide ? 'p' : 't' };
}

function departureEntries(run: Run, seat: Seat): Entry[] {
  return departuresOf(forksOf(run)).map(([seq, { choose, calm, after }]) => ({
    ...{ ph: 'i', name: `not calm: ${choose}`, ...seat, ts: seq * TICK_US, cat: 'deviation', s: 'g' },
    args: { after, choose, calm },
  }));
}

/** From a call to its replay in the next execution, and from a message that was sent to the call that consumed it. */
function arrows({ marks, run }: Chart, seats: ReadonlyMap<Track, Seat>, pidBase: number): Entry[] {
  const recorded = new Map<string, Mark>();
  const sent = new Map<number, EventOf<'message.sent'>>();
  const holder = new Map(marks.flatMap((mark) => mark.events.map((event) => [event.seq, mark] as const)));
  const arrow = (name: string, from: Event, to: Event): Entry[] => {
    const seat = (event: Event): Seat => seats.get(holder.get(event.seq)!.track)!;
    const id = `${pidBase}-${from.seq}-${to.seq}`;
    return [
      { ph: 's', name, cat: name, id, ...seat(from), ts: from.seq * TICK_US },
      { ph: 'f', name, cat: name, id, ...seat(to), ts: to.seq * TICK_US, bp: 'e' },
    ];
  };
  return run.history.flatMap((event) => {
    switch (event.type) {
      case 'call.entered': {
        const place = `${event.workflow}/${event.position}`;
        const before = recorded.get(place);
        recorded.set(place, holder.get(event.seq)!);
        return event.replayed && before !== undefined ? arrow('recovery', before.events[0]!, event) : [];
      }
      case 'message.sent':
        sent.set(event.message, event);
        return [];
      case 'message.consumed': {
        const from = sent.get(event.message);
        return from === undefined ? [] : arrow('message', from, event);
      }
      default:
        return [];
    }
  });
}
