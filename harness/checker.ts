/**
 * Judges runs: every check in turn, facts before claims. Pure: the same run and reference give the same verdict.
 */
import { ambient } from './checks/ambient.ts';
import type { Check, Reference } from './checks/check.ts';
import { control } from './checks/control.ts';
import { effects } from './checks/effects.ts';
import { engine } from './checks/engine.ts';
import { floating } from './checks/floating.ts';
import { lineage } from './checks/lineage.ts';
import { progress } from './checks/progress.ts';
import { replay } from './checks/replay.ts';
import { results } from './checks/results.ts';
import { user } from './checks/user.ts';
import type { Run } from './run.ts';
import type { Violation } from './verdict.ts';

const CAUSES: readonly Check[] = [engine, ambient, replay, lineage, floating, control];
const DAMAGE: readonly Check[] = [effects, progress, user, results];

/** Every check, in the order in which their verdicts are told: causes before damage. */
export const CHECKS: readonly Check[] = [...CAUSES, ...DAMAGE];

/** The checks of these names. Throws on a name that is none. */
export function checksNamed(names: readonly string[]): readonly Check[] {
  return names.map((name) => {
    const check = CHECKS.find((one) => one.name === name);
    if (check === undefined)
      throw new Error(`no check is called "${name}"; there are ${CHECKS.map((one) => one.name).join(', ')}`);
    return check;
  });
}

/** The laws that `run` breaks, held against `reference`. */
export function judge(run: Run, reference: Reference, checks: readonly Check[] = CHECKS): Violation[] {
  const violations: Violation[] = [];
  for (const check of checks) violations.push(...check.judge(run, reference));
  return violations;
}
