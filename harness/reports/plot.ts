/**
 * How a run becomes a chart: one pass over its history that gives every event a place, and every call a column of its own for
 * as long as it takes.
 */
import type { Event, EventOf } from '../history.ts';
import type { Run } from '../run.ts';
import type { Chart, Lane, Mark, Spot, Track } from './chart.ts';

/** How a run is to be placed. */
interface Placing {
  /** Names the branch of a call by its stack. */
  readonly branches: (site: readonly string[] | undefined) => string;
  /** `seq` of the calls that get one more line, for what is to be said of them. */
  readonly flagged: ReadonlySet<number>;
}

/** The chart of `run`. */
export function chartOf(run: Run, placing: Placing): Chart {
  const plot = new Plot(placing);
  for (const event of run.history) plot.take(event);
  return plot.chart(run);
}

interface OpenTrack extends Track {
  readonly executor: string | null;
  branch: string;
  busy: OpenMark | null;
  /** The last row in which something stands, and how many of its lines are taken. */
  row: number;
  used: number;
}

type OpenMark = { -readonly [K in keyof Mark]: Mark[K] } & {
  readonly events: Event[];
  readonly lines: { at: Spot; event: Event }[];
  readonly track: OpenTrack;
};

interface OpenLane {
  readonly lane: Lane;
  readonly tracks: OpenTrack[];
  called: boolean;
}

/** Events that add a line to the call they belong to; the others only say more of it. */
const LINES: ReadonlySet<Event['type']> = new Set<Event['type']>([
  ...(['outcome.recorded', 'record.refused', 'world.called', 'world.answered', 'world.failed'] as const),
  ...([
    'transaction.committed',
    'message.consumed',
    'replay.diverged',
    'attempt.derailed',
    'value.refused',
    'call.settled',
  ] as const),
]);

const isLine = (event: Event): boolean => LINES.has(event.type) || (event.type === 'step.ran' && event.tryNumber > 1);

class Plot {
  readonly #placing: Placing;
  readonly #lanes = new Map<string, OpenLane>();
  /** By `workflow/attempt/position`. */
  readonly #calls = new Map<string, OpenMark>();
  readonly #marks: OpenMark[] = [];
  readonly #slots: number[] = [0];
  readonly #axis: OpenTrack = trackOf(null, null, '');
  #row = 0;

  constructor(placing: Placing) {
    this.#placing = placing;
  }

  take(event: Event): void {
    switch (event.type) {
      case 'move.made':
        if (event.seq > 0) this.#slots[++this.#row] = 0;
        this.#moment('move', this.#axis, event);
        return;
      case 'attempt.started':
        return this.#start(event);
      case 'call.entered':
        return this.#enter(event);
      case 'executor.crashed':
      case 'executor.restarted':
      case 'executor.suspended':
      case 'executor.woken':
      case 'executor.replaced':
      case 'process.died':
        return this.#befall(event, event.executor);
      default:
        return this.#belong(event);
    }
  }

  chart(run: Run): Chart {
    const end = { row: this.#row, slot: this.#slots[this.#row]! };
    for (const mark of this.#marks) if (mark.track.busy === mark) Object.assign(mark, { until: end, cut: true });
    const executors = [...new Set([...this.#lanes.values()].map(({ lane }) => lane.executor))];
    const workflows = [...new Set([...this.#lanes.values()].map(({ lane }) => lane.workflow))];
    const lanes = [...this.#lanes.values()].toSorted(
      (a, b) =>
        executors.indexOf(a.lane.executor) - executors.indexOf(b.lane.executor) ||
        workflows.indexOf(a.lane.workflow) - workflows.indexOf(b.lane.workflow) ||
        a.lane.attempt - b.lane.attempt,
    );
    const tracks = lanes.flatMap((lane) => lane.tracks);
    return { run, tracks, axis: this.#axis, slots: this.#slots, marks: this.#marks };
  }

  #start(event: EventOf<'attempt.started'>): void {
    const { workflow, attempt, executor } = event;
    const lane = { executor, workflow, attempt };
    const track = trackOf(lane, executor, '');
    this.#lanes.set(`${workflow}/${attempt}`, { lane, tracks: [track], called: false });
    this.#moment('note', track, event);
  }

  #enter(event: EventOf<'call.entered'>): void {
    const lane = this.#lanes.get(`${event.workflow}/${event.attempt}`);
    if (lane === undefined) return void this.#moment('note', this.#axis, event);
    const track = freeTrack(lane, this.#placing.branches(event.site));
    const mark = this.#moment('call', track, event);
    track.busy = mark;
    if (this.#placing.flagged.has(event.seq)) this.#write(mark, event);
    this.#calls.set(`${event.workflow}/${event.attempt}/${event.position}`, mark);
  }

  #befall(event: Event, executor: string): void {
    const tracks = [...this.#lanes.values()].flatMap((lane) => lane.tracks).filter((one) => one.executor === executor);
    if (tracks.length === 0) return void this.#moment('note', this.#axis, event);
    const slot = Math.max(...tracks.map((track) => this.#used(track)));
    const at = { row: this.#row, slot };
    for (const track of tracks) {
      // What was going on is gone; only a suspended process goes on later.
      if (track.busy !== null && (event.type === 'executor.crashed' || event.type === 'process.died')) {
        Object.assign(track.busy, { until: at, cut: true });
        track.busy = null;
      }
      Object.assign(track, { row: this.#row, used: slot + 1 });
    }
    this.#grow(at);
    this.#marks.push(markOf('band', event, tracks[0]!, at, executor));
  }

  /** To the call that it is about; else to its execution; else to the move that made it. */
  #belong(event: Event): void {
    const call = this.#callOf(event);
    const isOver = call !== undefined && call.track.busy !== call;
    if (call === undefined || (isOver && isLine(event)))
      return void this.#moment('note', call?.track ?? this.#homeOf(event), event);
    call.events.push(event);
    if (!isLine(event)) return;
    this.#write(call, event);
    if (event.type === 'call.settled') call.track.busy = null;
  }

  #callOf(event: Event): OpenMark | undefined {
    const of = 'origin' in event ? event.origin : event;
    if (!('workflow' in of) || !('position' in of) || of.workflow === null || of.position === null) return undefined;
    if ('attempt' in of) return this.#calls.get(`${of.workflow}/${of.attempt}/${of.position}`);
    const executor = 'executor' in of ? of.executor : null;
    const lanes = [...this.#lanes.values()].filter(
      ({ lane }) => lane.workflow === of.workflow && (executor === null || lane.executor === executor),
    );
    const last = lanes.at(-1)?.lane;
    return last === undefined ? undefined : this.#calls.get(`${of.workflow}/${last.attempt}/${of.position}`);
  }

  #homeOf(event: Event): OpenTrack {
    const of = 'origin' in event ? event.origin : event;
    const workflow = event.type === 'message.sent' ? event.to : 'workflow' in of ? of.workflow : null;
    const attempt = 'attempt' in of ? of.attempt : null;
    const lanes = [...this.#lanes.values()].filter(
      ({ lane }) => lane.workflow === workflow && (attempt === null || lane.attempt === attempt),
    );
    return lanes.at(-1)?.tracks[0] ?? this.#axis;
  }

  #moment(shape: Mark['shape'], track: OpenTrack, event: Event): OpenMark {
    const mark = markOf(shape, event, track, this.#place(track), null);
    this.#marks.push(mark);
    return mark;
  }

  #write(call: OpenMark, event: Event): void {
    const at = this.#place(call.track);
    call.lines.push({ at, event });
    call.until = { row: at.row, slot: at.slot + 1 };
  }

  #place(track: OpenTrack): Spot {
    const at = { row: this.#row, slot: this.#used(track) };
    Object.assign(track, { row: this.#row, used: at.slot + 1 });
    this.#grow(at);
    return at;
  }

  /** Lines of the row that are taken in `track`. */
  #used(track: OpenTrack): number {
    return track.row === this.#row ? track.used : 0;
  }

  #grow({ row, slot }: Spot): void {
    this.#slots[row] = Math.max(this.#slots[row]!, slot + 1);
  }
}

const trackOf = (lane: Lane | null, executor: string | null, branch: string): OpenTrack => ({
  ...{ lane, executor, branch },
  ...{ busy: null, row: -1, used: 0 },
});

const markOf = (shape: Mark['shape'], event: Event, track: OpenTrack, at: Spot, executor: string | null): OpenMark => ({
  ...{ shape, events: [event], track, executor, from: at },
  ...{ until: { row: at.row, slot: at.slot + 1 }, lines: [], cut: false },
});

/** A track of the lane in which no call is going on, of this branch; a new one if there is none. */
function freeTrack(open: OpenLane, branch: string): OpenTrack {
  const { lane, tracks, called } = open;
  open.called = true;
  if (!called) return Object.assign(tracks[0]!, { branch });
  const idle = tracks.find((track) => track.busy === null && track.branch === branch);
  if (idle !== undefined) return idle;
  const track = trackOf(lane, lane.executor, branch);
  tracks.push(track);
  return track;
}
