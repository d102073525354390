/**
 * What a search did, in words: while it runs, in the end, and for the summary of a CI job. Pure.
 */
import { count } from '../phrase.ts';
import { join as paintedLine, type Paint } from '../reports/layout.ts';
import { formatEntry } from '../seeds/file.ts';
import { WINDOWS } from '../windows.ts';
import type { Kept } from './keep.ts';
import { type Plan } from './plan.ts';
import { type Counts, fingerprintOf, type Found, type Tally } from './tally.ts';
import { fromFolder } from '../seeds/naming.ts';

/** A search that is over. */
export interface Account {
  readonly plan: Plan;
  readonly tally: Tally;
  /** Where the findings are now. */
  readonly kept: ReadonlyMap<Found, Kept>;
  /** Files in which no simulated test said anything. */
  readonly untried: readonly string[];
  /** A vitest process failed, and no test says why. */
  readonly broken: boolean;
  readonly elapsedMs: number;
}

const number = (value: number): string => Math.round(value).toLocaleString('en-US');

/** A time to read: `8 s`, `20 m 3 s`, `2 h 5 m`. */
export function time(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  if (hours > 0) return `${hours} h ${minutes} m`;
  return minutes > 0 ? `${minutes} m ${seconds % 60} s` : `${seconds} s`;
}

const perSecond = (runs: number, elapsedMs: number): string => number(runs / Math.max(1, elapsedMs / 1_000));

/** One line: how far a search is. */
export function progressText(
  { forMs }: Plan,
  { runs, interleavings, reached, findings }: Counts,
  elapsedMs: number,
): string {
  return [
    forMs === null ? time(elapsedMs) : `${time(elapsedMs)} of ${time(forMs)}`,
    `${perSecond(runs, elapsedMs)} runs/s`,
    count(runs, 'run'),
    `${number(interleavings)} distinct`,
    `${WINDOWS.filter((window) => reached[window] > 0).length} of ${WINDOWS.length} fault windows`,
    count(findings, 'finding'),
  ].join('  ');
}

/** What a search was asked for, so that somebody else can ask for it. */
const asked = ({ seed, shard, shards, jobs }: Plan): string =>
  [
    `seed ${JSON.stringify(seed)}`,
    ...(shards === 1 ? [] : [`shard ${shard}/${shards}`]),
    ...(jobs === 1 ? [] : [`${jobs} jobs`]),
  ].join(', ');

/** The first line of an account: how much was tried. */
function headline({ plan, tally, elapsedMs }: Account): string {
  const { runs, interleavings, tests } = tally.counts;
  return `${count(tests, 'simulated test')}: ${count(runs, 'run')} in ${time(elapsedMs)} (${perSecond(runs, elapsedMs)} a second), ${number(interleavings)} distinct interleavings · ${asked(plan)}`;
}

/** The end of a search, for people at a terminal. */
export function accountText(account: Account, paint: Paint, cwd: string): string {
  const { tally, untried, broken, kept } = account;
  const { reached } = tally.counts;
  const never = WINDOWS.filter((window) => reached[window] === 0);
  const line = (label: string, text: string): string => paintedLine(paint, ['  ', ['strong', label.padEnd(9)], text]);
  return [
    headline(account),
    ...WINDOWS.filter((window) => reached[window] > 0).map((window) =>
      line('reached', `${window} (${count(reached[window], 'run')})`),
    ),
    ...never.map((window) => line('never', window)),
    ...tally.failures.map(({ test, error, message }) => line('failed', `${test.name}: ${error}: ${message}`)),
    ...untried.map((file) => line('untried', `${fromFolder(cwd, file)}: no simulated test in it has said anything`)),
    ...(broken ? [line('broken', 'vitest failed, and not all may have been searched: what it said is above')] : []),
    ...tally.findings.map((found) =>
      line('found', `${found.test.name}: ${found.entry.check}   ${kept.get(found)!.replay}`),
    ),
    ...(tally.findings.length === 0 ? [line('found', 'nothing')] : []),
  ].join('\n');
}

/** The same as Markdown: for the summary of a CI job, findings with their timelines. */
export function accountMarkdown(account: Account, versions: readonly string[], cwd: string): string {
  const { tally } = account;
  const { reached } = tally.counts;
  return [
    `## Reprise: ${tally.findings.length === 0 ? 'no finding' : count(tally.findings.length, 'finding')}`,
    headline(account),
    ...tally.findings.map((found) => findingMarkdown(found, account, versions, cwd)),
    ...tally.failures.map(({ test, error, message }) => `**${test.name}** could not be judged: ${error}: ${message}`),
    [
      '| fault window | runs |',
      '| --- | ---: |',
      ...WINDOWS.map((window) => `| ${window} | ${reached[window] === 0 ? 'never' : number(reached[window])} |`),
    ].join('\n'),
  ].join('\n\n');
}

/** GitHub draws no longer ones, and takes 65,536 characters for an issue. */
const DIAGRAM_MAX = 30_000;

/** One finding as Markdown: how to see it again, its timeline, its story, the entry to save, and what it was found with. */
export function findingMarkdown(found: Found, { kept }: Account, versions: readonly string[], cwd: string): string {
  const { test, entry, told } = found;
  const file = fromFolder(cwd, test.file);
  const foundWith = [...(entry.found.engine === undefined ? [] : [entry.found.engine]), ...versions];
  return [
    `### ${test.name}: \`${entry.check}\``,
    `\`${file}\` · failure \`${fingerprintOf(found)}\` · ${foundWith.join(' · ')}`,
    fenced('', kept.get(found)!.portable),
    told.mermaid.length > DIAGRAM_MAX
      ? 'The diagram is too long for here: see the timeline.'
      : fenced('mermaid', told.mermaid),
    fenced('text', told.text),
    `<details><summary>Entry of <code>__seeds__</code></summary>\n\n${fenced('json', formatEntry(entry))}\n\n</details>`,
  ].join('\n\n');
}

/** A block that nothing inside it can end. */
function fenced(language: string, text: string): string {
  const ticks = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  return `${ticks}${language}\n${text.trimEnd()}\n${ticks}`;
}
