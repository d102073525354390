/**
 * A finding as one screen of text, for someone who has never heard of replay: what broke and where it is called, the few
 * decisions that break it, the two executions side by side, what to change, and how to see it again.
 *
 * Pure: the same finding and options give the same text. Sees runs as data only.
 */
import type { Script } from '../decision.ts';
import type { Finding } from '../findings.ts';
import { eventsOf } from '../observe.ts';
import { count, show } from '../phrase.ts';
import type { Run } from '../run.ts';
import { decode } from '../values.ts';
import { clean, columns, cut, hang, join, pad, type Paint, plain, type Style, widthOf, wrap } from './layout.ts';
import { callersOf, type Story, storiesOf } from './story.ts';
import { timeline } from './timeline.ts';

/** What a report is told besides the finding. */
export interface TextOptions {
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
    wrap(finding.violations[0]!.because, width - 4).map((line) => `  ${line}`),
    callers(finding, width, paint),
    repeated(finding, width),
    schedule(finding, width, paint),
    ...storiesOf(finding).map((story) => side(story, finding, width, paint)),
    footer(finding, options, width, paint),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

// ---- what broke ----------------------------------------------------------------------------------------------------

/** The law that broke, in a few words. */
export function shortVerdict({ violations, run }: Finding): string {
  const [{ check, evidence }] = violations as [Finding['violations'][number]];
  const proof = run.history[evidence[0]]?.type;
  switch (check) {
    case 'replay':
      return proof === 'value.refused' ? 'a result cannot be stored' : 'the replay diverged';
    case 'lineage':
      return 'timing decides who calls';
    case 'ambient':
      return 'read again, and differs';
    case 'floating':
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
    `${count(found, 'run')}${shrunk === 0 ? '' : ` + ${count(shrunk, 'run')} to shrink`}`,
    ...(finding.minimal === null ? [] : [finding.minimal ? 'minimal: proved' : 'minimal: best found']),
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
    return [
      start + join(paint, [['strong', cut(what, room)]]),
      ...wrap(where, room).map((line) => indent + line),
    ];
  });
}

/** Effects that happened more than once, where effects are what the verdict is about. */
function repeated({ violations, run }: Finding, width: number): string[] {
  if (!['check', 'effects'].includes(violations[0]!.check)) return [];
  const requests = new Map(eventsOf(run, 'world.called').map((event) => [event.call, event]));
  const times = new Map<string, string[]>();
  for (const { call, operation, effect, origin } of eventsOf(run, 'world.answered')) {
    const request = requests.get(call);
    if (!effect || request === undefined) continue;
    const what = `${operation}(${request.input === 'undefined' ? '' : show(decode(request.input))})`;
    const by = origin.attempt === null ? request.executor : `attempt ${origin.attempt} (${request.executor})`;
    times.set(what, [...(times.get(what) ?? []), by]);
  }
  return [...times]
    .filter(([, by]) => by.length > 1)
    .slice(0, 3)
    .flatMap(([what, by]) => hang('    ', `${what} took effect ${by.length} times: by ${by.join(', by ')}`, width));
}

// ---- what it takes -------------------------------------------------------------------------------------------------

function schedule({ script, minimal, run, violations }: Finding, width: number, paint: Paint): string[] {
  const against = violations[0]!.against ?? [];
  const other =
    against.length === 0 ? [] : ['', '  the other run is calm, except for:', ...deviations(against, [], width, paint)];
  if (script.length === 0)
    return [...wrap('no crash and no unusual order is needed: the calm run does it', width - 4).map((line) => `  ${line}`), ...other];
  const claim = minimal === null ? '' : ` (${minimal ? 'no run with fewer fails' : 'fewer may do: not all were tried'})`;
  return [
    `  calm, except for ${count(script.length, 'decision')}${claim}:`,
    ...deviations(script, calmLabels(run), width, paint),
    ...other,
  ];
}

/** What the calm run does at each decision that is not calm, in order. */
const calmLabels = ({ decisions }: Run): string[] =>
  decisions.filter(({ chose }) => chose > 0).map(({ options }) => clean(options[0]!.label));

/** One line for each deviation when all fit, else one for each part; labels are never cut. */
function deviations(script: Script, calm: readonly string[], width: number, paint: Paint): string[] {
  const rows = script.map(({ after, choose }, index) => [clean(after), clean(choose), calm[index] ?? '']);
  const [after = 0, choose = 0, label = 0] = columns(rows, [width, width, width]);
  const parts = (row: readonly string[]): (readonly [string, Style | null, string])[] => [
    ['after   ', null, row[0]!],
    ['choose  ', 'strong', row[1]!],
    ...(row[2] === '' ? [] : [['calm:   ', 'dim', row[2]!] as const]),
  ];
  const oneLine = 4 + 6 + after + 2 + 7 + choose + (label === 0 ? 0 : 2 + 7 + label + 1);
  if (oneLine <= width)
    return rows.map((row) =>
      join(paint, [
        `    after ${pad(row[0]!, after)}  choose `,
        ['strong', row[2] === '' ? row[1]! : pad(row[1]!, choose)],
        ['dim', row[2] === '' ? '' : `  (calm: ${row[2]})`],
      ]),
    );
  return rows.flatMap((row) =>
    parts(row).flatMap(([word, style, text]) =>
      wrap(text, width - 12).map((line, index) =>
        join(paint, ['    ', index === 0 ? word : '        ', style === null ? line : [style, line]]),
      ),
    ),
  );
}

function side(story: Story, { run }: Finding, width: number, paint: Paint): string[] {
  const several = Object.keys(run.results).length > 1;
  return [...(several ? [cut(`  workflow ${clean(story.workflow)}`, width)] : []), ...timeline(story, width, paint)];
}

// ---- what to do ----------------------------------------------------------------------------------------------------

function footer({ violations }: Finding, options: TextOptions, width: number, paint: Paint): string[] {
  const label = (word: string): string => `  ${pad(word, 9)}`;
  const titled = (word: string, text: string): string[] => {
    const [first = '', ...rest] = hang(label(word), text, width);
    return [join(paint, [['strong', first.slice(0, 11)], first.slice(11)]), ...rest];
  };
  const [main, ...others] = violations;
  return [
    ...others.map(({ check, because }) => cut(`${label('also')}${check}: ${clean(because)}`, width)),
    ...(main?.fix === undefined ? [] : titled('fix', main.fix)),
    ...(options.replayCommand === undefined ? [] : command(options.replayCommand, width, titled)),
    ...(options.savedTo === undefined ? [] : titled('saved', options.savedTo)),
  ];
}

/** A command is broken only where a shell lets it be. */
function command(text: string, width: number, titled: (word: string, text: string) => string[]): string[] {
  if (widthOf(text) + 11 <= width) return titled('replay', text);
  const lines = wrap(text, width - 13);
  return [
    ...titled('replay', ''),
    ...lines.map((line, index) => `           ${line}${index < lines.length - 1 ? ' \\' : ''}`),
  ];
}
