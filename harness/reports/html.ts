/**
 * A finding as one page that needs nothing else: no network, no other file. What broke, what to change and how to see it
 * again; the two executions side by side; the timeline; every event with what it carries.
 *
 * Pure: the same finding and options give the same bytes. Sees runs as data only. Everything of the user's is escaped.
 */
import type { Finding } from '../findings.ts';
import type { Event } from '../history.ts';
import { observe } from '../observe.ts';
import type { Run } from '../run.ts';
import { hashOf } from '../values.ts';
import { branchesBy, callersOf, nameOfRun, titleOf, witnessesOf } from './callers.ts';
import { chartOf } from './plot.ts';
import { drawingOf, type Panel } from './html/drawing.ts';
import { departuresOf, forksOf } from './forks.ts';
import { logOf, type Shown } from './html/log.ts';
import { html, type Markup, trusted } from './html/markup.ts';
import { SCRIPT } from './html/script.ts';
import { LEGEND, STYLE } from './html/style.ts';
import { effectText, factsLine, scheduleOf, sideBySide, verdictOf } from './html/telling.ts';
import { type Cell, laneOf } from './lane.ts';
import { type Story, storiesOf } from './story.ts';
import { fixOf } from './fix.ts';
import { shortVerdict } from './text.ts';

/** What the page is told besides the finding. */
export interface HtmlOptions {
  /** The command that shows this again, as it can be typed. */
  readonly replayCommand?: string;
  /** Where the script was saved. */
  readonly savedTo?: string;
}

/** The page of `finding`: a whole HTML document. */
export function htmlReport(finding: Finding, options: HtmlOptions = {}): string {
  const stories = storiesOf(finding);
  const panels = panelsOf(finding, stories);
  const body = bodyOf(finding, options, stories, panels);
  // What a program says would have to know the hash of the page that it is said in.
  const nonce = `r${(hashOf(body.markup) >>> 0).toString(36)}`;
  return `${documentOf(finding.scenario, nonce, body).markup}\n`;
}

function documentOf(title: string, nonce: string, body: Markup): Markup {
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${trusted(policy)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}: Reprise</title>
        <style>
          ${trusted(STYLE)}
        </style>
      </head>
      <body>
        ${body}
        <script nonce="${nonce}">
          ${trusted(SCRIPT)};
        </script>
      </body>
    </html>`;
}

function bodyOf(finding: Finding, options: HtmlOptions, stories: readonly Story[], panels: readonly Panel[]): Markup {
  const [, ...others] = finding.violations;
  const { replayCommand, savedTo } = options;
  const fix = fixOf(finding);
  const rows = Math.max(...panels.map(({ chart }) => chart.slots.length));
  const columns = panels.reduce((sum, { chart }) => sum + chart.tracks.length + 1, 0);
  const todo = (name: string, text: Markup | undefined): Markup | null =>
    text === undefined
      ? null
      : html`<div class="${name.toLowerCase()}">
          <dt>${name}</dt>
          <dd>${text}</dd>
        </div> `;
  return html`<header>
      <p class="scenario"><b>✗ ${finding.scenario}</b> <span>${shortVerdict(finding)}</span></p>
      ${verdictOf(finding)}
      <dl class="todo">
        ${todo('Fix', fix === undefined ? undefined : html`${fix}`)}${todo('Replay', replayCommand === undefined ? undefined : html`<code>${replayCommand}</code>`)}${todo('Saved', savedTo === undefined ? undefined : html`<code>${savedTo}</code>`)}${others.map(({ check, because }) => todo('Also', html`${check}: ${because}`))}
      </dl>
      <p class="facts">${factsLine(finding)}</p>
    </header>
    <main>
      ${callsOf(finding)} ${effectText(finding)} ${scheduleOf(finding, panels.at(-1)!.shown)}
      ${stories.map((story, index) => sideBySide(story, finding, `side-${index}`))}
      <section aria-labelledby="timeline" class="${rows > ROWS_PRINTED_MAX ? 'long' : 'short'}">
        <h2 id="timeline">Timeline</h2>
        <p class="hint">
          Time goes down, one move of the schedule a row${panels.length > 1 ? ', the same rows on both sides' : ''}.
          Point at anything, or move with the arrow keys, to see what it carries.
        </p>
        <p class="on-paper">Not printed: ${rows} moves. The page on a screen shows them.</p>
        ${trusted(LEGEND)}
        <div class="${columns > COLUMNS_BESIDE_MAX ? 'stage wide' : 'stage'}">
          <div class="view">${drawingOf(panels)}</div>
          <aside id="inspector" aria-label="Details of what is selected" aria-live="polite">
            <p class="hint">Nothing is selected.</p>
          </aside>
        </div>
      </section>
      <section aria-labelledby="events">
        <h2 id="events">Every event</h2>
        <p class="on-paper">Printed: the events that matter. The page on a screen has them all.</p>
        ${panels.toReversed().map(({ shown }) => logOf(shown))}
      </section>
    </main>`;
}

/** Rows that still make a picture on paper. */
const ROWS_PRINTED_MAX = 120;
/** Columns that leave room for the details beside them; else these stand below. */
const COLUMNS_BESIDE_MAX = 6;

/** The calls that the verdict is about, one card each. */
function callsOf(finding: Finding): Markup | null {
  const calls = callersOf(finding);
  if (calls.length === 0) return null;
  return html`<section aria-labelledby="calls">
    <h2 id="calls">${calls.length === 1 ? 'The call' : 'The calls in question'}</h2>
    <ul class="calls">
      ${calls.map(
        ({ label, call, result, site, branch }) =>
          html`<li>
            <span class="label">${label}</span> <code class="call-text">${call}</code>
            <code>${result}</code>${branch === '' ? null : html` <span class="branch">${branch}</span>`}
            <code class="site">${site}</code>
          </li> `,
      )}
    </ul>
  </section>`;
}

/** This run; and beside it the one that it is held against, where the verdict is about both. */
function panelsOf(finding: Finding, stories: readonly Story[]): Panel[] {
  const { run, reference, script, violations } = finding;
  const twoRuns = stories.some((story) => story.twoRuns);
  const against = violations[0]!.against ?? [];
  const only = script.length === 0 ? 'calm run' : 'this run';
  const flags = new Map(stories.slice(0, 1).flatMap((story) => flagsOf(finding, story)));
  const panel = (of: Run, id: string, title: string): Panel => panelOf(finding, of, { id, title }, flags.get(of));
  return twoRuns
    ? [panel(reference, 'r', nameOfRun(against, false)), panel(run, 'e', nameOfRun(against, true))]
    : [panel(run, 'e', only)];
}

function panelOf(
  finding: Finding,
  run: Run,
  { id, title }: Pick<Shown, 'id' | 'title'>,
  flags: ReadonlyMap<number, string> = new Map(),
): Panel {
  const seen = witnessesOf(finding).flatMap((one) => (one.run === run ? around(run, one.event) : []));
  const evidence = run === finding.run ? finding.violations.flatMap((violation) => violation.evidence) : [];
  const matters = new Set([...seen, ...evidence, ...faults(run)]);
  const branches = branchesBy(witnessesOf(finding));
  const forks = forksOf(run);
  const cells = new Map<number, Cell>();
  for (const table of observe(run).attempts)
    for (const cell of laneOf(
      run,
      table,
      titleOf(run, table.workflow, table.attempt),
      branches,
      new Set(),
    ).cells.values())
      cells.set(cell.seq, cell);
  return {
    shown: { run, id, title, matters, forks, departures: new Map(departuresOf(forks)) },
    chart: chartOf(run, { branches, flagged: new Set(flags.keys()) }),
    cellOf: ({ seq }) => cells.get(seq),
    flags,
  };
}

/** A call that a verdict is about, what was recorded for it, and what the workflow came to. */
const around = ({ history }: Run, witness: Event): number[] =>
  history.flatMap((event) =>
    event === witness ||
    (event.type === 'outcome.recorded' &&
      witness.type === 'call.entered' &&
      event.workflow === witness.workflow &&
      event.position === witness.position) ||
    event.type === 'workflow.ended'
      ? [event.seq]
      : [],
  );

const FAULTS: ReadonlySet<string> = new Set([
  ...['executor.crashed', 'executor.suspended', 'executor.woken', 'executor.replaced', 'process.died'],
  ...['world.failed', 'record.refused', 'replay.diverged', 'attempt.derailed', 'call.strayed', 'value.refused'],
]);

const faults = ({ history }: Run): number[] => history.flatMap(({ type, seq }) => (FAULTS.has(type) ? [seq] : []));

/** What the story writes under the calls of the two witnesses. */
function flagsOf(finding: Finding, { decisive, lanes, twoRuns }: Story): [Run, Map<number, string>][] {
  if (decisive === null) return [];
  const all = lanes.map((lane, index) => {
    const seq = lane.cells.get(decisive.position)?.seq;
    const text = decisive.words[index] ?? '';
    const run = twoRuns && index === 0 ? finding.reference : finding.run;
    return { run, flags: seq === undefined || text === '' ? [] : [[seq, text] as const] };
  });
  return [finding.reference, finding.run].map((run) => [
    run,
    new Map(all.flatMap((one) => (one.run === run ? one.flags : []))),
  ]);
}
