/**
 * Confirmation: makes the run of a script once more with the SDK's own system database, on PGlite or on PostgreSQL, and
 * says whether it comes to the same. What it cannot follow to the end is never called confirmed.
 */
import type { Script } from '../../decision.ts';
import { explore, replay, verify } from '../../explore.ts';
import type { Finding } from '../../findings.ts';
import type { Status } from '../../history.ts';
import { releaseContext } from '../../lineage.ts';
import { fingerprint, firstDifference, type Result, type Run } from '../../run.ts';
import { type AnyScenario, type Ended, ended, type Scenario } from '../../scenario.ts';
import type { Loop } from '../../loop.ts';
import { drive, type Stray } from '../../settle.ts';
import { simulate } from '../../simulation.ts';
import { follow, StaleScriptError } from '../../strategies/script.ts';
import { decodeError } from '../../values.ts';
import type { DbosEngine } from '../backing.ts';
import type { Sdk } from '../sdk.ts';
import { outcomeOf } from '../tables/tables.ts';
import { openPglite, openPostgres, type RealDatabase } from './database.ts';
import type { Difference } from './difference.ts';
import { CannotFollowError } from './followed.ts';
import { Mirror } from './mirror.ts';

/** Where to confirm. */
export interface ConfirmOptions {
  /** A PostgreSQL server, e.g. `postgresql://user:password@127.0.0.1:5432/postgres`. Default: PGlite, in memory. */
  readonly postgres?: string;
  /** A database that is open already; it is emptied before use. */
  readonly database?: RealDatabase;
}

/** What one workflow came to. `calm` is undefined if the calm run has no such workflow, and so are the others. */
export interface Confronted {
  readonly workflow: string;
  /** The SDK's number for the error in the rows; null: none. */
  readonly code: number | null;
  /** In the run without deviations. */
  readonly calm: Ended | undefined;
  /** Under the script, in the simulation. */
  readonly simulated: Ended | undefined;
  /** Under the script, in the rows of the real database. */
  readonly real: Ended | undefined;
}

/** What came of a confirmation. Plain data. */
export interface Confirmation {
  readonly scenario: string;
  readonly script: Script;
  /** The script was followed to its end, breaks a law, and the real database agrees with every answer of the simulation. */
  readonly confirmed: boolean;
  /** Why, in a sentence. */
  readonly because: string;
  /** What is wrong with the run, and which check objects; null: nothing. */
  readonly violation: { readonly check: string; readonly because: string } | null;
  readonly workflows: readonly Confronted[];
  /** Calls that the real database answered otherwise than the simulation. */
  readonly differences: readonly Difference[];
  /** What the run did beside the system database, as in the simulation: this confirms nothing of it. */
  readonly beside: readonly string[];
  readonly versions: { readonly sdk: string; readonly database: string; readonly node: string };
  /** Where the script breaks a law, but nothing comes of it yet: a run in which something does. null: none was looked for, or found. */
  readonly damage: Confirmation | null;
}

/** The scenario runs on another engine: there is no database of DBOS to confirm it on. */
export class NotDbosError extends Error {
  override readonly name = 'NotDbosError';
  constructor(scenario: string, engine: string) {
    super(`scenario "${scenario}" runs on the engine "${engine}": only dbos() has a real database to confirm it on`);
  }
}

/**
 * Follows `script` on the SDK's own system database. Rejects with `StaleScriptError` if the script no longer applies in the
 * simulation, with `NotDbosError`, and with `NoDatabaseError`.
 */
export async function confirm<C, W, T>(
  scenario: Scenario<C, W, T>,
  script: Script,
  options: ConfirmOptions = {},
): Promise<Confirmation> {
  const { engine } = scenario;
  if (!isDbos(engine)) throw new NotDbosError(scenario.name, engine.name);
  const erased = scenario as unknown as AnyScenario;
  const finding = await verify(erased, script);
  const database = options.database ?? (await opened(engine.sdk, options.postgres));
  const given = { scenario: erased, engine, database };
  try {
    const confirmation = await confronted({ ...given, script, finding });
    if (!isHarmless(confirmation)) return confirmation;
    const worse = await harmful(erased);
    return { ...confirmation, damage: worse && (await confronted({ ...given, script: worse.script, finding: worse })) };
  } finally {
    if (options.database === undefined) await database.close();
  }
}

const isDbos = (engine: object): engine is DbosEngine => 'over' in engine;

const opened = (sdk: Sdk, postgres: string | undefined): Promise<RealDatabase> =>
  postgres === undefined ? openPglite(sdk) : openPostgres(sdk, postgres);

/** Laws that are broken before anything has come of it. */
const FOREBODING = ['lineage', 'ambient', 'engine'];
/** Runs to look for something that does come of it. */
const HARM_RUNS_MAX = 300;

const isHarmless = ({ confirmed, violation, workflows }: Confirmation): boolean =>
  confirmed &&
  FOREBODING.includes(violation!.check) &&
  workflows.every(({ calm, real }) => JSON.stringify(calm) === JSON.stringify(real));

/** A finding in which a workflow comes to something else than in the calm run. */
async function harmful(scenario: AnyScenario): Promise<Finding | null> {
  for (const check of ['results', 'replay']) {
    const { finding } = await explore(scenario, { checks: [check], runsMax: HARM_RUNS_MAX });
    if (finding !== null) return finding;
  }
  return null;
}

interface Case {
  readonly scenario: AnyScenario;
  readonly engine: DbosEngine;
  readonly script: Script;
  readonly finding: Finding | null;
  readonly database: RealDatabase;
}

async function confronted({ scenario, engine, script, finding, database }: Case): Promise<Confirmation> {
  const { sdk } = engine;
  await database.clear();
  const calm = await replay(scenario, []);
  const simulated = await replay(scenario, script);
  const mirror = new Mirror(sdk, database);
  let lost: string | null = null;
  let real: Run | null = null;
  try {
    real = await followed({ ...scenario, engine: engine.over(mirror) as never }, script, mirror);
  } catch (error) {
    if (!(error instanceof StaleScriptError || error instanceof CannotFollowError)) throw error;
    lost = error.message;
  }
  const rows = await resultsIn(database, sdk);
  const workflows = confront(calm.results, simulated.results, rows);
  const differences = [...mirror.differences, ...workflows.flatMap(parted)];
  const because = lost === null ? verdict(finding, differences, simulated, real!) : unfollowed(lost, differences);
  return {
    ...{ scenario: scenario.name, script, confirmed: because === CONFIRMED, because },
    violation:
      finding === null ? null : { check: finding.violations[0]!.check, because: finding.violations[0]!.because },
    ...{ workflows, differences, beside: [...mirror.beside] },
    versions: { sdk: sdk.version, database: database.version, node: process.version },
    damage: null,
  };
}

const CONFIRMED = 'the real database gave every answer that the simulation gave';

function verdict(finding: Finding | null, differences: readonly Difference[], simulated: Run, real: Run): string {
  const [first] = differences;
  if (first !== undefined) return inWords(first);
  if (fingerprint(simulated) !== fingerprint(real)) return `the runs differ: ${firstDifference(simulated, real)}`;
  if (finding === null) return 'the run breaks no law: there is nothing to confirm';
  // Memory survives here, too.
  const isOfMemory = finding.violations[0]!.check === 'memory';
  return isOfMemory
    ? 'it comes of memory that the simulated processes share: a real one would have lost it'
    : CONFIRMED;
}

function unfollowed(lost: string, [first]: readonly Difference[]): string {
  return `cannot be followed: ${lost}${first === undefined ? '' : `. Before that, ${inWords(first)}`}`;
}

const inWords = ({ call, simulated, real }: Difference): string =>
  `${call} comes to ${simulated} in the simulation, to ${real} on the real database`;

/** Makes the run over the mirror. */
async function followed(scenario: AnyScenario, script: Script, { line }: Mirror): Promise<Run> {
  const { decide, done } = follow(script);
  const strays: Stray[] = [];
  const run = simulate(scenario, decide, { strays });
  try {
    const made = await drive(soundly(run, line), (stray) => void strays.push(stray), line.settle);
    done();
    return made;
  } finally {
    releaseContext();
  }
}

/** Gives up as soon as the line has failed. What the last moves put on the line is carried as well. */
function* soundly(run: Loop<Run>, line: Mirror['line']): Loop<Run> {
  try {
    for (;;) {
      const step = run.next();
      yield step.done === true ? 'settle' : step.value;
      line.assertSound();
      if (step.done === true) return step.value;
    }
  } finally {
    run.return(undefined as never);
  }
}

interface Row {
  readonly id: string;
  readonly status: Status;
  readonly parent: string | null;
  readonly output: string | null;
  readonly error: string | null;
  readonly serialization: string | null;
}

/** What the tables say, as anybody would who looks at them afterwards. */
async function resultsIn({ pool, schema }: RealDatabase, { serialization: codecs }: Sdk): Promise<Run['results']> {
  const { rows } = await pool.query<Row>(
    `SELECT w.workflow_uuid AS id, w.status, w.parent_workflow_id AS parent, w.serialization,
            COALESCE(o.output, w.output) AS output, COALESCE(o.error, w.error) AS error
       FROM "${schema}".workflow_status w LEFT JOIN "${schema}".workflow_output o USING (workflow_uuid)
      ORDER BY w.created_at, w.workflow_uuid`,
  );
  const result = ({ status, parent, output, error, serialization }: Row): Result => {
    const isOver = status === 'SUCCESS' || status === 'ERROR';
    return { status, parent, outcome: isOver ? outcomeOf(codecs, output, error, serialization) : null };
  };
  return Object.fromEntries(rows.map((row) => [row.id, result(row)]));
}

function confront(...[calm, simulated, real]: readonly Run['results'][]): Confronted[] {
  const ids = new Set([...Object.keys(simulated!), ...Object.keys(real!)]);
  const at = (results: Run['results'], id: string): Ended | undefined =>
    results[id] === undefined ? undefined : ended(results[id]);
  return [...ids].map((workflow) => ({
    workflow,
    code: codeOf(real![workflow]?.outcome ?? null),
    calm: at(calm!, workflow),
    simulated: at(simulated!, workflow),
    real: at(real!, workflow),
  }));
}

function codeOf(outcome: Result['outcome']): number | null {
  if (outcome === null || outcome.ok) return null;
  return (decodeError(outcome.text) as { readonly dbosErrorCode?: number }).dbosErrorCode ?? null;
}

function parted({ workflow, simulated, real }: Confronted): Difference[] {
  const [a, b] = [JSON.stringify(simulated) ?? 'no row', JSON.stringify(real) ?? 'no row'];
  return a === b ? [] : [{ call: `workflow ${workflow}`, simulated: a, real: b }];
}
