/**
 * What a simulated test does when `npx reprise` has started it: makes one run of a script, or searches for as long as it
 * is told to, and lets the command know. Nothing is saved here: the command does that.
 */
import { explore, verify } from '../explore.ts';
import type { Finding, Progress } from '../findings.ts';
import { native } from '../globals.ts';
import { textReport } from '../reports/text.ts';
import { NotDeterministicError } from '../run.ts';
import { savedScript } from '../seeds/file.ts';
import { recordedAgain } from '../seeds/outcome.ts';
import { StaleScriptError } from '../strategies/script.ts';
import type { Note, Order } from './command.ts';
import { tell } from './order.ts';
import type { Trial } from './trial.ts';

type Told = Extract<Note, { readonly is: 'finding' }>['told'];

/** Carries out `order` in one test; resolves when all is told. The test passes, whatever was found: the command speaks. */
export async function obeyed(order: Order, trial: Trial): Promise<void> {
  const { test } = trial;
  try {
    if (order.do === 'replay') await replayed(order, trial);
    else if (order.do === 'fuzz') await fuzzed(order, trial);
    else tell(order, { is: 'updated', test, entry: await recordedAgain(trial.scenario, order.entry) });
  } catch (error) {
    if (error instanceof StaleScriptError) return tell(order, { is: 'stale', test, because: error.message });
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    tell(order, { is: 'failed', test, error: name, message });
    if (!(error instanceof NotDeterministicError)) throw error;
  }
}

async function replayed(order: Order & { readonly do: 'replay' }, { test, scenario }: Trial): Promise<void> {
  const finding = await verify(scenario, order.script);
  if (finding === null) return tell(order, { is: 'passed', test, told: { text: passedReport(test.name) } });
  tell(order, { is: 'finding', test, entry: savedScript(finding, { seed: 'replay' }), told: toldOf(finding) });
}

const PROGRESS_EVERY_MS = 500;

async function fuzzed(order: Order & { readonly do: 'fuzz' }, { test, scenario }: Trial): Promise<void> {
  const { seed, forMs, runsMax } = order;
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
  const budget = { seed, forMs: forMs ?? Infinity, runsMax: runsMax ?? Infinity, onProgress };
  try {
    const { finding } = await explore(scenario, budget);
    if (finding !== null)
      tell(order, { is: 'finding', test, entry: savedScript(finding, { seed }), told: toldOf(finding) });
  } finally {
    progress(true);
  }
}

/** A finding in every form there is. */
const toldOf = (finding: Finding): Told => ({ text: textReport(finding), html: '', trace: '', mermaid: '' });

const passedReport = (name: string): string => `✓ ${name}   the run of this script breaks no law`;
