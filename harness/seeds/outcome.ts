/**
 * What becomes of a saved script in the program as it is now: it fails again, it passes, or it is stale, which is never
 * taken for passing. One that passes for another reason than that the bug is gone was looked around first.
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
const NEAR_RUNS_MAX = 50;
/** The same when somebody asks for it. */
const AGAIN_RUNS_MAX = 2_000;

/**
 * Tries a saved script. One that makes another run than was saved, or none, is believed only when nothing near it fails.
 * Rejects with `NotDeterministicError`, or with what `setup` threw.
 */
export async function tried<C, W, T>(scenario: Scenario<C, W, T>, entry: SavedScript): Promise<Outcome> {
  const { outcome, isAsSaved } = await exactly(scenario, entry);
  if (isAsSaved) return outcome;
  const { finding } = await near(scenario, entry, NEAR_RUNS_MAX, null);
  return finding === null ? outcome : { is: 'fails', finding, moved: true };
}

/** What becomes of the script itself, and whether its run is the one that was saved (or fails, whatever it is). */
async function exactly<C, W, T>(
  scenario: Scenario<C, W, T>,
  { script, course }: SavedScript,
): Promise<{ readonly outcome: Outcome; readonly isAsSaved: boolean }> {
  try {
    const finding = await verify(scenario, script);
    if (finding !== null) return { outcome: { is: 'fails', finding, moved: false }, isAsSaved: true };
    if (course === undefined || courseOf(await replay(scenario, script)) === course)
      return { outcome: { is: 'passes', because: 'it breaks no law any more' }, isAsSaved: true };
    const because =
      'the program has changed: the script makes another run than it was saved for, and neither that nor any run near it breaks a law';
    return { outcome: { is: 'passes', because }, isAsSaved: false };
  } catch (error) {
    if (!(error instanceof StaleScriptError)) throw error;
    return { outcome: { is: 'stale', because: error.message.replace(/^stale script: /, '') }, isAsSaved: false };
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
): Promise<RecordedAgain | null> {
  // Of its own law if it can be.
  const own = CHECKS.some(({ name }) => name === entry.check)
    ? await near(scenario, entry, AGAIN_RUNS_MAX, [entry.check])
    : null;
  const { finding, nearest } = own?.finding ? own : await near(scenario, entry, AGAIN_RUNS_MAX, null);
  const { inputs, found } = entry;
  if (finding !== null)
    return { is: 'fails', entry: savedScript(finding, { ...found, ...(inputs === undefined ? {} : { inputs }) }) };
  if (nearest === null) return null;
  // It guards no failure that was seen, so it need not be the same run for ever.
  const { course: _course, ...rest } = entry;
  return { is: 'passes', entry: { ...rest, script: scriptOf(nearest.decisions), minimal: null } };
}

/** The first finding near a script, by these checks (null: all); and the run most like it. */
async function near<C, W, T>(
  scenario: Scenario<C, W, T>,
  { script }: SavedScript,
  runsMax: number,
  checks: readonly string[] | null,
): Promise<{ readonly finding: Finding | null; readonly nearest: Run | null }> {
  let nearest: Run | null = null;
  const deviations = (run: Run | null): number => (run === null ? 0 : scriptOf(run.decisions).length);
  // Of as many deviations as the script has, or as near to that as can be: without any it would be the calm run.
  const see = (run: Run): void => {
    const isNearer = deviations(nearest) < script.length && deviations(run) > deviations(nearest);
    if (isNearer || (nearest === null && script.length === 0)) nearest = run;
  };
  const strategies = [nearby(script, see), portfolio('near')];
  const { finding } = await explore(scenario, { strategies, runsMax, ...(checks !== null && { checks }) });
  return { finding, nearest };
}
