/**
 * Every event of a run as a table: what the timeline shows when it is asked, and what is printed. The only copy of the data.
 */
import type { Event } from '../../history.ts';
import type { Run } from '../../run.ts';
import type { Fork } from '../forks.ts';
import { fieldsOf, wordsOf } from '../words.ts';
import { html, type Markup } from './markup.ts';

/** A run that is shown: `id` begins the names of its events in the page. */
export interface Shown {
  readonly run: Run;
  readonly id: string;
  readonly title: string;
  /** `seq` of the events that matter most; they are printed. */
  readonly matters: ReadonlySet<number>;
  readonly forks: ReadonlyMap<number, Fork>;
  /** The forks at which it was not calm. */
  readonly departures: ReadonlyMap<number, Fork>;
}

/** Rows that a browser may leave alone until they are looked at. */
const CHUNK = 50;

/** The table of all events of a run. */
export function logOf(shown: Shown): Markup {
  const { run, title } = shown;
  const rows = run.history.map((event) => rowOf(shown, event));
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

function rowOf({ run, id, matters, forks, departures }: Shown, event: Event): Markup {
  const { sign, text, tone } = wordsOf(event);
  const departure = departures.get(event.seq);
  const fork = forks.get(event.seq);
  const isKey = matters.has(event.seq) || departure !== undefined;
  const fields: (readonly [string, string])[] = fieldsOf(event, run.idiom);
  if (departure !== undefined) fields.push(['calm would be', departure.calm]);
  if (fork !== undefined) fields.push(['on offer', fork.offered.join(' · ')]);
  return html`<tr id="${id}${event.seq}" class="${departure === undefined ? tone : 'departs'}${isKey ? ' key' : ''}">
    <td>${event.seq}</td>
    <td>${timeText(event.atMs)}</td>
    <td><b>${departure === undefined ? sign : '≠'}</b> ${text}</td>
    <td>${fields.map(([name, value]) => html`<span><i>${name}</i> ${value}</span>`)}</td>
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
