/**
 * What `npm start` does, with its surroundings handed in: campaigns over the catalogue, what is printed of them, replays,
 * and the exit code. `main.ts` starts it.
 */
import { parseArgs } from 'node:util';
import {
  CHECKS,
  explore,
  type Finding,
  NotDeterministicError,
  type Progress,
  StaleScriptError,
  verify,
} from '../harness/index.ts';
import {
  formatFile,
  readScript,
  REPRISE_VERSION,
  savedScript,
  ScriptFileError,
  writeScript,
} from '../harness/seeds/file.ts';
import type { ProgressLine } from '../harness/cli/terminal.ts';
import { UsageError } from '../harness/cli/usage.ts';
import type { Paint } from '../harness/reports/layout.ts';
import { mismatch, type Row, tableData, tableReport, tally } from '../harness/reports/table.ts';
import { textReport } from '../harness/reports/text.ts';
import { type Catalogue, catalogueOf, twinCalled } from './catalogues.ts';
import type { Story, Twin } from './story.ts';

const HELP = `npm start -- [options]

  Runs every scenario of the catalogue under many schedules and crashes, and compares
  what is found with what is expected of it.

  --engine NAME   model: programs on the model engine (default), or dbos: plain DBOS code
  --seed TEXT     plan other runs; the same text plans the same runs (default: reprise)
  --runs NUMBER   plan so many runs of each scenario (default: 2500)
  --only NAME     one scenario, told in full
  --replay FILE   make the run of a saved script again, and tell it
  --json          one JSON document on stdout, and nothing else
  --help          this

  Findings are saved under .reprise/, except when CI is set. Colours: NO_COLOR, FORCE_COLOR.

  exit code  0  as expected (a replay: the saved check fails again, as it should)
             1  not as expected
             2  used wrongly: unknown option, engine or scenario, a file that is no saved script
             3  stale: the program has changed, and the saved script no longer applies
             4  not deterministic: the same schedule went two ways`;

const EXIT = { asExpected: 0, notAsExpected: 1, usage: 2, stale: 3, notDeterministic: 4 } as const;

/** Where the command runs: what it prints to, and where it keeps what it finds. */
export interface Surroundings {
  /** One piece of text for people, or the document: standard output. A newline is added. */
  readonly print: (text: string) => void;
  /** What goes wrong: standard error. */
  readonly warn: (text: string) => void;
  readonly paint: Paint;
  readonly progress: ProgressLine;
  /** Folder for findings, as commands and reports name it; null: nothing is written (in CI). */
  readonly folder: string | null;
}

interface Options {
  readonly engine: string;
  readonly seed: string;
  readonly runs: string;
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
      options: {
        engine: { ...text, default: 'model' },
        seed: { ...text, default: 'reprise' },
        runs: { ...text, default: '2500' },
        only: text,
        replay: text,
        json: flag,
        help: flag,
      },
    });
    if (!/^[1-9]\d{0,8}$/.test(values.runs))
      throw new Error(`--runs takes a whole number from 1 on, not "${values.runs}"`);
    return values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

// ---- campaigns -----------------------------------------------------------------------------------------------------

async function campaign(
  { scenario, expect }: Twin,
  { seed, runs: runsMax }: Options,
  label: string,
  { progress }: Surroundings,
): Promise<Row> {
  const show = (runs: number): void =>
    progress.show(`${label}  ${scenario.name}  ${runs.toLocaleString('en-US')} runs`);
  show(0);
  const onProgress = ({ runs }: Progress): void => void (runs % 100 === 0 && show(runs));
  const findings = await explore(scenario, { seed, runsMax: Number(runsMax), onProgress });
  return { expected: expect, findings };
}

async function campaigns(twins: readonly Twin[], options: Options, around: Surroundings): Promise<Row[]> {
  const rows: Row[] = [];
  try {
    for (const [index, twin] of twins.entries())
      rows.push(await campaign(twin, options, `${index + 1} of ${twins.length}`, around));
  } finally {
    around.progress.clear();
  }
  return rows;
}

interface Keeping {
  readonly seed: string;
  readonly name: string;
  readonly unexpected: boolean;
  /** The command that replays it. */
  readonly command: string;
}

/** Saves what was found, or where nothing may be written prints what nobody expected. Returns what reports say of it. */
function keep(
  finding: Finding,
  { seed, name, unexpected, command }: Keeping,
  { folder, print, warn }: Surroundings,
): { replayCommand?: string; savedTo?: string } {
  const saved = savedScript(finding, { seed });
  if (folder === null) {
    if (unexpected)
      print(`\nNothing is saved in CI. To replay this, save it as ${name}.json:\n${formatFile({ entries: [saved] })}`);
    return {};
  }
  const path = `${folder}/${name}.json`;
  try {
    writeScript(path, saved);
    return { replayCommand: `${command} --replay ${path}`, savedTo: path };
  } catch (error) {
    if (!(error instanceof ScriptFileError)) throw error;
    warn(`not saved: ${error.message}`);
    return {};
  }
}

// ---- what is printed -----------------------------------------------------------------------------------------------

async function runCatalogue(options: Options, catalogue: Catalogue, around: Surroundings): Promise<number> {
  const { seed, json, only } = options;
  const twins = only === undefined ? catalogue.twins : [twinCalled(only, catalogue)];
  const rows = await campaigns(twins, options, around);
  if (json) around.print(JSON.stringify(tableData(rows, seed, REPRISE_VERSION), null, 2));
  else await tell(rows, { seed, runsMax: Number(options.runs), shown: only ?? catalogue.shown, catalogue }, around);
  return rows.every((row) => mismatch(row) === null) ? EXIT.asExpected : EXIT.notAsExpected;
}

/** What is told in full, and how it was found. */
interface Telling {
  readonly seed: string;
  readonly runsMax: number;
  readonly shown: string;
  readonly catalogue: Catalogue;
}

async function tell(rows: readonly Row[], telling: Telling, around: Surroundings): Promise<void> {
  const { print, paint } = around;
  const { seed, shown } = telling;
  const { command } = telling.catalogue;
  print(tableReport(rows, { paint }));
  const tried = new Set(rows.map(({ findings }) => findings.scenario));
  const reenacted = telling.catalogue.stories.filter(
    ({ report, twins }) => report !== undefined && twins.some(({ scenario }) => tried.has(scenario.name)),
  );
  if (reenacted.length > 0) print(`\nRe-enacted here:\n${reenacted.map(reenactment).join('\n')}`);
  for (const row of rows) {
    const { finding, scenario } = row.findings;
    if (finding === null) continue;
    const unexpected = mismatch(row) !== null;
    const kept = keep(finding, { seed, name: scenario, unexpected, command }, around);
    if (unexpected || scenario === shown) print(`\n${textReport(finding, { paint, ...kept })}`);
    if (scenario === shown) await tellAlone(telling, around);
  }
  print(`\n${tally(rows)}`);
}

const reenactment = ({ name, report }: Story): string => `  ${name.padEnd(10)}  ${report}`;

/** The same bug the way production meets it: seen by nothing but what a replay does after a crash. */
async function tellAlone({ seed, runsMax, shown: name, catalogue }: Telling, around: Surroundings): Promise<void> {
  const { scenario, expect } = twinCalled(name, catalogue);
  const { command } = catalogue;
  if (expect === 'holds' || expect.alone === undefined) return;
  for (const check of Object.keys(expect.alone)) {
    const { finding } = await explore(scenario, { seed, runsMax, checks: [check] });
    if (finding === null) continue;
    const kept = keep(finding, { seed, name: `${name}.${check}`, unexpected: false, command }, around);
    around.print(`\nThe same bug, found by the check "${check}" alone:`);
    around.print(`\n${textReport(finding, { paint: around.paint, ...kept })}`);
  }
}

async function runReplay(
  path: string,
  json: boolean,
  catalogue: Catalogue,
  { print, paint }: Surroundings,
): Promise<number> {
  const saved = readScript(path);
  const names = CHECKS.map(({ name }) => name);
  if (!names.includes(saved.check))
    throw new ScriptFileError(path, `$.check names "${saved.check}", which is no check; there are ${names.join(', ')}`);
  const { scenario, expect } = twinCalled(saved.scenario, catalogue);
  // The check it was saved for speaks first.
  const checks = [saved.check, ...names.filter((name) => name !== saved.check)];
  const finding = await verify(scenario, saved.script, { checks });
  const violations = finding?.violations ?? [];
  const again = violations[0]?.check === saved.check;
  if (json)
    print(JSON.stringify({ version: 1, scenario: scenario.name, check: saved.check, again, violations }, null, 2));
  else if (finding !== null)
    print(textReport(finding, { paint, replayCommand: `${catalogue.command} --replay ${path}` }));
  else print(`${paint('good', '✓')} ${scenario.name}: the run of ${path} breaks no law`);
  return (expect === 'holds' ? finding === null : again) ? EXIT.asExpected : EXIT.notAsExpected;
}

/** Runs the command with these arguments; returns its exit code. Rejects only on a bug of ours. */
export async function start(args: readonly string[], around: Surroundings): Promise<number> {
  try {
    const options = optionsOf(args);
    const { help, replay, json, engine } = options;
    if (help) {
      around.print(HELP);
      return EXIT.asExpected;
    }
    const catalogue = await catalogueOf(engine);
    if (replay !== undefined) return await runReplay(replay, json, catalogue, around);
    return await runCatalogue(options, catalogue, around);
  } catch (error) {
    const code = codeOf(error);
    if (code === null) throw error;
    around.warn((error as Error).message + (code === EXIT.usage ? '\n(npm start -- --help says what there is)' : ''));
    return code;
  }
}

function codeOf(error: unknown): number | null {
  if (error instanceof UsageError || error instanceof ScriptFileError) return EXIT.usage;
  if (error instanceof StaleScriptError) return EXIT.stale;
  return error instanceof NotDeterministicError ? EXIT.notDeterministic : null;
}
