/**
 * Has a scenario confirmed by its own engine: it may come from another copy of this package than ours.
 */
import type { Script } from '../../decision.ts';
import type { AnyScenario } from '../../scenario.ts';
import type { Confirmable } from '../backing.ts';
import { type Confirmation, type ConfirmOptions, NotDbosError } from './confirm.ts';

/** As `confirm`, for a scenario on any engine. Rejects with `NotDbosError` if that is not `dbos()`. */
export async function askToConfirm(
  scenario: AnyScenario,
  script: Script,
  options: ConfirmOptions,
): Promise<Confirmation> {
  const { name, engine } = scenario;
  if (!isConfirmable(engine)) throw new NotDbosError(name, engine.name);
  return engine.confirm(scenario, script, options);
}

function isConfirmable<E extends object>(engine: E): engine is E & Confirmable {
  return 'confirm' in engine;
}
