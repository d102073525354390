/**
 * What `npm start` does, with its surroundings handed in: campaigns over the catalogue, what is printed of them, replays,
 * and the exit code. `main.ts` starts it.
 */
import { parseArgs } from 'node:util';
import { explore, type Finding, NotDeterministicError, StaleScriptError, verify, CHECKS } from '../harness/index.ts';
import {
  formatScript,
  readScript,
  REPRISE_VERSION,
  savedScript,
  ScriptFileError,
  writeScript,
} from '../harness/adapters/files.ts';
import { nearest } from '../harness/cli/nearest.ts';
import type { ProgressLine } from '../harness/cli/terminal.ts';
import type { Paint } from '../harness/reports/layout.ts';
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

  Findings are saved under .reprise/, except when CI is set. Colours: NO_COLOR, FORCE_COLOR.

  exit code  0  as expected (a replay: the saved check fails again, as it should)
             1  not as expected
             2  used wrongly: unknown option or scenario, a file that is no saved script
             3  stale: the program has changed, and the saved script no longer applies
             4  not deterministic: the same schedule went two ways`;

const EXIT = { asExpected: 0, notAsExpected: 1, usage: 2, stale: 3, notDeterministic: 4 } as const;

/** Runs to plan for each scenario. All of the catalogue then takes some 20 seconds on a slow machine. */
const RUNS_MAX = 2_500;
/** The story that is told in full: what the DBOS documentation warns of. */
const SHOWN = 'interleaved-different-names';

/** Wrong use of the command, for people: no stack. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

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

async function campaign(
  { scenario, expect }: Twin,
  seed: string,
  label: string,
  { progress }: Surroundings,
): Promise<Row> {
  const show = (runs: number): void =>
    progress.show(`${label}  ${scenario.name}  ${runs.toLocaleString('en-US')} runs`);
  show(0);
  const findings = await explore(scenario, { seed, runsMax: RUNS_MAX, onProgress: show });
  return { expected: expect, findings };
}

async function campaigns(twins: readonly Twin[], seed: string, around: Surroundings): Promise<Row[]> {
  const rows: Row[] = [];
  try {
    for (const [index, twin] of twins.entries())
      rows.push(await campaign(twin, seed, `${index + 1} of ${twins.length}`, around));
  } finally {
    around.progress.clear();
  }
  return rows;
}

/** Saves what was found, or where nothing may be written prints what nobody expected. Returns what reports say of it. */
function keep(
  finding: Finding,
  { seed, name, unexpected }: { readonly seed: string; readonly name: string; readonly unexpected: boolean },
  { folder, print, warn }: Surroundings,
): { replayCommand?: string; savedTo?: string } {
  const saved = savedScript(finding, seed);
  if (folder === null) {
    if (unexpected) print(`\nNothing is saved in CI. To replay this, save it as ${name}.json:\n${formatScript(saved)}`);
    return {};
  }
  const path = `${folder}/${name}.json`;
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

async function runCatalogue({ seed, json, only }: Options, around: Surroundings): Promise<number> {
  const twins = only === undefined ? TWINS : [twinCalled(only)];
  const rows = await campaigns(twins, seed, around);
  if (json) around.print(JSON.stringify(tableData(rows, seed, REPRISE_VERSION), null, 2));
  else await tell(rows, seed, only ?? SHOWN, around);
  return rows.every((row) => mismatch(row) === null) ? EXIT.asExpected : EXIT.notAsExpected;
}

async function tell(rows: readonly Row[], seed: string, shown: string, around: Surroundings): Promise<void> {
  const { print, paint } = around;
  print(tableReport(rows, { paint }));
  for (const row of rows) {
    const { finding, scenario } = row.findings;
    if (finding === null) continue;
    const unexpected = mismatch(row) !== null;
    const kept = keep(finding, { seed, name: scenario, unexpected }, around);
    if (unexpected || scenario === shown) print(`\n${textReport(finding, { paint, ...kept })}`);
    if (scenario === shown) await tellAlone(shown, seed, around);
  }
  print(`\n${tally(rows)}`);
}

/** The same bug the way production meets it: seen by nothing but what a replay does after a crash. */
async function tellAlone(name: string, seed: string, around: Surroundings): Promise<void> {
  const { scenario, expect } = twinCalled(name);
  if (expect === 'holds' || expect.alone === undefined) return;
  for (const check of Object.keys(expect.alone)) {
    const { finding } = await explore(scenario, { seed, runsMax: RUNS_MAX, checks: [check] });
    if (finding === null) continue;
    const kept = keep(finding, { seed, name: `${name}.${check}`, unexpected: false }, around);
    around.print(`\nThe same bug, found by the check "${check}" alone:`);
    around.print(`\n${textReport(finding, { paint: around.paint, ...kept })}`);
  }
}

async function runReplay(path: string, json: boolean, { print, paint }: Surroundings): Promise<number> {
  const saved = readScript(path);
  const names = CHECKS.map(({ name }) => name);
  if (!names.includes(saved.check))
    throw new ScriptFileError(path, `$.check names "${saved.check}", which is no check; there are ${names.join(', ')}`);
  const { scenario, expect } = twinCalled(saved.scenario);
  // The check it was saved for speaks first.
  const checks = [saved.check, ...names.filter((name) => name !== saved.check)];
  const finding = await verify(scenario, saved.script, { checks });
  const violations = finding?.violations ?? [];
  const again = violations[0]?.check === saved.check;
  if (json)
    print(JSON.stringify({ version: 1, scenario: scenario.name, check: saved.check, again, violations }, null, 2));
  else if (finding !== null) print(textReport(finding, { paint, replayCommand: `npm start -- --replay ${path}` }));
  else print(`${paint('good', '✓')} ${scenario.name}: the run of ${path} breaks no law`);
  return (expect === 'holds' ? finding === null : again) ? EXIT.asExpected : EXIT.notAsExpected;
}

/** Runs the command with these arguments; returns its exit code. Rejects only on a bug of ours. */
export async function start(args: readonly string[], around: Surroundings): Promise<number> {
  try {
    const options = optionsOf(args);
    if (options.help) around.print(HELP);
    else if (options.replay !== undefined) return await runReplay(options.replay, options.json, around);
    else return await runCatalogue(options, around);
    return EXIT.asExpected;
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
