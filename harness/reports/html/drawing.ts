/**
 * The timeline: one panel for each run, columns for executors, executions and branches, and the same rows in all panels.
 */
import type { Event } from '../../history.ts';
import type { Run } from '../../run.ts';
import { observe } from '../../observe.ts';
import { titleOf } from '../callers.ts';
import type { Chart, Mark, Spot, Track } from '../chart.ts';
import { type Cell, callText } from '../lane.ts';
import { type Tone, wordsOf } from '../words.ts';
import { type Shown, timeText } from './log.ts';
import { html, type Markup } from './markup.ts';

/** A run to draw. */
export interface Panel {
  readonly shown: Shown;
  readonly chart: Chart;
  /** What became of the call that an event entered. */
  readonly cellOf: (event: Event) => Cell | undefined;
  /** What to write under a call that the verdict is about, by `seq`. */
  readonly flags: ReadonlyMap<number, string>;
}

/** All panels, in rows of equal height. */
export function drawingOf(panels: readonly Panel[]): Markup {
  const rows = Math.max(...panels.map(({ chart }) => chart.slots.length));
  // Lines above the first row: executor, execution, and branch where branches have names.
  const head = panels.some(({ chart }) => chart.tracks.some(({ branch }) => branch !== '')) ? 3 : 2;
  const tops: number[] = [];
  let top = head + 1;
  for (let row = 0; row < rows; row++) {
    tops.push(top);
    top += Math.max(1, ...panels.map(({ chart }) => chart.slots[row] ?? 0));
  }
  tops.push(top);
  return html`<div class="panels">${panels.map((panel) => panelOf(panel, tops))}</div>`;
}

function panelOf(panel: Panel, tops: readonly number[]): Markup {
  const { shown, chart } = panel;
  const columns = chart.tracks.length;
  const rules = chart.slots.map((_, row) => html`<i class="rule" style="grid-row:${tops[row]!}"></i>`);
  return html`<div class="panel" role="group" aria-label="${shown.title}" style="--columns:${Math.max(1, columns)}">
    <i class="shade" style="grid-row:1/${tops[0]!}"></i>
    <div class="corner" style="grid-row:1/${tops[0]!}"><strong>${shown.title}</strong></div>
    ${headsOf(chart)} ${rules} ${chart.marks.toSorted(byTime).map((mark) => markOf(panel, mark, tops))}
  </div>`;
}

const byTime = (a: Mark, b: Mark): number => a.events[0]!.seq - b.events[0]!.seq;

// ---- heads ---------------------------------------------------------------------------------------------------------

function headsOf({ tracks, run }: Chart): Markup[] {
  const executors = spans(tracks, ({ lane }) => lane!.executor);
  const lanes = spans(tracks, ({ lane }) => `${lane!.executor} ${lane!.workflow} ${lane!.attempt}`);
  const head = (line: number, [from, until]: Span, text: string): Markup =>
    html`<div class="head h${line}" style="grid-area:${line}/${from + 2}/auto/${until + 2}" title="${text}">
      ${text}
    </div>`;
  return [
    ...executors.map((span) => head(1, span, tracks[span[0]]!.lane!.executor)),
    ...lanes.map((span) => head(2, span, laneTitle(run, tracks[span[0]]!))),
    ...tracks.flatMap(({ branch }, index) => (branch === '' ? [] : [head(3, [index, index + 1], branch)])),
  ];
}

/** The execution, where the workflow had several. */
function laneTitle(run: Run, { lane }: Track): string {
  const { workflow, attempt } = lane!;
  const several = observe(run).attempts.filter((one) => one.workflow === workflow).length > 1;
  return several ? `${workflow}: ${titleOf(run, workflow, attempt)}` : workflow;
}

type Span = readonly [from: number, until: number];

/** Neighbours that have the same key, together. */
function spans(tracks: readonly Track[], keyOf: (track: Track) => string): Span[] {
  const found: [number, number][] = [];
  for (const [index, track] of tracks.entries()) {
    const last = found.at(-1);
    if (last !== undefined && keyOf(tracks[last[0]]!) === keyOf(track)) last[1] = index + 1;
    else found.push([index, index + 1]);
  }
  return found;
}

// ---- marks ---------------------------------------------------------------------------------------------------------

function markOf(panel: Panel, mark: Mark, tops: readonly number[]): Markup {
  const { shown, chart } = panel;
  const [first] = mark.events as [Event];
  const { sign, text, tone } = faceOf(panel, mark);
  const departs = shown.departures.has(first.seq);
  const flag = panel.flags.get(first.seq);
  const evidence =
    flag !== undefined || mark.events.some(({ seq }) => shown.matters.has(seq) && !NEVER.has(mark.shape));
  const from = lineOf(mark.from, tops);
  const until = Math.max(from + 1, lineOf(mark.until, tops));
  const classes = [mark.shape, departs ? 'departs' : tone, mark.cut ? 'cut' : '', evidence ? 'evidence' : ''];
  const key = first.type === 'call.entered' ? html` data-k="${first.workflow}/${first.position}"` : null;
  return html`<a
    class="mark ${classes.filter((one) => one !== '').join(' ')}"
    id="at-${shown.id}${first.seq}"
    href="#${shown.id}${first.seq}"
    data-e="${mark.events.map(({ seq }) => `${shown.id}${seq}`).join(' ')}"
    ${key}
    aria-label="${labelOf(panel, mark)}"
    style="grid-area:${from}/${columnsOf(chart, mark)
      .map((column) => `${column}`)
      .join(`/${until}/`)}"
    ><span><b>${departs ? '≠' : sign}</b> ${text}</span>${linesOf(mark, from, tops, flag ?? '')}</a
  > `;
}

/** What is no evidence by itself: the moves. */
const NEVER: ReadonlySet<Mark['shape']> = new Set<Mark['shape']>(['move']);

const lineOf = ({ row, slot }: Spot, tops: readonly number[]): number => tops[row]! + slot;

function linesOf(mark: Mark, from: number, tops: readonly number[], flag: string): Markup[] {
  return mark.lines.map(({ at, event }) => {
    const isFlag = event === mark.events[0];
    const { sign, text, tone } = isFlag ? { sign: '▲', text: flag, tone: 'flag' } : wordsOf(event);
    return html`<span class="${tone}" style="grid-row:${lineOf(at, tops) - from + 1}"><b>${sign}</b> ${text}</span>`;
  });
}

function columnsOf({ tracks }: Chart, { shape, track, executor }: Mark): readonly [number, number] {
  if (shape === 'band') {
    const own = tracks.flatMap((one, index) => (one.lane?.executor === executor ? [index] : []));
    return [own[0]! + 2, own.at(-1)! + 3];
  }
  const index = tracks.indexOf(track);
  return [index + 2, index + 3];
}

/** A call says its position, and looks like what became of it. */
function faceOf({ cellOf }: Panel, { shape, events: [first] }: Mark): { sign: string; text: string; tone: Tone } {
  const words = wordsOf(first!);
  // A record that no call of the program asked for: the deadline beside a recv.
  if (first?.type === 'outcome.recorded') return { ...words, text: `${first.position} ${first.name} ${words.text}` };
  if (shape !== 'call' || first?.type !== 'call.entered') return words;
  const tone = cellOf(first)?.style === 'bad' ? 'bad' : words.tone;
  return { sign: `${first.position}`, text: callText(first), tone };
}

function labelOf(panel: Panel, { shape, events, track, from }: Mark): string {
  const [first] = events as [Event];
  const { run, departures } = panel.shown;
  const at = `move ${from.row + 1}, ${timeText(first.atMs)}`;
  const where = track.lane === null ? '' : `, ${laneTitle(run, track)}, ${track.lane.executor}`;
  const departure = departures.get(first.seq);
  if (departure !== undefined) return `not calm: ${departure.choose}, instead of ${departure.calm}; ${at}`;
  if (shape !== 'call' || first.type !== 'call.entered') return `${wordsOf(first).text}; ${at}${where}`;
  const result = panel.cellOf(first)?.result ?? '';
  const said = result.replace('→', 'recorded').replace('←', 'replayed');
  const branch = track.branch === '' ? '' : `, branch ${track.branch}`;
  const flag = panel.flags.get(first.seq);
  const call = `${run.idiom.position[0]} ${first.position}: ${callText(first)}, ${said}`;
  return `${call}${flag === undefined ? '' : ` (${flag})`}; ${at}${where}${branch}`;
}
