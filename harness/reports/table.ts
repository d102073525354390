/**
 * What campaigns came to, as a table of 80 columns and as one JSON document. Pure.
 */
import type { Finding, Findings } from '../findings.ts';
import { count } from '../phrase.ts';
import { WINDOWS } from '../windows.ts';
import { clean, columns, cut, hang, join, pad, type Paint, padLeft, plain } from './layout.ts';

/** What a campaign should come to: no law is broken, or this check catches it with so many deviations. */
type Expectation = 'holds' | { readonly caughtBy: string; readonly deviations: number };

/** A campaign and what was expected of it. */
export interface Row {
  readonly expected: Expectation;
  readonly findings: Findings;
}

/** Why `row` is not as expected; null if it is. */
export function mismatch({ expected, findings: { finding } }: Row): string | null {
  const should = expected === 'holds' ? 'should hold' : `should be caught by ${expected.caughtBy}`;
  if (finding === null) return expected === 'holds' ? null : `${should}, but nothing was found`;
  const { check } = finding.violations[0]!;
  if (expected === 'holds' || expected.caughtBy !== check) return `${should}, but was caught by ${check}`;
  const length = finding.script.length;
  // A script that nobody proved minimal may be longer than need be; a shorter one than expected never is as expected.
  const fits = finding.minimal === false ? length >= expected.deviations : length === expected.deviations;
  return fits ? null : `${should} with ${count(expected.deviations, 'decision')}, but it took ${length}`;
}

/** `12 scenarios as expected, 0 not`. */
export function tally(rows: readonly Row[]): string {
  const failed = rows.filter((row) => mismatch(row) !== null).length;
  const fine = rows.length - failed;
  return `${count(fine, 'scenario')} as expected, ${failed} not`;
}

/** The table, and below it what does not fit into columns: expectations that failed, fault windows never entered. */
export function tableReport(rows: readonly Row[], options: { paint?: Paint; width?: number } = {}): string {
  const { paint = plain, width = 80 } = options;
  const cells = rows.map(cellsOf);
  const widths = columns([HEADINGS, ...cells], [Infinity, Infinity, Infinity, Infinity, Infinity]);
  const spare = width - 2 - 2 * (widths.length - 1);
  widths[0] = Math.min(widths[0]!, spare - widths.slice(1).reduce((sum, one) => sum + one, 0));
  const line = (row: readonly string[]): string =>
    row.map((text, index) => (NUMERIC.has(index) ? padLeft : pad)(text, widths[index]!)).join('  ');
  const unmet = rows.flatMap((row) => {
    const why = mismatch(row);
    return why === null ? [] : hang(`${BAD} `, `${row.findings.scenario} ${why}`, width);
  });
  return [
    paint('dim', cut(`  ${line(HEADINGS)}`, width).trimEnd()),
    ...cells.map((row, index) => {
      const fine = mismatch(rows[index]!) === null;
      return cut(join(paint, [[fine ? 'good' : 'bad', fine ? GOOD : BAD], ' ', line(row)]), Infinity).trimEnd();
    }),
    ...(unmet.length === 0 ? [] : ['', ...unmet]),
    ...unjudgedLines(rows, width),
    '',
    ...windowLines(rows, width),
  ].join('\n');
}

const GOOD = '✓';
const BAD = '✗';
const HEADINGS = ['scenario', 'caught', 'runs', 'choices', 'exhausted / script'];
const NUMERIC = new Set([2, 3]);

function cellsOf({ findings }: Row): string[] {
  const { scenario, runs, decisions, finding } = findings;
  const verdict = finding === null ? 'no, holds' : `by ${finding.violations[0]!.check}`;
  return [clean(scenario), verdict, short(runs), short(decisions), tried(findings)];
}

/** `553`, `40.1k`, `1.2M`. */
function short(number: number): string {
  if (number < 10_000) return number.toLocaleString('en-US');
  return number < 1e6 ? `${(number / 1e3).toFixed(1)}k` : `${(number / 1e6).toFixed(1)}M`;
}

function tried({ exhausted, finding }: Findings): string {
  if (finding !== null) return scriptLength(finding);
  if (exhausted === null) return 'sampled';
  const { crashesMax, othersMax, deviationsMax } = exhausted;
  if (deviationsMax !== undefined) return `≤${count(deviationsMax, 'decision')}`;
  const [crashes, others] = [count(crashesMax, 'crash', 'crashes'), count(othersMax, 'other')];
  if (crashesMax === 0) return `no crash, ≤${others}`;
  return othersMax === 0 ? `≤${crashes}` : `≤${crashes}, ≤${others}`;
}

/** How many decisions it takes, and whether fewer are proved not to do. */
const scriptLength = ({ script, minimal }: Finding): string =>
  script.length === 0
    ? 'calm run'
    : `${count(script.length, 'decision')}, ${minimal === true ? 'proved' : 'best found'}`;

function unjudgedLines(rows: readonly Row[], width: number): string[] {
  return rows.flatMap(({ findings: { scenario, unjudged } }) =>
    unjudged === null ? [] : ['', ...hang('', `${clean(scenario)}: results are not judged: ${unjudged}`, width)],
  );
}

function windowLines(rows: readonly Row[], width: number): string[] {
  const never = WINDOWS.filter((window) => rows.every(({ findings }) => findings.reached[window] === 0));
  const total = rows.reduce((sum, { findings }) => sum + findings.runs, 0);
  // Campaigns that end with the first broken law were not there to look.
  if (rows.every(({ findings }) => findings.finding !== null)) return [count(total, 'run')];
  const runs = `${count(total, 'run')}; every fault window was entered`;
  return never.length === 0
    ? [cut(runs, width)]
    : hang('', `${count(total, 'run')}; never entered, so nothing is known of it: ${never.join(' · ')}`, width);
}

// ---- JSON ----------------------------------------------------------------------------------------------------------

/** The same as plain data with a stable order of keys: no times, no paths, no facts about the machine. */
export function tableData(rows: readonly Row[], seed: string, version: string): Readonly<Record<string, unknown>> {
  const failed = rows.filter((row) => mismatch(row) !== null).length;
  return {
    ...{
      version: 1,
      reprise: version,
      seed,
      ok: failed === 0,
      asExpected: rows.length - failed,
      notAsExpected: failed,
    },
    scenarios: rows.map((row) => {
      const { scenario, runs, decisions, exhausted, complete, reached, unjudged, finding } = row.findings;
      return {
        ...{ scenario, expected: row.expected, asExpected: mismatch(row) === null, because: mismatch(row) },
        ...{ verdict: finding === null ? 'holds' : 'caught', runs, decisions, exhausted, complete, reached, unjudged },
        finding: finding === null ? null : findingData(finding),
      };
    }),
  };
}

function findingData({ violations, script, minimal, runs, run }: Finding): Readonly<Record<string, unknown>> {
  return {
    violations: violations.map(({ check, because, evidence, fix = null, culprit = null }) => ({
      ...{ check, because, evidence, fix, culprit },
    })),
    ...{ script, minimal, runs, moves: run.moves, ending: run.ending.how },
  };
}
