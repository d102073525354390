/** What came of the mutants, as a table for people and as one JSON document. Pure. */
import type { Mutant } from './mutants.ts';
import type { Verdict } from './trials.ts';

/** A mutant and what came of it. */
export interface Row {
  readonly mutant: Mutant;
  readonly verdict: Verdict;
}

const isKilled = ({ verdict }: Row): boolean => verdict.how === 'killed';

/** `41 planted, 41 killed`. */
export const tally = (rows: readonly Row[]): string => `${rows.length} planted, ${rows.filter(isKilled).length} killed`;

const HEADINGS = ['fault', 'in', 'killed by', 'runs'];
const RUNS = HEADINGS.indexOf('runs');

/** One line for each mutant, and below it those that survived. */
export function table(rows: readonly Row[]): string {
  const cells = [HEADINGS, ...rows.map(cellsOf)];
  const widths = HEADINGS.map((_, column) => Math.max(...cells.map((cell) => cell[column]!.length)));
  const lines = cells.map((cell) =>
    cell
      .map((text, column) => (column === RUNS ? text.padStart(widths[column]!) : text.padEnd(widths[column]!)))
      .join('  '),
  );
  const marks = ['  ', ...rows.map((row) => (isKilled(row) ? '✓ ' : '✗ '))];
  return lines.map((line, index) => `${marks[index]}${line}`).join('\n');
}

function cellsOf({ mutant: { fault, file }, verdict }: Row): string[] {
  const where = file.replace(/\.ts$/, '');
  if (verdict.how !== 'killed') return [fault, where, 'nobody: it survived', ''];
  const how = verdict.by === 'law' ? '' : ` (${verdict.by})`;
  return [fault, where, `${verdict.law}${how}`, verdict.runs.toLocaleString('en-US')];
}

/** The same for machines. */
export function document(rows: readonly Row[]): object {
  return {
    version: 1,
    planted: rows.length,
    killed: rows.filter(isKilled).length,
    mutants: rows.map(({ mutant, verdict }) => ({ ...mutant, ...verdict })),
  };
}
