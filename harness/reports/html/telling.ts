/** The parts of a page that are told in words: what it takes, what came of it, and two executions side by side. */
import type { Finding } from '../../findings.ts';
import { count, exceptFor } from '../../phrase.ts';
import { effectLines } from '../effects.ts';
import { LEGEND } from '../lane.ts';
import { meaningsOf } from '../moves.ts';
import type { Story } from '../story.ts';
import { type Row, rowsToShow } from '../timeline.ts';
import type { Shown } from './log.ts';
import { html, type Markup } from './markup.ts';

/** How many runs it took, and whether fewer decisions are known not to do. */
export function factsLine({ runs: { found, shrunk }, minimal, script }: Finding): string {
  return [
    `found in ${count(found, 'run')}${shrunk === 0 ? '' : `, ${count(shrunk, 'run')} more to shrink`}`,
    ...(minimal === null || script.length === 0
      ? []
      : [minimal ? 'minimal: no run with fewer decisions fails' : 'not proved minimal: fewer decisions may do']),
  ].join(' · ');
}

/** What broke: the first sentence as a heading, and what there is to say besides. */
export function verdictOf({ violations }: Finding): Markup {
  const { because } = violations[0]!;
  const [first = because] = because.split(/(?<=[.…]) (?=[A-Z])|\n/, 1);
  const rest = because.slice(first.length).trim();
  return html`<h1>${first}</h1>
    ${rest === '' ? null : html`<p class="more">${rest}</p>`}`;
}

/** What happened more than once in the outside world, where that is the point. */
export function effectText(finding: Finding): Markup | null {
  const lines = effectLines(finding, 10_000);
  return lines.length === 0
    ? null
    : html`<p class="effects">${lines.map((line) => html`<span>${line.trim()}</span> `)}</p>`;
}

/** The deviations of the script, each with a way to its place in the timeline. */
export function scheduleOf({ script, violations }: Finding, { run, departures, id }: Shown): Markup {
  const against = violations[0]!.against ?? [];
  const [places, meanings] = [[...departures], meaningsOf(run)];
  const steps = script.map(({ after, choose }, index) => {
    const [seq, departure] = places[index] ?? [];
    const chosen = seq === undefined ? html`<b>${choose}</b>` : html`<a href="#at-${id}${seq}"><b>${choose}</b></a>`;
    return html`<li>
      after <code>${after}</code> choose <code>${chosen}</code>${
        departure === undefined ? null : html` <span class="soft">calm would be <code>${departure.calm}</code></span>`
      }${meanings[index] === undefined || meanings[index] === '' ? null : html`<br /><span class="soft">so ${meanings[index]}</span>`}
    </li> `;
  });
  return html`<section aria-labelledby="takes">
    <h2 id="takes">What it takes</h2>
    <p>
      ${script.length === 0 ? 'No crash and no unusual order is needed: the calm run does it.' : `The run is ${exceptFor(script.length)}:`}
    </p>
    ${
      steps.length === 0
        ? null
        : html`<ol class="script">
            ${steps}
          </ol>`
    }${
      against.length === 0
        ? null
        : html`<p>The other run is calm, except for:</p>
            <ol class="script">
              ${against.map(
                ({ after, choose }) =>
                  html`<li>
                    after <code>${after}</code> choose <code><b>${choose}</b></code>
                  </li> `,
              )}
            </ol>`
    }
  </section>`;
}

/** Two executions by position, under a heading with this id: the rows of the text report. */
export function sideBySide(story: Story, { run }: Finding, id: string): Markup {
  const { lanes, heading, workflow } = story;
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${lanes.length === 1 ? 'Call by call' : 'Side by side'}: workflow ${workflow}</h2>
    <table class="side">
      <thead>
        <tr>
          <th scope="col"><abbr title="${run.idiom.position[0]}">${heading}</abbr></th>
          ${lanes.map(({ title }) => html`<th scope="col">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${linesOf(rowsToShow(story)).map((rows) => lineOf(rows, lanes.length))}
      </tbody>
    </table>
    <p class="hint">${LEGEND}</p>
  </section>`;
}

/** Each call with what is said below it. */
function linesOf(rows: readonly Row[]): Row[][] {
  const lines: Row[][] = [];
  for (const row of rows)
    if (row.type === 'call' || row.type === 'gap' || lines.length === 0) lines.push([row]);
    else lines.at(-1)!.push(row);
  return lines;
}

function lineOf(rows: readonly Row[], lanes: number): Markup {
  const [first] = rows as [Row];
  const cells = Array.from({ length: lanes }, (_, lane) => html`<td>${rows.map((row) => cellOf(row, lane))}</td>`);
  const gap = first.type === 'gap' ? html`<td class="hint" colspan="${lanes}">${first.text}</td>` : null;
  const kind = rows.some(({ type }) => type === 'mark') ? 'evidence' : 'plain';
  return html`<tr class="${kind}">
    <th scope="row">${first.type === 'call' ? first.position : ''}</th>
    ${gap ?? cells}
  </tr>`;
}

/** What a row says in one lane. */
function cellOf(row: Row, lane: number): Markup | null {
  switch (row.type) {
    case 'gap':
      return null;
    case 'mark': {
      const word = row.words[lane] ?? '';
      return word === '' ? null : html`<em>▲ ${word}</em>`;
    }
    case 'notes': {
      const note = row.notes[lane];
      return note === undefined ? null : html`<span class="note ${note.style}">${note.text}</span>`;
    }
    case 'call': {
      const cell = row.cells[lane];
      if (cell === undefined) return null;
      const branch = cell.branch === '' ? null : html` <span class="branch">${cell.branch}</span>`;
      return html`<code>${cell.call}</code>${branch} <code class="result ${cell.style ?? ''}">${cell.result}</code>`;
    }
  }
}
