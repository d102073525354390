/**
 * Every event of a run as a table: what the timeline shows when it is asked, and what is printed. The only copy of the data.
 */
import { chosen } from '../../decision.ts';
import type { Event } from '../../history.ts';
import type { Run } from '../../run.ts';
import { fieldsOf, wordsOf } from '../words.ts';
import { html, type Markup } from './markup.ts';

/** A run that is shown: `id` begins the names of its events in the page. */
export interface Shown {
  readonly run: Run;
  readonly id: string;
  readonly title: string;
  /** `seq` of the events that matter most; they are printed. */
  readonly matters: ReadonlySet<number>;
  /** The decisions that are not calm, by `seq` of their moves. */
  readonly deviations: ReadonlyMap<number, Departure>;
}

/** What was chosen instead of what. */
export interface Departure {
  readonly after: string;
  readonly choose: string;
  readonly calm: string;
}

const OPTIONS_MAX = 12;

/** What was on offer, by `seq` of the moves that were chosen among several. */
function offersOf({ history, decisions }: Run): Map<number, { readonly index: number; readonly labels: string[] }> {
  const offers = new Map<number, { index: number; labels: string[] }>();
  let next = 0;
  let after = 'begin';
  for (const event of history) {
    if (event.type !== 'move.made') continue;
    const decision = decisions[next];
    if (decision !== undefined && decision.after === after && chosen(decision).label === event.label) {
      next++;
      const shown = Math.min(decision.size, OPTIONS_MAX);
      const labels = Array.from({ length: shown }, (_, index) => decision.option(index).label);
      const more = decision.size > shown ? [`… ${decision.size - shown} more`] : [];
      offers.set(event.seq, { index: decision.chose, labels: [...labels, ...more] });
    }
    after = event.label;
  }
  return offers;
}

/** The decisions of `run` that are not calm, by `seq` of their moves. */
export function departuresOf(run: Run): Map<number, Departure> {
  const departures = new Map<number, Departure>();
  const offers = offersOf(run);
  let after = 'begin';
  for (const event of run.history) {
    if (event.type !== 'move.made') continue;
    const offer = offers.get(event.seq);
    if (offer !== undefined && offer.index > 0)
      departures.set(event.seq, { after, choose: event.label, calm: offer.labels[0]! });
    after = event.label;
  }
  return departures;
}

/** Rows that a browser may leave alone until they are looked at. */
const CHUNK = 50;

/** The table of all events of a run. */
export function logOf(shown: Shown): Markup {
  const { run, title } = shown;
  const offers = offersOf(run);
  const rows = run.history.map((event) => rowOf(shown, event, offers.get(event.seq)?.labels));
  const chunks = Array.from({ length: Math.ceil(rows.length / CHUNK) }, (_, index) =>
    rows.slice(index * CHUNK, (index + 1) * CHUNK),
  );
  return html`<table class="log">
    <caption>
      ${title}: ${run.history.length} events
    </caption>
    <thead>
      <tr>
        <th scope="col">Event</th>
        <th scope="col">Time</th>
        <th scope="col">What happened</th>
        <th scope="col">What it carries</th>
      </tr>
    </thead>
    ${chunks.map(
      (chunk) =>
        html`<tbody>
          ${chunk}
        </tbody> `,
    )}
  </table>`;
}

function rowOf({ run, id, matters, deviations }: Shown, event: Event, offered: readonly string[] | undefined): Markup {
  const { sign, text, tone } = wordsOf(event);
  const departure = deviations.get(event.seq);
  const isKey = matters.has(event.seq) || departure !== undefined;
  const fields: (readonly [string, string])[] = fieldsOf(event, run.idiom);
  if (departure !== undefined) fields.push(['calm would be', departure.calm]);
  if (offered !== undefined) fields.push(['on offer', offered.join('\n')]);
  return html`<tr id="${id}${event.seq}" class="${departure === undefined ? tone : 'departs'}${isKey ? ' key' : ''}">
    <td>${event.seq}</td>
    <td>${timeText(event.atMs)}</td>
    <td><b>${departure === undefined ? sign : '≠'}</b> ${text}</td>
    <td>${fields.map(([name, value]) => html`<span><i>${name}</i> ${value}</span>`)}</td>
  </tr> `;
}

/** `12 ms`, `3 s`, `1 d 2 h`: of simulated time, never rounded. */
export function timeText(atMs: number): string {
  const parts = UNITS.reduce<{ left: number; said: string[] }>(
    ({ left, said }, [name, size]) => {
      const whole = Math.floor(left / size);
      return { left: left - whole * size, said: whole === 0 ? said : [...said, `${whole} ${name}`] };
    },
    { left: atMs, said: [] },
  );
  return parts.said.length === 0 ? '0 ms' : parts.said.join(' ');
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;
