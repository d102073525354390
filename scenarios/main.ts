/**
 * `npm start`: tries every twin of the catalogue, says whether each came out as expected, and tells one story in full.
 */
import { parseArgs } from 'node:util';
import {
  explore,
  exhaustive,
  type Finding,
  NotDeterministicError,
  random,
  StaleScriptError,
  type Strategy,
  verify,
  CHECKS,
} from '../harness/index.ts';
import {
  formatScript,
  readScript,
  REPRISE_VERSION,
  savedScript,
  ScriptFileError,
  writeScript,
} from '../harness/adapters/files.ts';
import { nearest } from '../harness/cli/nearest.ts';
import { paintFor, progressLine } from '../harness/cli/terminal.ts';
import { mismatch, type Row, tableData, tableReport, tally } from '../harness/reports/table.ts';
import { textReport } from '../harness/reports/text.ts';
import { type Twin, TWINS } from './index.ts';

const HELP = `npm start -- [options]

  Runs every scenario of the catalogue under many schedules and crashes, and compares
  what is found with what is expected of it.

  --seed TEXT     plan other runs; the same text plans the same runs (default: reprise)
  --only NAME     one scenario, told in full
  --replay FILE   make the run of a saved script again, and tell it
  --json          one JSON document on stdout, and nothing else
  --help          this

  exit code  0  as expected
             1  not as expected
             2  used wrongly: unknown option or scenario, a file that is no saved script
             3  stale: the program has changed, and the saved script no longer applies
             4  not deterministic: the same schedule went two ways
`;

const EXIT = { asExpected: 0, notAsExpected: 1, usage: 2, stale: 3, notDeterministic: 4 } as const;

/** Runs to plan for each scenario. All of the catalogue then takes some 20 seconds on two cores. */
const RUNS_MAX = 3_000;
/** The story that is told in full: what the DBOS documentation warns of. */
const SHOWN = 'interleaved-different-names';
const FOLDER = '.reprise';

/** Wrong use of the command, for people: no stack. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

interface Options {
  readonly seed: string;
  readonly json: boolean;
  readonly only?: string;
  readonly replay?: string;
  readonly help: boolean;
}

function optionsOf(args: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { seed: { ...text, default: 'reprise' }, only: text, replay: text, json: flag, help: flag },
    });
    return values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function twinCalled(name: string): Twin {
  const names = TWINS.map(({ scenario }) => scenario.name);
  const twin = TWINS.find(({ scenario }) => scenario.name === name);
  if (twin !== undefined) return twin;
  const near = nearest(name, names);
  const hint = near.length === 0 ? `there are ${names.join(', ')}` : `did you mean ${near.join(', or ')}?`;
  throw new UsageError(`no scenario is called "${name}"; ${hint}`);
}

// ---- campaigns -----------------------------------------------------------------------------------------------------

const progress = progressLine(process.stderr);
const paint = paintFor(process.stdout);
const print = (text: string): void => void process.stdout.write(`${text}\n`);
const warn = (text: string): void => void process.stderr.write(`${text}\n`);

async function campaign(twin: Twin, seed: string, label: string): Promise<Row> {
  const { scenario, expect } = twin;
  const show = (runs: number): void =>
    progress.show(`${label}  ${scenario.name}  ${runs.toLocaleString('en-US')} runs`);
  show(0);
  // Correct twins are worth every run of a small scope; buggy ones end at the first that breaks a law.
  const strategies: { strategies?: readonly Strategy[] } =
    expect === 'holds' && twin.exhaust !== undefined ? { strategies: [exhaustive(twin.exhaust), random(seed)] } : {};
  const findings = await explore(scenario, { seed, runsMax: RUNS_MAX, onProgress: show, ...strategies });
  return { expected: expect, findings };
}

async function campaigns(twins: readonly Twin[], seed: string): Promise<Row[]> {
  const rows: Row[] = [];
  try {
    for (const [index, twin] of twins.entries())
      rows.push(await campaign(twin, seed, `${index + 1} of ${twins.length}`));
  } finally {
    progress.clear();
  }
  return rows;
}

/** Where a finding of `scenario` is kept. */
const pathOf = (scenario: string, variant = ''): string => `${FOLDER}/${scenario}${variant}.json`;

/** Saves what was found, or in CI prints what nobody expected. Returns what reports say about it. */
function keep(
  finding: Finding,
  seed: string,
  { unexpected, variant = '' }: { unexpected: boolean; variant?: string },
): { replayCommand?: string; savedTo?: string } {
  const saved = savedScript(finding, seed);
  const path = pathOf(finding.scenario, variant);
  if (process.env['CI']) {
    if (unexpected) print(`nothing is saved in CI; to replay this, save it as ${path}:\n${formatScript(saved)}`);
    return {};
  }
  try {
    writeScript(path, saved);
    return { replayCommand: `npm start -- --replay ${path}`, savedTo: path };
  } catch (error) {
    if (!(error instanceof ScriptFileError)) throw error;
    warn(`not saved: ${error.message}`);
    return {};
  }
}

// ---- what is printed -----------------------------------------------------------------------------------------------

async function runCatalogue({ seed, json, only }: Options): Promise<number> {
  const twins = only === undefined ? TWINS : [twinCalled(only)];
  const rows = await campaigns(twins, seed);
  if (json) print(JSON.stringify(tableData(rows, seed, REPRISE_VERSION), null, 2));
  else await tell(rows, seed, only ?? SHOWN);
  return rows.every((row) => mismatch(row) === null) ? EXIT.asExpected : EXIT.notAsExpected;
}

async function tell(rows: readonly Row[], seed: string, shown: string): Promise<void> {
  print(tableReport(rows, { paint }));
  for (const row of rows) {
    const { finding, scenario } = row.findings;
    if (finding === null) continue;
    const unexpected = mismatch(row) !== null;
    const kept = keep(finding, seed, { unexpected });
    if (unexpected || scenario === shown) print(`\n${textReport(finding, { paint, ...kept })}`);
    if (scenario === shown) await tellAfterCrash(shown, seed);
  }
  print(`\n${tally(rows)}`);
}

/** The same bug the way production meets it: found by nothing but what a replay does after a crash. */
async function tellAfterCrash(name: string, seed: string): Promise<void> {
  const { scenario, expect } = twinCalled(name);
  if (expect === 'holds' || expect.alone === undefined) return;
  for (const check of Object.keys(expect.alone)) {
    const { finding } = await explore(scenario, { seed, runsMax: RUNS_MAX, checks: [check] });
    if (finding === null) continue;
    const kept = keep(finding, seed, { unexpected: false, variant: `.${check}` });
    print(`\nThe same bug, with nothing but the check "${check}" looking:`);
    print(`\n${textReport(finding, { paint, ...kept })}`);
  }
}

async function runReplay(path: string, json: boolean): Promise<number> {
  const saved = readScript(path);
  const names = CHECKS.map(({ name }) => name);
  if (!names.includes(saved.check))
    throw new ScriptFileError(path, `$.check names "${saved.check}", which is no check; there are ${names.join(', ')}`);
  const { scenario, expect } = twinCalled(saved.scenario);
  // The check it was saved for speaks first.
  const checks = [saved.check, ...names.filter((name) => name !== saved.check)];
  const finding = await verify(scenario, saved.script, { checks });
  const shouldHold = expect === 'holds';
  const again = finding?.violations[0]?.check === saved.check;
  if (json)
    print(
      JSON.stringify(
        { version: 1, scenario: scenario.name, check: saved.check, again, violations: finding?.violations ?? [] },
        null,
        2,
      ),
    );
  else if (finding !== null) print(textReport(finding, { paint, replayCommand: `npm start -- --replay ${path}` }));
  else print(`${paint('good', '✓')} ${scenario.name}: the run of ${path} breaks no law`);
  return (shouldHold ? finding === null : again) ? EXIT.asExpected : EXIT.notAsExpected;
}

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = optionsOf(args);
    if (options.help) {
      process.stdout.write(HELP);
      return EXIT.asExpected;
    }
    return await (options.replay === undefined ? runCatalogue(options) : runReplay(options.replay, options.json));
  } catch (error) {
    if (error instanceof UsageError || error instanceof ScriptFileError) {
      warn(`${error.message}\n(npm start -- --help says what there is)`);
      return EXIT.usage;
    }
    if (error instanceof StaleScriptError) {
      warn(error.message);
      return EXIT.stale;
    }
    if (error instanceof NotDeterministicError) {
      warn(error.message);
      return EXIT.notDeterministic;
    }
    throw error;
  }
}

process.exitCode = await main(process.argv.slice(2));
