/** The parts of a page that are told in words: what it takes, what came of it, and two executions side by side. */
import type { Finding } from '../../findings.ts';
import { count } from '../../phrase.ts';
import { effectLines } from '../effects.ts';
import { type Cell, LEGEND, type Note } from '../lane.ts';
import type { Story } from '../story.ts';
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

/** What happened more than once in the outside world, where that is the point. */
export function effectText(finding: Finding): Markup | null {
  const lines = effectLines(finding, 10_000);
  return lines.length === 0
    ? null
    : html`<p class="effects">${lines.map((line) => html`<span>${line.trim()}</span> `)}</p>`;
}

/** The deviations of the script, each with a way to its place in the timeline. */
export function scheduleOf({ script, violations }: Finding, { deviations, id }: Shown): Markup {
  const against = violations[0]!.against ?? [];
  const places = [...deviations];
  const steps = script.map(({ after, choose }, index) => {
    const [seq, departure] = places[index] ?? [];
    const chosen = seq === undefined ? html`<b>${choose}</b>` : html`<a href="#at-${id}${seq}"><b>${choose}</b></a>`;
    return html`<li>
      after <code>${after}</code> choose <code>${chosen}</code>${
        departure === undefined ? null : html` <span class="soft">calm would be <code>${departure.calm}</code></span>`
      }
    </li> `;
  });
  return html`<section aria-labelledby="takes">
    <h2 id="takes">What it takes</h2>
    <p>
      ${script.length === 0 ? 'No crash and no unusual order is needed: the calm run does it.' : `Everything is calm, except for ${count(script.length, 'decision')}:`}
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

/** Two executions by position, under a heading with this id. The same rows as in the text report, and none left out. */
export function sideBySide(story: Story, { run }: Finding, id: string): Markup {
  const { lanes, decisive, workflow } = story;
  const positions = [...new Set(lanes.flatMap(({ cells }) => [...cells.keys()]))].toSorted((a, b) => a - b);
  const rows = positions.map((position) => {
    const isKey = position === decisive?.position;
    return html`<tr${isKey ? html` class="evidence"` : null}><th scope="row">${position}</th>${lanes.map(
      (lane, index) =>
        cellOf(
          lane.cells.get(position),
          isKey ? (decisive.words[index] ?? '') : '',
          notesAfter(story, index, positions, position),
        ),
    )}</tr>
`;
  });
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">Side by side: workflow ${workflow}</h2>
    <table class="side">
      <thead>
        <tr>
          <th scope="col">${run.idiom.position[0]}</th>
          ${lanes.map(({ title }) => html`<th scope="col">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${before(story, positions)}${rows}
      </tbody>
    </table>
    <p class="hint">${LEGEND}</p>
  </section>`;
}

function cellOf(cell: Cell | undefined, words: string, notes: readonly Note[]): Markup {
  const called =
    cell === undefined
      ? null
      : html`<code>${cell.call}</code>${cell.branch === '' ? null : html` <span class="branch">${cell.branch}</span>`}
          <code class="result ${cell.style ?? ''}">${cell.result}</code>`;
  return html`<td>${called}${words === '' ? null : html`<em>▲ ${words}</em>`}${notes.map(noteOf)}</td>`;
}

const noteOf = ({ text, style }: Note): Markup => html`<span class="note ${style}">${text}</span>`;

/** Notes of a lane that come before its first call. */
function before(story: Story, positions: readonly number[]): Markup | null {
  const notes = story.lanes.map((_, index) => notesAfter(story, index, positions, -1));
  return notes.every((one) => one.length === 0)
    ? null
    : html`<tr>
        <th scope="row"></th>
        ${notes.map((one) => html`<td>${one.map(noteOf)}</td>`)}
      </tr>`;
}

/** The notes of a lane for which `position` is the last that was called before them; -1: before the first. */
function notesAfter({ lanes }: Story, index: number, positions: readonly number[], position: number): Note[] {
  const { cells, notes } = lanes[index]!;
  return notes.filter(
    ({ seq }) => (positions.findLast((one) => (cells.get(one)?.seq ?? Infinity) < seq) ?? -1) === position,
  );
}
