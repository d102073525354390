/**
 * What a simulated test does when `npx reprise` has started it: makes one run of a script, or searches for as long as it
 * is told to, and lets the command know. Nothing is saved here: the command does that.
 */
import { portableLine } from '../seeds/naming.ts';
import type { Script } from '../decision.ts';
import { explore, replay, verify } from '../explore.ts';
import type { Finding, Progress } from '../findings.ts';
import { native } from '../globals.ts';
import { exceptFor, showOutcome } from '../phrase.ts';
import { htmlReport } from '../reports/html.ts';
import { mermaidReport } from '../reports/mermaid.ts';
import { textReport } from '../reports/text.ts';
import { traceReport } from '../reports/trace.ts';
import { NotDeterministicError, type Run } from '../run.ts';
import { idOf, readSeeds, type SavedScript, savedScript, seedFileOf } from '../seeds/file.ts';
import { recordedAgain, tried } from '../seeds/outcome.ts';
import { portfolio } from '../strategies/portfolio.ts';
import { StaleScriptError } from '../strategies/script.ts';
import { strategiesFor } from '../strategies/standard.ts';
import type { Order, TestName } from './command.ts';
import { tell } from './order.ts';
import type { Trial } from './trial.ts';

/** Carries out `order` in one test; resolves when all is told. The test passes, whatever was found: the command speaks. */
export async function obeyed(order: Order, test: TestName, prepare: () => Promise<Trial>): Promise<void> {
  try {
    const trial = await prepare();
    if (order.do === 'replay') await replayed(order, trial);
    else if (order.do === 'fuzz') await fuzzed(order, trial);
    else if (order.do === 'confirm') await (await import('./confirming.ts')).confirming(order, trial);
    else await reviewed(order, trial);
  } catch (error) {
    if (error instanceof StaleScriptError) return tell(order, { is: 'stale', test, because: error.message });
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    tell(order, { is: 'failed', test, error: name, message });
    if (!(error instanceof NotDeterministicError)) throw error;
  }
}

async function replayed(order: Order & { readonly do: 'replay' }, { test, scenario }: Trial): Promise<void> {
  const finding = await verify(scenario, order.script);
  if (finding !== null)
    return found(order, test, finding, savedScript(finding, { seed: 'replay' }), order.replayCommand);
  const run = await replay(scenario, order.script);
  tell(order, { is: 'passed', test, told: { text: passedReport(test.name, order.script, run) } });
}

/** Tells a finding in every form there is. */
function found(order: Order, test: TestName, finding: Finding, entry: SavedScript, replayCommand: string): void {
  const told = {
    text: textReport(finding),
    html: htmlReport(finding, { replayCommand }),
    trace: traceReport(finding),
    mermaid: mermaidReport(finding),
  };
  tell(order, { is: 'finding', test, entry, told });
}

/** What a run that breaks no law came to. */
function passedReport(name: string, script: Script, { results }: Run): string {
  return [
    `✓ ${name}   the run of this script breaks no law`,
    '',
    script.length === 0 ? '  the calm run' : `  ${exceptFor(script.length)}:`,
    ...script.map(({ after, choose }) => `    after ${after}  choose ${choose}`),
    '',
    ...Object.entries(results).map(
      ([id, { status, outcome }]) =>
        `  workflow ${id}  ${status}${outcome === null ? '' : `  ${showOutcome(outcome, 80)}`}`,
    ),
  ].join('\n');
}

const PROGRESS_EVERY_MS = 500;

async function fuzzed(order: Order & { readonly do: 'fuzz' }, { test, scenario }: Trial): Promise<void> {
  const { seed, systematic, forMs, runsMax, folder } = order;
  let last: Progress | null = null;
  let toldAtMs = native.nowMs();
  const progress = (ended: boolean): void => {
    if (last !== null) tell(order, { is: 'progress', test, ...last, ended });
  };
  const onProgress = (now: Progress): void => {
    last = now;
    if (native.nowMs() - toldAtMs < PROGRESS_EVERY_MS) return;
    toldAtMs = native.nowMs();
    progress(false);
  };
  const strategies = systematic ? strategiesFor(seed) : [portfolio(seed)];
  const budget = { seed, strategies, forMs: forMs ?? Infinity, runsMax: runsMax ?? Infinity, onProgress };
  try {
    const { finding } = await explore(scenario, budget);
    if (finding === null) return;
    const entry = savedScript(finding, { seed });
    found(order, test, finding, entry, portableLine(entry, test.file, folder));
  } finally {
    progress(true);
  }
}

async function reviewed(order: Order & { readonly do: 'seeds' }, { test, scenario }: Trial): Promise<void> {
  for (const entry of readSeeds(seedFileOf(test.file)).filter((saved) => saved.scenario === test.name)) {
    const outcome = await tried(scenario, entry);
    const isOutdated = outcome.is === 'stale' || (outcome.is === 'fails' && outcome.moved);
    const again = order.update && isOutdated ? await recordedAgain(scenario, entry) : null;
    const because = outcome.is === 'fails' ? outcome.finding.violations[0]!.because : outcome.because;
    tell(order, { is: 'tried', test, id: idOf(entry), outcome: outcome.is, because, again });
  }
}
