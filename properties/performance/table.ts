/** Tables of text for people: words to the left, figures to the right. */

/** `rows` under `heads`, under a `title`. The first column is words, all others are figures. */
export function table(title: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ');
  return [title, '', ...[heads, ...rows].map((cells) => `  ${line(cells)}`.trimEnd()), ''].join('\n');
}
