/**
 * How calls and values are put into words, the same in every verdict and report.
 */
import type { EventOf } from './history.ts';
import type { Idiom } from './idiom.ts';
import { decode, encode, errorLine, type Outcome } from './values.ts';

const WIDTH_MAX = 40;

/** A value as a reader would write it, cut to a readable length. */
export function show(value: unknown, widthMax: number = WIDTH_MAX): string {
  const text = inspect(value);
  return text.length <= widthMax ? text : `${text.slice(0, widthMax - 1)}…`;
}

/** JSON where it can, else the text that stores the value. */
function inspect(value: unknown): string {
  try {
    return JSON.stringify(value, unfolded) ?? encode(value);
  } catch {
    return encode(value);
  }
}

/** JSON has no word for what a Map or a Set holds: they are told as `{"Map":[["a",1]]}` and `{"Set":["a"]}`. */
function unfolded(_key: string, value: unknown): unknown {
  if (value instanceof Map) return { Map: [...value] as unknown[] };
  return value instanceof Set ? { Set: [...value] as unknown[] } : value;
}

/** `position 2 of workflow w-1`. */
export const spot = ({ position: [name] }: Idiom, position: number, workflow: string): string =>
  `${name} ${position} of workflow ${workflow}`;

/** `step4("d")`. */
export function showCall({ name, args }: Pick<EventOf<'call.entered'>, 'name' | 'args'>): string {
  const list = args === null ? [] : (decode(args) as unknown[]);
  return `${name === '' ? '<unnamed step>' : name}(${list.map((arg) => show(arg, 24)).join(', ')})`;
}

/** `"receipt-1"`, or `throws Declined: no funds`. */
export function showOutcome(outcome: Outcome, widthMax: number = WIDTH_MAX): string {
  return outcome.ok
    ? show(decode(outcome.text), widthMax)
    : `throws ${errorLine(outcome.text)}`.slice(0, widthMax + 20);
}

/** `1 crash`, `2 crashes`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? one : many}`;
}

/** How many decisions a run has that are not calm, and what calm is. */
export const exceptFor = (decisions: number): string =>
  `calm (in order, no fault), except for ${count(decisions, 'decision')}`;
