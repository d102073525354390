/**
 * The ways in: look for a run that breaks a law, make one run, judge one script. Each drives a loop to its end.
 */
import { Campaign } from './campaign.ts';
import type { Script } from './decision.ts';
import type { Budget, Finding, Findings } from './findings.ts';
import { assertGlobals } from './globals.ts';
import type { Run } from './run.ts';
import type { AnyScenario, Scenario } from './scenario.ts';
import { isSimulated, releaseContext } from './lineage.ts';
import type { Loop } from './loop.ts';
import { drive, dropLateStrays, type Stray } from './settle.ts';
import { simulate } from './simulation.ts';
import { releaseSites } from './site.ts';
import { decidedBy } from './strategies/script.ts';

/** Looks for a run of `scenario` that breaks a law. Rejects with `NotDeterministicError`, or with what `setup` threw. */
export async function explore<C, W, T>(scenario: Scenario<C, W, T>, budget: Budget = {}): Promise<Findings> {
  const campaign = new Campaign(erase(scenario), budget);
  return driven(campaign.strays, () => campaign.search());
}

/** Makes the one run that `script` describes. Rejects with `StaleScriptError` if the script no longer applies. */
export async function replay<C, W, T>(scenario: Scenario<C, W, T>, script: Script): Promise<Run> {
  const { decide, done } = decidedBy(script);
  const strays: Stray[] = [];
  const run = await driven(strays, () => simulate(erase(scenario), decide, { strays }));
  done(run);
  return run;
}

/** Replays `script` and judges it as `explore` would: null if it breaks no law. */
export async function verify<C, W, T>(
  scenario: Scenario<C, W, T>,
  script: Script,
  budget: Budget = {},
): Promise<Finding | null> {
  const campaign = new Campaign(erase(scenario), budget);
  return driven(campaign.strays, () => campaign.tryScript(script));
}

async function driven<V>(strays: Stray[], loop: () => Loop<V>): Promise<V> {
  assertGlobals();
  dropLateStrays(isSimulated);
  try {
    return await drive(loop(), (stray) => strays.push(stray));
  } finally {
    releaseSites();
    releaseContext();
  }
}

/** The loops hand a scenario's values from its engine to its own hooks and never look at them. */
const erase = <C, W, T>(scenario: Scenario<C, W, T>): AnyScenario => scenario as unknown as AnyScenario;
