/**
 * Draws executions side by side: a row for each position, so that calls which should be the same stand on one line.
 */
import { count } from '../phrase.ts';
import { clean, columns, join, pad, type Paint, padLeft, type Part, type Style, widthOf } from './layout.ts';
import { type Cell, type Lane, LEGEND, type Note } from './lane.ts';
import type { Story } from './story.ts';

type Row =
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
  const rows = elide(rowsOf(story), story);
  const positions = rows.flatMap((row) => (row.type === 'call' ? [String(row.position)] : []));
  const positionWidth = Math.max(1, ...positions.map(widthOf));
  const room = width - INDENT.length - positionWidth - 2;
  const draw = drawer(story, rows, room);
  const blank = ' '.repeat(positionWidth);
  return [
    join(paint, [INDENT, blank, '  ', ...draw.titles()]),
    ...rows.map((row) => {
      const label = row.type === 'call' ? padLeft(String(row.position), positionWidth) : blank;
      return join(paint, [INDENT, ['dim', label], '  ', ...draw.row(row)]).trimEnd();
    }),
    ...(width >= widthOf(LEGEND) + INDENT.length ? [join(paint, [INDENT, blank, '  ', ['dim', LEGEND]])] : []),
  ];
}

// ---- rows ----------------------------------------------------------------------------------------------------------

function rowsOf({ lanes, decisive }: Story): Row[] {
  const positions = [...new Set(lanes.flatMap((lane) => [...lane.cells.keys()]))].toSorted((a, b) => a - b);
  const rows: Row[] = notesAfter(-1, lanes);
  for (const position of positions) {
    rows.push({ type: 'call', position, cells: lanes.map((lane) => lane.cells.get(position)) });
    if (position === decisive?.position) rows.push({ type: 'mark', words: decisive.words });
    rows.push(...notesAfter(position, lanes));
  }
  return rows;
}

/** The notes of both lanes that come after the call at `position` and before the next. */
function notesAfter(position: number, lanes: readonly Lane[]): Row[] {
  const columnsOfNotes = lanes.map(({ cells, notes }) => notes.filter((note) => spotOf(note, cells) === position));
  const length = Math.max(...columnsOfNotes.map((notes) => notes.length));
  return Array.from({ length }, (_, index) => ({ type: 'notes', notes: columnsOfNotes.map((notes) => notes[index]) }));
}

/** The last position called before `note`. */
function spotOf({ seq }: Note, cells: Lane['cells']): number {
  return Math.max(-1, ...[...cells].filter(([, cell]) => cell.seq < seq).map(([position]) => position));
}

/** Leaves out calls that nothing points at when there are many, and says how many, and whether they agree. */
function elide(rows: readonly Row[], { decisive }: Story): Row[] {
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
  const alike = both.filter(([left, right]) => left!.call === right!.call && left!.branch === right!.branch);
  const calls = `… ${count(pairs.length, 'more call')}`;
  if (both.length < pairs.length) return `${calls} …`;
  return alike.length === both.length
    ? `${calls}, the same on both sides …`
    : `${calls}, ${count(both.length - alike.length, 'of them different', 'of them different')} …`;
}

// ---- drawing -------------------------------------------------------------------------------------------------------

interface Drawer {
  titles(): Part[];
  row(row: Row): Part[];
}

/** How much of a lane the call and the branch may take, so that results are seen. */
const CALL_SHARE = 0.5;
const BRANCH_MAX = 12;

function drawer({ lanes }: Story, rows: readonly Row[], room: number): Drawer {
  const laneMax = lanes.length === 1 ? room : Math.floor((room - GUTTER.length) / 2);
  const cells = rows.flatMap((row) => (row.type === 'call' ? row.cells.filter((cell) => cell !== undefined) : []));
  const texts = cells.map(({ call, branch, result }) => [clean(call), clean(branch), clean(result)]);
  const [call = 0, branch = 0] = columns(texts, [Math.floor(laneMax * CALL_SHARE), BRANCH_MAX, laneMax]);
  const resultAt = call + 2 + (branch === 0 ? 0 : branch + 2);
  const cellText = (cell: Cell): string =>
    `${pad(clean(cell.call), call)}  ${branch === 0 ? '' : `${pad(clean(cell.branch), branch)}  `}`;
  const widthOfLane = (index: number): number => {
    if (lanes.length === 1) return room;
    if (index === 1) return room - GUTTER.length - widthOfLane(0);
    const shown = rows.flatMap((row) => textsOf(row, 0, resultAt));
    return Math.min(laneMax, Math.max(widthOf(lanes[0]!.title), ...shown));
  };
  const widths = lanes.map((_, index) => widthOfLane(index));
  const across = (parts: (index: number) => readonly [Style | null, string]): Part[] =>
    lanes.flatMap((_, index) => {
      const [style, text] = parts(index);
      const fitted = pad(text, widths[index]!);
      return [...(index === 0 ? [] : [GUTTER]), style === null ? fitted : ([style, fitted] as const)];
    });
  return {
    titles: () => across((index) => ['strong', clean(lanes[index]!.title)]),
    row(row) {
      switch (row.type) {
        case 'gap':
          return [['dim', pad(row.text, room)]];
        case 'mark':
          return across((index) => ['bad', row.words[index] === undefined ? '' : `▲ ${clean(row.words[index])}`]);
        case 'notes':
          return across((index) => [row.notes[index]?.style ?? null, clean(row.notes[index]?.text ?? '')]);
        case 'call':
          return across((index) => {
            const cell = row.cells[index];
            return cell === undefined ? [null, ''] : [cell.style, cellText(cell) + clean(cell.result)];
          });
      }
    },
  };
}

/** Widths that the first lane would like to have. */
function textsOf(row: Row, index: number, resultAt: number): number[] {
  if (row.type === 'call') return row.cells[index] === undefined ? [] : [resultAt + widthOf(clean(row.cells[index].result))];
  if (row.type === 'mark') return [widthOf(row.words[index] ?? '') + 2];
  return row.type === 'notes' ? [widthOf(row.notes[index]?.text ?? '')] : [];
}
