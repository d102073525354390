/**
 * Draws executions side by side: a row for each position, so that calls which should be the same stand on one line.
 */
import { count } from '../phrase.ts';
import {
  clean,
  columns,
  cut,
  join,
  pad,
  type Paint,
  padLeft,
  type Part,
  type Style,
  tellApart,
  widthOf,
} from './layout.ts';
import { type Cell, type Lane, LEGEND, type Note } from './lane.ts';
import type { Story } from './story.ts';

/** A line of a timeline, before it is drawn: all its lanes. */
export type Row =
  | { readonly type: 'call'; readonly position: number; readonly cells: readonly (Cell | undefined)[] }
  | { readonly type: 'mark'; readonly words: readonly string[] }
  | { readonly type: 'notes'; readonly notes: readonly (Note | undefined)[] }
  | { readonly type: 'gap'; readonly text: string };

const INDENT = '  ';
const GUTTER = ' │ ';
/** Calls in a row of which none matters, from which on they are left out and counted. */
const GAP_MIN = 3;
/** Calls up to which nothing is left out. */
const CALLS_MAX = 12;

/** The timeline of `story`, no wider than `width`. */
export function timeline(story: Story, width: number, paint: Paint): string[] {
  const { heading, lanes } = story;
  const rows = rowsToShow(story);
  const at = Math.max(heading.length, ...rows.map((row) => (row.type === 'call' ? String(row.position).length : 0)));
  const draw = drawing(lanes, rows, width - INDENT.length - at - 2);
  const line = (label: string, parts: readonly Part[]): string =>
    join(paint, [INDENT, ['dim', padLeft(label, at)], '  ', ...parts]).trimEnd();
  const replays = lanes.some(({ cells }) => [...cells.values()].some(({ result }) => result.startsWith('←')));
  const titles = lanes.map(({ title }) => clean(title));
  return [
    line(heading, draw.across(titles, ['strong', 'strong'])),
    ...rows.map((row) => line(row.type === 'call' ? String(row.position) : '', draw.row(row))),
    ...(replays ? [line('', [['dim', cut(LEGEND, width - INDENT.length - at - 2)]])] : []),
  ];
}

// ---- rows ----------------------------------------------------------------------------------------------------------

/** The rows of `story`; of many, those that matter, and how many are left out. */
export const rowsToShow = ({ lanes, decisive }: Story): Row[] => elide(rowsOf(lanes, decisive), decisive);

function rowsOf(lanes: readonly Lane[], decisive: Story['decisive']): Row[] {
  const positions = [...new Set(lanes.flatMap((lane) => [...lane.cells.keys()]))].toSorted((a, b) => a - b);
  const notes = lanes.map(notesByPosition);
  const rows: Row[] = together(notes.map((after) => after.get(-1) ?? []));
  for (const position of positions) {
    rows.push({ type: 'call', position, cells: lanes.map((lane) => lane.cells.get(position)) });
    if (position === decisive?.position) rows.push({ type: 'mark', words: decisive.words });
    rows.push(...together(notes.map((after) => after.get(position) ?? [])));
  }
  return rows;
}

/** The notes of a lane by the last position called before them; -1: before the first. */
function notesByPosition({ cells, notes }: Lane): Map<number, Note[]> {
  const after = new Map<number, Note[]>();
  for (const note of notes) {
    let spot = -1;
    for (const [position, { seq }] of cells) if (seq < note.seq && position > spot) spot = position;
    after.set(spot, [...(after.get(spot) ?? []), note]);
  }
  return after;
}

/** The notes of both lanes, line by line. */
function together(notes: readonly (readonly Note[])[]): Row[] {
  const length = Math.max(...notes.map((one) => one.length));
  return Array.from({ length }, (_, index) => ({ type: 'notes', notes: notes.map((one) => one[index]) }));
}

/** Leaves out calls that nothing points at when there are many, and says how many, and whether they agree. */
function elide(rows: readonly Row[], decisive: Story['decisive']): Row[] {
  if (rows.filter(({ type }) => type === 'call').length <= CALLS_MAX) return [...rows];
  const first = rows.findIndex(({ type }) => type === 'call');
  const last = rows.findLastIndex(({ type }) => type === 'call');
  const near = (index: number, reach: number): boolean =>
    rows.slice(Math.max(0, index - reach), index + reach + 1).some(({ type }) => type === 'notes' || type === 'mark');
  const kept: Row[] = [];
  let gap: Row[] = [];
  const close = (): void => {
    kept.push(...(gap.length < GAP_MIN ? gap : [{ type: 'gap' as const, text: gapText(gap) }]));
    gap = [];
  };
  for (const [index, row] of rows.entries()) {
    const matters =
      row.type !== 'call' || index - first < 2 || last - index < 2 || near(index, decisive === null ? 1 : 2);
    if (!matters) gap.push(row);
    else {
      close();
      kept.push(row);
    }
  }
  close();
  return kept;
}

function gapText(gap: readonly Row[]): string {
  const pairs = gap.flatMap((row) => (row.type === 'call' ? [row.cells] : []));
  const both = pairs.filter((cells) => cells.length === 2 && cells.every((cell) => cell !== undefined));
  const alike = both.filter(([left, right]) => left!.identity === right!.identity);
  const calls = `… ${count(pairs.length, 'more call')}`;
  if (both.length < pairs.length) return `${calls} …`;
  return alike.length === both.length
    ? `${calls}, the same on both sides …`
    : `${calls}, ${count(both.length - alike.length, 'of them different', 'of them different')} …`;
}

// ---- drawing -------------------------------------------------------------------------------------------------------

/** How much of a lane the call, and the branch, may take, so that results are seen. */
const CALL_SHARE = 0.5;
const BRANCH_MAX = 12;

/** Each row as one text for each lane, and how wide the lanes are. */
interface Drawing {
  readonly widths: readonly number[];
  readonly across: (texts: readonly string[], styles: readonly (Style | null)[]) => Part[];
  readonly row: (row: Row) => Part[];
}

function drawing(lanes: readonly Lane[], rows: readonly Row[], room: number): Drawing {
  const half = lanes.length === 1 ? room : Math.floor((room - GUTTER.length) / 2);
  const grids = lanes.map((_, lane) => gridOf(rows, lane, half));
  const widths = widthsOf(lanes, rows, grids, room);
  const across: Drawing['across'] = (texts, styles) => {
    const fitted = pair(texts, widths);
    return widths.flatMap((width, lane) => {
      const text = pad(fitted[lane] ?? '', width);
      const style = styles[lane] ?? null;
      return [...(lane === 0 ? [] : [GUTTER]), style === null ? text : ([style, text] as const)];
    });
  };
  const row = (one: Row): Part[] => {
    switch (one.type) {
      case 'gap':
        return [['dim', cut(one.text, room)]];
      case 'mark':
        return across(
          one.words.map((word) => (word === '' ? '' : `▲ ${clean(word)}`)),
          ['bad', 'bad'],
        );
      case 'notes':
        return across(
          sameOnce(
            one.notes.map((note) => clean(note?.text ?? '')),
            widths,
          ),
          one.notes.map((note) => note?.style ?? null),
        );
      case 'call':
        return across(
          cellTexts(one.cells, grids, widths),
          one.cells.map((cell) => cell?.style ?? null),
        );
    }
  };
  return { widths, across, row };
}

/** Columns of one lane. `branch` is 0 when all branches are the same and say nothing. */
interface Grid {
  readonly call: number;
  readonly branch: number;
  readonly resultAt: number;
}

function gridOf(rows: readonly Row[], lane: number, half: number): Grid {
  const cells = rows
    .flatMap((row) => (row.type === 'call' ? [row.cells[lane]] : []))
    .filter((cell) => cell !== undefined);
  const all = rows.flatMap((row) => (row.type === 'call' ? row.cells.flatMap((cell) => cell?.branch ?? []) : []));
  const texts = cells.map(({ call, branch }) => [clean(call), clean(branch)]);
  const [call = 0, widest = 0] = columns(texts, [Math.floor(half * CALL_SHARE), BRANCH_MAX]);
  const branch = new Set(all).size > 1 ? widest : 0;
  return { call, branch, resultAt: call + 2 + (branch === 0 ? 0 : branch + 2) };
}

/** Of two ends that are the same, and too long to be read, the second says so. */
function sameOnce(texts: readonly string[], widths: readonly number[]): readonly string[] {
  const [left = '', right] = texts;
  const verb = /^(?:returns|throws) /.exec(left)?.[0];
  return verb === undefined || left !== right || texts.every((text, lane) => widthOf(text) <= widths[lane]!)
    ? texts
    : [left, `${verb}the same`];
}

/** One text for each lane, cut to its width but never so that two different texts look alike. */
function pair(texts: readonly string[], widths: readonly number[]): readonly string[] {
  const [left = '', right = ''] = texts;
  const [one = 0, other] = widths;
  return other === undefined || left === '' || right === ''
    ? texts.map((text, lane) => cut(text, widths[lane]!))
    : tellApart(left, right, [one, other]);
}

function cellTexts(
  cells: readonly (Cell | undefined)[],
  grids: readonly Grid[],
  widths: readonly number[],
): readonly string[] {
  const calls = pair(
    cells.map((cell) => clean(cell?.call ?? '')),
    grids.map(({ call }) => call),
  );
  const results = pair(
    cells.map((cell) => clean(cell?.result ?? '')),
    grids.map(({ resultAt }, lane) => widths[lane]! - resultAt),
  );
  return cells.map((cell, lane) => {
    const { call, branch } = grids[lane]!;
    if (cell === undefined) return '';
    const between = branch === 0 ? '  ' : `  ${pad(clean(cell.branch), branch)}  `;
    return pad(calls[lane]!, call) + between + results[lane]!;
  });
}

/** The first lane gets what it needs, but the second keeps half unless it needs less. */
function widthsOf(lanes: readonly Lane[], rows: readonly Row[], grids: readonly Grid[], room: number): number[] {
  if (lanes.length === 1) return [room];
  const needs = lanes.map(({ title }, lane) =>
    Math.max(widthOf(title), ...rows.map((row) => needOf(row, lane, grids[lane]!))),
  );
  const shared = room - GUTTER.length;
  const left = Math.min(needs[0]!, Math.max(Math.floor(shared / 2), shared - needs[1]!));
  return [left, shared - left];
}

function needOf(row: Row, lane: number, { resultAt }: Grid): number {
  if (row.type === 'call') return row.cells[lane] === undefined ? 0 : resultAt + widthOf(clean(row.cells[lane].result));
  if (row.type === 'mark') return widthOf(row.words[lane] ?? '') + 2;
  return row.type === 'notes' ? widthOf(clean(row.notes[lane]?.text ?? '')) : 0;
}
