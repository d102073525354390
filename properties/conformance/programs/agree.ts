/** One program, one script, two engines: where they disagree. */
import type { Decider, Script } from '../../../harness/decision.ts';
import type { Engine } from '../../../harness/engine.ts';
import type { Limits, Run, Scenario } from '../../../harness/index.ts';
import { releaseContext } from '../../../harness/lineage.ts';
import type { AnyScenario } from '../../../harness/scenario.ts';
import { drive, type Stray } from '../../../harness/settle.ts';
import { simulate } from '../../../harness/simulation.ts';
import { decidedBy, followLoosely, isUnwritten } from '../../../harness/strategies/script.ts';
import { interpret, modelOf, type Running } from '../../programs/interpret.ts';
import type { Program } from '../../programs/program.ts';
import { workflowsOf } from '../../programs/walk.ts';
import { type Observed, observe } from './observe.ts';
import { Follower, Leader, OffPlanError, overheard } from './plan.ts';
import { sdk } from './sdk.ts';

/** A program under a script of the SDK's moves, and what may go wrong around it. */
export interface Trial {
  readonly program: Program;
  readonly script: Script;
  readonly limits: Partial<Limits>;
}

/** Where two engines disagree: in which respect, and the first lines that differ, or how far the plan could be followed. */
export interface Disagreement {
  readonly about: keyof Observed | 'plan';
  readonly sdk: string;
  readonly model: string;
}

/** What a trial came to; `moves` on both engines together. */
export interface Compared {
  readonly disagreement: Disagreement | null;
  readonly moves: number;
}

/** Makes something else of the model engine. */
export type Plant = (engine: ReturnType<typeof modelOf>) => ReturnType<typeof modelOf>;

const asItIs: Plant = (engine) => engine;

/** Runs a trial on the SDK, and what happened there on the model engine (or on what `plant` makes of it). */
export async function compare({ program, script, limits }: Trial, plant = asItIs): Promise<Compared> {
  const running = interpret(program);
  const leader = new Leader();
  const { decide, done } = isUnwritten(script)
    ? decidedBy(script)
    : { decide: followLoosely(script), done: () => undefined };
  const engine = sdk(running, workflowsOf(program).values());
  const led = await run(overheard(engine, leader), running, limits, leader.decider(decide));
  done(led);
  const follower = new Follower(leader.steps);
  try {
    const followed = await run(overheard(plant(modelOf(running)), follower), running, limits, follower.decide);
    follower.done();
    return { disagreement: difference(observe(led), observe(followed)), moves: led.moves + followed.moves };
  } catch (error) {
    if (!(error instanceof OffPlanError)) throw error;
    return { disagreement: { about: 'plan', sdk: leader.steps.join('; '), model: error.message }, moves: led.moves };
  } finally {
    releaseContext();
  }
}

function run<W, T>(
  engine: Engine<Parameters<Running['start']>[0], W, T>,
  { start }: Running,
  limits: Partial<Limits>,
  decide: Decider,
): Promise<Run> {
  const strays: Stray[] = [];
  const scenario: Scenario<Parameters<Running['start']>[0], W, T> = { name: 'generated', engine, start, limits };
  const loop = simulate(scenario as unknown as AnyScenario, decide, { strays });
  return drive(loop, (stray) => strays.push(stray));
}

const ABOUT = ['outcomes', 'positions', 'effects'] as const;

/** The first difference between what two runs came to. */
export function difference(onSdk: Observed, onModel: Observed): Disagreement | null {
  for (const about of ABOUT) {
    const [a, b] = [onSdk[about], onModel[about]];
    const differs = a.findIndex((line, index) => line !== b[index]);
    const at = differs < 0 ? a.length : differs;
    if (at < a.length || at < b.length) return { about, sdk: a[at] ?? 'nothing more', model: b[at] ?? 'nothing more' };
  }
  return null;
}
