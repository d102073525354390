/**
 * Text in columns: measuring, cutting, padding and wrapping. Knows nothing of what is said.
 *
 * Colour comes last and from outside: everything is laid out as plain text, and a `Paint` may then dress parts of it.
 */

/** What a part of a report is, for whoever has colours. Reports never say anything by colour alone. */
export type Style = 'bad' | 'good' | 'strong' | 'dim';

/** Dresses `text` without changing its width on screen. */
export type Paint = (style: Style, text: string) => string;

/** No colours. */
export const plain: Paint = (_style, text) => text;

/** A part of a line; one without a style is as it is. */
export type Part = string | readonly [Style, string];

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

const cellsOf = (character: string): number => (WIDE.test(character) ? 2 : 1);

/** Columns that `text` takes on a terminal. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += cellsOf(character);
  return width;
}

/** One line of printable characters: what a user's value or message says must not be able to move the cursor. */
export function clean(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\p{Cc}\p{Cf}]/gu, '·');
}

/** `text`, cut to `width` columns; what is cut is marked. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  return width <= 0 ? '' : `${head(text, width - 1)}…`;
}

/**
 * `a` and `b`, cut to their widths. If what tells them apart would be cut away, their common beginning is shortened
 * instead, so that two different texts never look the same.
 */
export function tellApart(a: string, b: string, widths: readonly [number, number]): readonly [string, string] {
  const [left, right] = [cut(a, widths[0]), cut(b, widths[1])];
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  const width = Math.min(...widths);
  const kept = head(a, Math.floor(width / 3));
  const from = Math.max(0, same - Math.floor(width / 4));
  if (a === b || left !== right || from <= kept.length + 1) return [left, right];
  return [cut(`${kept}…${a.slice(from)}`, widths[0]), cut(`${kept}…${b.slice(from)}`, widths[1])];
}

/** As much of the beginning of `text` as fits. */
function head(text: string, width: number): string {
  let taken = '';
  let left = width;
  for (const character of text) {
    left -= cellsOf(character);
    if (left < 0) break;
    taken += character;
  }
  return taken;
}

/** `text` in exactly `width` columns. */
export function pad(text: string, width: number): string {
  const fitting = cut(text, width);
  return fitting + ' '.repeat(width - widthOf(fitting));
}

/** The same, at the right edge. */
export function padLeft(text: string, width: number): string {
  const fitting = cut(text, width);
  return ' '.repeat(width - widthOf(fitting)) + fitting;
}

/** Lines of at most `width` columns, broken between words; words that are too long are broken anywhere. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (let word of clean(text).trim().split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = '';
    }
    while (widthOf(word) > Math.max(2, width)) {
      const part = head(word, Math.max(2, width));
      lines.push(part);
      word = word.slice(part.length);
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}

/** `first` before the first line of `text`, as many blanks before the others. */
export function hang(first: string, text: string, width: number): string[] {
  const indent = widthOf(first);
  return wrap(text, width - indent).map((line, index) => (index === 0 ? first : ' '.repeat(indent)) + line);
}

/** Columns wide enough for their longest text, but not wider than `maxima` allow (Infinity: as wide as it likes). */
export function columns(rows: readonly (readonly string[])[], maxima: readonly number[]): number[] {
  return maxima.map((max, index) => Math.min(max, Math.max(0, ...rows.map((row) => widthOf(row[index] ?? '')))));
}

/** Parts put together and painted. */
export function join(paint: Paint, parts: readonly Part[]): string {
  return parts.map((part) => (typeof part === 'string' ? part : paint(part[0], part[1]))).join('');
}
