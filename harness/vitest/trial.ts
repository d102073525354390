/**
 * One simulated test: replays what was saved, then searches until its time is over, and fails with the story of what it
 * found. A script that no longer applies is told last, when nothing worse has come up.
 */
import { explore, verify } from '../explore.ts';
import type { Finding } from '../findings.ts';
import { native } from '../globals.ts';
import type { AnyScenario } from '../scenario.ts';
import type { SavedScript } from '../seeds/file.ts';
import { StaleScriptError } from '../strategies/script.ts';
import type { TestName } from './command.ts';
import type { Stale } from './failure.ts';
import { Kept, type Saved } from './kept.ts';
import { Objections } from './objections.ts';
import type { Spending } from './settings.ts';
import { summaryOf } from './summary.ts';

/** What is tried, and for how long. */
export interface Trial {
  readonly test: TestName;
  readonly scenario: AnyScenario;
  readonly spending: Spending;
  /** Frames of whoever wrote the test. */
  readonly site: readonly string[];
}

/** Makes the trial; resolves to one line on what was tried. Rejects with the error that the test fails with. */
export async function tried({ test, scenario, spending, site }: Trial): Promise<string> {
  const objections = new Objections();
  const heard = objections.heardFrom(scenario);
  const kept = new Kept(test);
  const failed = async (finding: Finding, saved: Saved, elapsedMs?: number): Promise<Error> => {
    const { findingError, report } = await import('./failure.ts');
    return findingError(finding, report(finding, saved, elapsedMs), objections.behind(finding), site);
  };
  const stale: Stale[] = [];
  const entries = kept.entries();
  for (const entry of entries) {
    const finding = await verified(heard, entry, (error) => stale.push({ target: kept.target(entry), error }));
    if (finding !== null) throw await failed(finding, kept.saved(entry));
  }
  const startMs = native.nowMs();
  const findings = await explore(heard, spending);
  const elapsedMs = native.nowMs() - startMs;
  const { finding } = findings;
  if (finding !== null) throw await failed(finding, kept.keep(finding, spending.seed), elapsedMs);
  if (stale.length > 0) throw (await import('./failure.ts')).staleError(stale, site);
  return summaryOf(findings, entries.length, elapsedMs);
}

/** What the run of a saved script breaks; null: nothing, or it does not apply. */
async function verified(
  scenario: AnyScenario,
  { script }: SavedScript,
  isStale: (error: StaleScriptError) => void,
): Promise<Finding | null> {
  try {
    return await verify(scenario, script);
  } catch (error) {
    if (!(error instanceof StaleScriptError)) throw error;
    isStale(error);
    return null;
  }
}
