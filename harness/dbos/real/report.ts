/**
 * A confirmation as text: what the real database came to, beside what it should have, in the SDK's own words. Pure.
 */
import type { Deviation } from '../../decision.ts';
import { count, show } from '../../phrase.ts';
import { hang, type Paint, plain, wrap } from '../../reports/layout.ts';
import type { Ended } from '../../scenario.ts';
import type { Confirmation, Confronted } from './confirm.ts';

/** What a report is told besides the confirmation. */
interface ReportOptions {
  /** Default: no colours. */
  readonly paint?: Paint;
  /** Columns. Default 80. */
  readonly width?: number;
}

/** The report of `confirmation`, without a newline at its end. */
export function confirmationReport(
  confirmation: Confirmation,
  { paint = plain, width = 80 }: ReportOptions = {},
): string {
  const { damage, confirmed, scenario } = confirmation;
  const mark = confirmed ? paint('bad', '✗') : paint('dim', '?');
  const head = `${mark} ${paint('strong', scenario)}   ${confirmed ? 'confirmed' : 'NOT confirmed'} on ${shortly(confirmation)}`;
  const blocks = [
    [head],
    ...verdicts(confirmation, width),
    [...outcomes(confirmation, width)],
    ...(damage === null ? [] : [harm(damage, width), outcomes(damage, width)]),
    unconfirmed(confirmation, width),
    versions(confirmation, width),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

/** `PostgreSQL 18.6 (PGlite 0.5.16)`: the rest is about compilers. */
const shortly = ({ versions: { database } }: Confirmation): string => database.replace(/ on .*$/, '');

function verdicts({ confirmed, because, violation, script, differences }: Confirmation, width: number): string[][] {
  const wrong = violation === null ? [] : wrap(violation.because, width - 2).map((line) => `  ${line}`);
  if (confirmed) return [wrong, schedule(script, width)];
  const more = differences.length - 1;
  return [
    wrong,
    schedule(script, width),
    [...hang('  why    ', because, width), ...(more > 0 ? [`         … and ${count(more, 'other difference')}`] : [])],
  ];
}

function schedule(script: readonly Deviation[], width: number): string[] {
  if (script.length === 0) return ['  the calm run, without any deviation'];
  return script.flatMap(({ after, choose }) => hang('  after  ', `${after}   choose  ${choose}`, width));
}

function harm(damage: Confirmation, width: number): string[] {
  const what = damage.confirmed
    ? 'Nothing has come of it in this run. In the next one, confirmed as well, something does:'
    : `Nothing has come of it in this run. One in which something does could not be confirmed (${damage.because}):`;
  return [...wrap(what, width - 2).map((line) => `  ${line}`), ...schedule(damage.script, width)];
}

const told = (end: Ended | undefined, width: number): string => {
  if (end === undefined) return 'no such workflow';
  if (end.status === 'SUCCESS') return `SUCCESS  ${show(end.value, width)}`;
  return end.status === 'ERROR' ? `ERROR  ${end.error}` : end.status;
};

function outcomes({ workflows }: Confirmation, width: number): string[] {
  return workflows.flatMap((confronted) => {
    const { workflow, calm, real } = confronted;
    return [
      `  workflow ${workflow}`,
      ...hang('    calm run   ', told(calm, 200), width),
      ...hang('    this run   ', told(real, 200), width),
      ...hang('               ', `= ${judged(confronted)}`, width),
    ];
  });
}

function judged({ calm, real, code }: Confronted): string {
  if (JSON.stringify(calm) === JSON.stringify(real)) return 'the same';
  if (real?.status === 'SUCCESS') return 'wrong result with status SUCCESS';
  if (real?.status === 'ERROR')
    return code === null
      ? 'recorded ERROR for ever'
      : `recorded ERROR for ever: error ${code} of DBOS, in its own words`;
  return `left ${real?.status ?? 'without a row'}`;
}

function unconfirmed({ beside }: Confirmation, width: number): string[] {
  if (beside.length === 0) return [];
  return hang('  but    ', `not confirmed, as it is no call to the system database: ${beside.join(', ')}`, width);
}

function versions({ versions: { sdk, database, node } }: Confirmation, width: number): string[] {
  return [
    ...hang('  with   ', `@dbos-inc/dbos-sdk ${sdk}, its own SystemDatabase`, width),
    ...hang('         ', database.replace(/, compiled .*$/, ''), width),
    ...hang('         ', `Node ${node}; the clocks of the processes and of the database are simulated`, width),
  ];
}
