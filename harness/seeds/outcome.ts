/**
 * What becomes of a saved script in the program as it is now: it fails again, it passes, or it is stale, which is never
 * taken for passing.
 */
import { CHECKS } from '../checker.ts';
import { explore, replay, verify } from '../explore.ts';
import type { Finding } from '../findings.ts';
import { scriptOf } from '../decision.ts';
import type { Run } from '../run.ts';
import type { Scenario } from '../scenario.ts';
import { portfolio } from '../strategies/portfolio.ts';
import { StaleScriptError } from '../strategies/script.ts';
import { courseOf } from './course.ts';
import { type SavedScript, savedScript } from './entry.ts';
import { nearby } from './nearby.ts';

/** `moved`: the script itself no longer fails, but one near it does, and should be saved in its place. */
export type Outcome =
  | { readonly is: 'fails'; readonly finding: Finding; readonly moved: boolean }
  | { readonly is: 'passes'; readonly because: string }
  | { readonly is: 'stale'; readonly because: string };

/** Runs that may be spent on looking near a script that no longer says anything: some milliseconds. */
const NEAR_RUNS_MAX = 200;

/** Tries a saved script. Rejects with `NotDeterministicError`, or with what `setup` threw. */
export async function tried<C, W, T>(
  scenario: Scenario<C, W, T>,
  entry: SavedScript,
  runsMax: number = NEAR_RUNS_MAX,
): Promise<Outcome> {
  const because = await exactly(scenario, entry);
  if (typeof because !== 'string') return because;
  const { finding } = await near(scenario, entry, runsMax);
  return finding === null ? { is: 'stale', because } : { is: 'fails', finding, moved: true };
}

/** The outcome of the script as it stands; a text: why it is stale. */
async function exactly<C, W, T>(
  scenario: Scenario<C, W, T>,
  { script, course }: SavedScript,
): Promise<Outcome | string> {
  try {
    const finding = await verify(scenario, script);
    if (finding !== null) return { is: 'fails', finding, moved: false };
    if (course === undefined || courseOf(await replay(scenario, script)) === course)
      return { is: 'passes', because: 'it breaks no law any more' };
    return 'the script applies and breaks no law, but it makes another run than it was recorded for: the program has changed. Record it again';
  } catch (error) {
    if (!(error instanceof StaleScriptError)) throw error;
    return error.message.replace(/^stale script: /, '');
  }
}

/** What to save in the place of an entry, and what it does now. */
export interface RecordedAgain {
  readonly is: 'fails' | 'passes';
  readonly entry: SavedScript;
}

/**
 * What to save in the place of a stale entry: a script near it that breaks the same law, or any law; else the nearest that
 * applies, which from now on has to go on passing. Null: nothing near it applies. Rejects as `tried`.
 */
export async function recordedAgain<C, W, T>(
  scenario: Scenario<C, W, T>,
  entry: SavedScript,
  runsMax: number = 10 * NEAR_RUNS_MAX,
): Promise<RecordedAgain | null> {
  const { finding, nearest } = await near(scenario, entry, runsMax);
  const { inputs, found } = entry;
  if (finding !== null)
    return { is: 'fails', entry: savedScript(finding, { ...found, ...(inputs === undefined ? {} : { inputs }) }) };
  if (nearest === null) return null;
  // It guards no failure that was seen, so it need not be the same run for ever.
  const { course: _course, ...rest } = entry;
  return { is: 'passes', entry: { ...rest, script: scriptOf(nearest.decisions), minimal: null } };
}

/** The first finding near a script, of its own law if it can be; and the run most like it. */
async function near<C, W, T>(
  scenario: Scenario<C, W, T>,
  { check, script }: SavedScript,
  runsMax: number,
): Promise<{ readonly finding: Finding | null; readonly nearest: Run | null }> {
  let nearest: Run | null = null;
  const deviations = (run: Run | null): number => (run === null ? 0 : scriptOf(run.decisions).length);
  // Of as many deviations as the script has, or as near to that as can be: without any it would be the calm run.
  const see = (run: Run): void => {
    const isNearer = deviations(nearest) < script.length && deviations(run) > deviations(nearest);
    if (isNearer || (nearest === null && script.length === 0)) nearest = run;
  };
  const laws = CHECKS.some(({ name }) => name === check) ? [[check], null] : [null];
  for (const checks of laws) {
    const strategies = [nearby(script, see), portfolio('near')];
    const { finding } = await explore(scenario, { strategies, runsMax, ...(checks === null ? {} : { checks }) });
    if (finding !== null) return { finding, nearest };
  }
  return { finding: null, nearest };
}
