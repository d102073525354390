/**
 * A finding as Mermaid text that GitHub draws: the executions that the verdict is about, and the journal between them.
 * Short enough to be read; what is left out is counted.
 *
 * Source of the syntax: mermaid.js.org, "Sequence diagrams".
 */
import type { Finding } from '../findings.ts';
import { count } from '../phrase.ts';
import type { Cell, Lane, Note } from './lane.ts';
import { clean } from './layout.ts';
import { type Story, storiesOf } from './story.ts';

/** Lines between the participants and the note of what is left out. */
const LINES_MAX = 40;
const TEXT_MAX = 70;

/** The sequence diagram of `finding`; without an execution to show, a diagram of nothing but the verdict. */
export function mermaidReport(finding: Finding): string {
  const [story] = storiesOf(finding);
  const head = [
    'sequenceDiagram',
    `  accTitle: ${said(finding.scenario)}`,
    `  accDescr: ${said(finding.violations[0]!.because, 300)}`,
  ];
  if (story === undefined)
    return [...head, '  participant J as journal', `  Note over J: ${said(finding.violations[0]!.because)}`].join('\n');
  const names = story.lanes.map((_, index) => (index === 0 ? 'A' : 'B'));
  const participants = [
    `  participant A as ${said(story.lanes[0].title)}`,
    '  participant J as journal',
    ...(story.lanes.length === 1 ? [] : [`  participant B as ${said(story.lanes[1].title)}`]),
  ];
  const lines = shortened(linesOf(story, names), `${names[0]},${names.at(-1) === 'A' ? 'J' : 'B'}`);
  return [...head, ...participants, ...lines.map((line) => `  ${line}`)].join('\n');
}

interface Line {
  readonly text: string;
  /** Lines that matter stay when others are left out. */
  readonly matters: boolean;
}

/** What happens in the lanes, in order: of one run as it happened, of two runs position by position. */
function linesOf(story: Story, names: readonly string[]): Line[] {
  const { lanes, decisive, twoRuns } = story;
  const all = lanes.flatMap((lane, index) =>
    entriesOf(lane).map((entry) => ({ ...entry, order: twoRuns ? entry.position : entry.seq, index })),
  );
  return all
    .toSorted((a, b) => a.order - b.order || a.index - b.index || a.seq - b.seq)
    .flatMap(({ index, cell, note, position }) => {
      const name = names[index]!;
      if (note !== undefined) return [{ text: `Note over ${name}: ${said(note.text)}`, matters: note.style === 'bad' }];
      const isKey = position === decisive?.position;
      const words = isKey ? (decisive.words[index] ?? '') : '';
      return [
        { text: callLine(name, position, cell!), matters: isKey || cell!.style === 'bad' },
        ...(words === '' ? [] : [{ text: `Note over ${name}: ▲ ${said(words)}`, matters: true }]),
      ];
    });
}

interface Entry {
  readonly position: number;
  readonly seq: number;
  readonly cell?: Cell;
  readonly note?: Note;
}

function entriesOf({ cells, notes }: Lane): Entry[] {
  const calls = [...cells].map(([position, cell]) => ({ position, seq: cell.seq, cell }));
  return [
    ...calls,
    ...notes.map((note) => ({
      position: Math.max(-1, ...calls.flatMap(({ position, seq }) => (seq < note.seq ? [position] : []))),
      seq: note.seq,
      note,
    })),
  ];
}

/** What was replayed comes from the journal; what ran goes there; what never arrived is crossed. */
function callLine(name: string, position: number, { call, branch, result, style }: Cell): string {
  const text = said(`${position} ${call}${branch === '' ? '' : ` [${branch}]`} ${result}`);
  if (result.startsWith('←')) return `J-->>${name}: ${text}`;
  return style === 'bad' ? `${name}-xJ: ${text}` : `${name}->>J: ${text}`;
}

/** Lines that do not matter are left out from the middle until the others fit, and counted where they stood. */
function shortened(lines: readonly Line[], across: string): string[] {
  if (lines.length <= LINES_MAX) return lines.map(({ text }) => text);
  const must = lines.flatMap(({ matters }, index) => (matters ? [index] : []));
  const near = (index: number): number =>
    Math.min(Infinity, index, lines.length - 1 - index, ...must.map((at) => Math.abs(at - index)));
  const kept = new Set(
    lines
      .map((_, index) => index)
      .toSorted((a, b) => near(a) - near(b) || a - b)
      .slice(0, LINES_MAX - 10),
  );
  const short: string[] = [];
  let left = 0;
  for (const [index, { text }] of lines.entries()) {
    if (!kept.has(index)) left++;
    if (left > 0 && (kept.has(index) || index === lines.length - 1)) {
      short.push(`Note over ${across}: … ${count(left, 'more line')} left out …`);
      left = 0;
    }
    if (kept.has(index)) short.push(text);
  }
  return short;
}

/**
 * Text that means nothing to Mermaid, nor to the HTML it makes: the signs of its syntax, of HTML, of formulas and of directives
 * become entities of its own; a word that it takes for a setting at the beginning of a text loses its colon.
 */
function said(text: string, widthMax: number = TEXT_MAX): string {
  const characters = Array.from(clean(text).trim());
  const short = characters.length <= widthMax ? characters : [...characters.slice(0, widthMax - 1), '…'];
  return short
    .join('')
    .replaceAll(/[#;<>&$%]/g, entity)
    .replace(/^(?:no)?wrap:/, (word) => word.replace(':', entity));
}

const entity = (sign: string): string => `#${sign.codePointAt(0)};`;
