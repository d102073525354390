/**
 * One simulated test: replays what was saved, then searches until its time is over, and fails with the story of what it
 * found. A script that no longer applies is told last, when nothing worse has come up.
 */
import { explore } from '../explore.ts';
import type { Finding } from '../findings.ts';
import { native } from '../globals.ts';
import type { AnyScenario } from '../scenario.ts';
import { tried } from '../seeds/outcome.ts';
import type { TestName } from './command.ts';
import type { Stale } from './failure.ts';
import { Kept, type Saved } from './kept.ts';
import { loaded } from './loading.ts';
import { Objections } from './objections.ts';
import type { Spending } from './settings.ts';
import { summaryOf } from './summary.ts';

/** What is tried, and for how long. */
export interface Trial {
  readonly test: TestName;
  readonly scenario: AnyScenario;
  readonly spending: Spending;
  /** The folder of the vitest project. */
  readonly root: string;
  /** Frames of whoever wrote the test. */
  readonly site: readonly string[];
  /** Adds a page to what vitest reports of the test; resolves to where it is now, null if it could not be. */
  readonly attach: (html: string) => Promise<string | null>;
}

/** Makes the trial; resolves to one line on what was tried. Rejects with the error that the test fails with. */
export async function triedOut({ test, scenario, spending, root, site, attach }: Trial): Promise<string> {
  const objections = new Objections();
  const heard = objections.heardFrom(scenario);
  const kept = new Kept(test, root);
  const failed = async (finding: Finding, saved: Saved, elapsedMs: number | null = null): Promise<Error> => {
    const { findingError, report, page } = await loaded(() => import('./failure.ts'));
    const timeline = await attach(page(finding, saved));
    return findingError(finding, report(finding, { ...saved, timeline, elapsedMs }), objections.behind(finding), site);
  };
  const stale: Stale[] = [];
  const entries = kept.entries();
  for (const entry of entries) {
    const outcome = await tried(heard, entry);
    if (outcome.is === 'fails') {
      const { finding, moved } = outcome;
      throw await failed(finding, moved ? kept.keep(finding, spending.seed, entry) : kept.failed(entry));
    }
    if (outcome.is === 'stale' && kept.holds(entry))
      stale.push({ target: kept.target(entry), because: outcome.because });
    kept.outdated(entry);
  }
  const startMs = native.nowMs();
  const findings = await explore(heard, spending);
  const elapsedMs = native.nowMs() - startMs;
  const { finding } = findings;
  if (finding !== null) throw await failed(finding, kept.keep(finding, spending.seed), elapsedMs);
  if (stale.length > 0) throw (await loaded(() => import('./failure.ts'))).staleError(stale, site);
  return summaryOf(findings, entries.length, elapsedMs);
}
