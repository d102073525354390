/**
 * A finding as one screen of text, for someone who has never heard of replay: what broke and where it is called, the few
 * decisions that break it, the two executions side by side, what to change, and how to see it again.
 *
 * Pure: the same finding and options give the same text. Sees runs as data only.
 */
import type { Script } from '../decision.ts';
import type { Finding } from '../findings.ts';
import { count, exceptFor } from '../phrase.ts';
import type { Run } from '../run.ts';
import { clean, columns, cut, hang, join, pad, type Paint, plain, widthOf, wrap } from './layout.ts';
import { callersOf } from './callers.ts';
import { effectLines } from './effects.ts';
import { fixOf } from './fix.ts';
import { meaningsOf } from './moves.ts';
import { type Story, storiesOf } from './story.ts';
import { timeline } from './timeline.ts';

/** What a report is told besides the finding. */
interface TextOptions {
  /** Default: no colours. */
  readonly paint?: Paint;
  /** Columns; no line is wider. Default 80, at least 40. */
  readonly width?: number;
  /** The command that shows this again, as it can be typed. */
  readonly replayCommand?: string;
  /** Where the script was saved. */
  readonly savedTo?: string;
  /** How long it took to find, in milliseconds of real time. Left out when not given. */
  readonly elapsedMs?: number;
}

/** The report of `finding`, without a newline at its end. */
export function textReport(finding: Finding, options: TextOptions = {}): string {
  const { paint = plain } = options;
  const width = Math.max(40, options.width ?? 80);
  const blocks = [
    headline(finding, options.elapsedMs, width, paint),
    paragraphs(finding.violations[0]!.because, width),
    callers(finding, width, paint),
    effectLines(finding, width),
    schedule(finding, width, paint),
    ...storiesOf(finding).map((story) => side(story, finding, width, paint)),
    footer(finding, options, width, paint),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

const BECAUSE_MAX = 12;

/** A verdict; what the user's own check says may have several lines, and keeps them. */
function paragraphs(because: string, width: number): string[] {
  const lines = because.split('\n').flatMap((line) => wrap(line, width - 4).map((part) => `  ${part}`));
  const left = lines.length - BECAUSE_MAX;
  return left <= 0 ? lines : [...lines.slice(0, BECAUSE_MAX), `  … ${count(left, 'more line')}`];
}

// ---- what broke ----------------------------------------------------------------------------------------------------

/** The law that broke, in a few words. */
export function shortVerdict({ violations, run }: Finding): string {
  const [{ check, evidence }] = violations as [Finding['violations'][number]];
  const proof = run.history[evidence[0]]?.type;
  switch (check) {
    case 'engine':
      return `a defect of ${run.idiom.engine}, not of the program`;
    case 'control':
      return evidence.length > 1 ? 'goes on after the engine stopped it' : 'the engine refuses a call';
    case 'replay':
      return proof === 'value.refused' ? 'a result cannot be stored' : 'the replay diverged';
    case 'lineage':
      return 'timing decides what is called';
    case 'memory':
      return 'memory survives the crash';
    case 'ambient':
      return 'read again, and differs';
    case 'floating':
      if (proof === 'call.strayed') return 'a step outside its workflow';
      return proof === 'process.died' ? 'the process dies' : 'ended with a call in flight';
    case 'effects':
      return 'recorded work done again';
    case 'progress':
      return run.ending.how === 'escaped' ? 'waits for something real' : 'never finishes';
    case 'results':
      return 'a crash changed the result';
    default:
      return run.complaints[0]?.from === 'invariant' ? 'invariant broken' : 'check failed';
  }
}

function headline(finding: Finding, elapsedMs: number | undefined, width: number, paint: Paint): string[] {
  const { found, shrunk } = finding.runs;
  const name = `✗ ${clean(finding.scenario)}`;
  const verdict = shortVerdict(finding);
  const facts = [
    `${count(found, 'run')}${shrunk === 0 ? '' : `, ${shrunk.toLocaleString('en-US')} more to shrink`}`,
    ...(finding.minimal === null || finding.script.length === 0
      ? []
      : [finding.minimal ? 'minimal: proved' : 'minimal: best found']),
    ...(elapsedMs === undefined ? [] : [`${Math.round(elapsedMs).toLocaleString('en-US')} ms`]),
  ].join(' · ');
  const first = [['bad', cut(name, width)] as const];
  if (widthOf(name) + widthOf(verdict) + widthOf(facts) + 6 <= width)
    return [join(paint, [...first, '   ', ['strong', verdict], '   ', ['dim', facts]])];
  if (widthOf(name) + widthOf(verdict) + 3 <= width)
    return [join(paint, [...first, '   ', ['strong', verdict]]), join(paint, ['  ', ['dim', cut(facts, width - 2)]])];
  return [join(paint, first), join(paint, ['  ', ['strong', cut(verdict, width - 2)]]), ...wrap(facts, width - 2)];
}

/** The calls the verdict is about, one under the other, each with the line it was made from. */
function callers(finding: Finding, width: number, paint: Paint): string[] {
  const all = callersOf(finding);
  const alike = new Set(all.map(({ call }) => call)).size < all.length;
  const rows = all.map(({ label, call, result, site }) => [
    clean(label),
    clean(alike && result !== '' ? `${call} ${result}` : call),
    clean(site),
  ]);
  const [label = 0, call = 0, site = 0] = columns(rows, [30, width, width]);
  const fits = 4 + label + 2 + call + 2 + site <= width;
  return rows.flatMap(([who = '', what = '', where = '']) => {
    const start = join(paint, ['    ', ['dim', pad(who, label)], '  ']);
    if (fits) return [`${start}${join(paint, [['strong', pad(what, call)], '  ', where])}`.trimEnd()];
    const indent = ' '.repeat(4 + label + 2);
    const room = width - widthOf(indent);
    return [start + join(paint, [['strong', cut(what, room)]]), ...wrap(where, room).map((line) => indent + line)];
  });
}

// ---- what it takes -------------------------------------------------------------------------------------------------

function schedule({ script, minimal, run, reference, violations }: Finding, width: number, paint: Paint): string[] {
  const against = violations[0]!.against ?? [];
  const other =
    against.length === 0
      ? []
      : [
          '',
          ...hang('  ', 'the other run is calm, except for:', width),
          ...deviations(against, [], meaningsOf(reference), width, paint),
        ];
  if (script.length === 0)
    return [...hang('  ', 'no crash and no unusual order is needed: the calm run does it', width), ...other];
  const claim =
    minimal === null ? '' : ` (${minimal ? 'no run with fewer fails' : 'fewer may do: not all were tried'})`;
  return [
    ...hang('  ', `${exceptFor(script.length)}${claim}:`, width),
    ...deviations(script, calmLabels(run), meaningsOf(run), width, paint),
    ...other,
  ];
}

/** What the calm run does at each decision that is not calm, in order. */
const calmLabels = ({ decisions }: Run): string[] =>
  decisions.filter(({ chose }) => chose > 0).map(({ options }) => clean(options[0]!.label));

/** A line for each deviation, or two, or three: labels are never cut. And one for what it means, where that is known. */
function deviations(
  script: Script,
  calm: readonly string[],
  meanings: readonly string[],
  width: number,
  paint: Paint,
): string[] {
  const rows = script.map(({ after, choose }, index) => {
    const label = calm[index];
    return [clean(after), clean(choose), label === undefined ? '' : `(calm: ${label})`] as const;
  });
  const [after = 0, choose = 0, instead = 0] = columns(rows, [width, width, width]);
  const styled = (first: string, taken: string, rest: string): string =>
    join(paint, [`    ${first}choose `, ['strong', taken], ['dim', rest === '' ? '' : `  ${rest}`]]);
  const oneLine = 4 + 6 + after + 9 + choose + 2 + instead <= width;
  const twoLines = 6 + 7 + choose + 2 + instead <= width;
  const told = (row: (typeof rows)[number]): string[] => {
    if (oneLine) return [styled(`after ${pad(row[0], after)}  `, row[2] === '' ? row[1] : pad(row[1], choose), row[2])];
    return [
      ...hang('    after ', row[0], width),
      ...(twoLines
        ? [styled('  ', row[1], row[2])]
        : [...hang('      choose ', row[1], width), ...hang('      ', row[2], width)]),
    ];
  };
  return rows.flatMap((row, index) => {
    const meaning = clean(meanings[index] ?? '');
    return [
      ...told(row),
      ...(meaning === '' ? [] : [join(paint, ['      ', ['dim', cut(`so ${meaning}`, width - 6)]])]),
    ];
  });
}

function side(story: Story, { run }: Finding, width: number, paint: Paint): string[] {
  const several = Object.keys(run.results).length > 1;
  return [...(several ? [cut(`  workflow ${clean(story.workflow)}`, width)] : []), ...timeline(story, width, paint)];
}

// ---- what to do ----------------------------------------------------------------------------------------------------

function footer(finding: Finding, options: TextOptions, width: number, paint: Paint): string[] {
  const label = (word: string): string => `  ${pad(word, 9)}`;
  const titled = (word: string, text: string): string[] => {
    const [first = '', ...rest] = hang(label(word), text, width);
    return [join(paint, [['strong', first.slice(0, 11)], first.slice(11)]), ...rest];
  };
  const [, ...others] = finding.violations;
  const fix = fixOf(finding);
  return [
    ...others.map(({ check, because }) => cut(`${label('also')}${check}: ${clean(because)}`, width)),
    ...(fix === undefined ? [] : titled('fix', fix)),
    ...(options.replayCommand === undefined ? [] : command(options.replayCommand, width, titled)),
    ...(options.savedTo === undefined ? [] : titled('saved', options.savedTo)),
  ];
}

/** A command is broken only if it has to be, and where a shell lets it be. */
function command(text: string, width: number, titled: (word: string, text: string) => string[]): string[] {
  if (widthOf(text) + 11 <= width) return titled('replay', text);
  const lines = wrap(text, width - 6);
  return ['  replay', ...lines.map((line, index) => `    ${line}${index < lines.length - 1 ? ' \\' : ''}`)];
}
