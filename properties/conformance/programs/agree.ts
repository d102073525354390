/** One program, one script, two engines: where they disagree. */
import { type Limits, type Run, type Scenario } from '../../../harness/index.ts';
import type { Decider, Script } from '../../../harness/decision.ts';
import type { Engine } from '../../../harness/engine.ts';
import type { AnyScenario } from '../../../harness/scenario.ts';
import { drive, type Stray } from '../../../harness/settle.ts';
import { simulate } from '../../../harness/simulation.ts';
import { decidedBy, followLoosely, isUnwritten } from '../../../harness/strategies/script.ts';
import { interpret, modelOf } from '../../programs/interpret.ts';
import type { Program } from '../../programs/program.ts';
import { workflowsOf } from '../../programs/walk.ts';
import { type Observed, observe } from './observe.ts';
import { Follower, Leader, OffPlanError, overheard } from './plan.ts';
import { sdk } from './sdk.ts';

/** A program under a script, and what may go wrong around it. */
export interface Trial {
  readonly program: Program;
  readonly script: Script;
  readonly limits: Partial<Limits>;
}

/** What both engines came to. */
export interface Pair {
  readonly sdk: Run;
  readonly model: Run;
}

/** Where two engines disagree: in which respect, and the first line of each that differs. */
export interface Disagreement {
  readonly about: keyof Observed | 'plan';
  readonly sdk: string;
  readonly model: string;
}

/** Runs a trial on both engines. Null: they agree. */
export async function disagreement({ program, script, limits }: Trial): Promise<Disagreement | null> {
  const running = interpret(program);
  const leader = new Leader();
  const unwritten = isUnwritten(script);
  const { decide, done } = unwritten ? decidedBy(script) : { decide: followLoosely(script), done: () => undefined };
  const led = await run(overheard(sdk(running, workflowsOf(program).values()), leader), running.start, limits, leader.decider(decide));
  done(led); debug.led = led;
  const follower = new Follower(leader.steps);
  try {
    const followed = await run(overheard(modelOf(running), follower), running.start, limits, follower.decide);
    debug.followed = followed; follower.done();
    return difference(observe(led), observe(followed));
  } catch (error) {
    if (!(error instanceof OffPlanError)) throw error;
    return { about: 'plan', sdk: leader.steps.join('\n'), model: error.message };
  }
}

export const debug: { led?: Run; followed?: Run } = {};
function run<C, W, T>(engine: Engine<C, W, T>, start: (client: C) => unknown, limits: Partial<Limits>, decide: Decider): Promise<Run> {
  const strays: Stray[] = [];
  const scenario: Scenario<C, W, T> = { name: 'generated', engine, start, limits };
  return drive(simulate(scenario as unknown as AnyScenario, decide, { strays }), (stray) => strays.push(stray));
}

const ABOUT = ['outcomes', 'positions', 'effects'] as const;

/** The first difference between what two runs came to. */
export function difference(sdkSaw: Observed, modelSaw: Observed): Disagreement | null {
  for (const about of ABOUT) {
    const [a, b] = [sdkSaw[about], modelSaw[about]];
    const index = a.findIndex((line, at) => line !== b[at]);
    const at = index < 0 ? a.length : index;
    if (at < b.length || at < a.length)
      return { about, sdk: a[at] ?? 'nothing more', model: b[at] ?? 'nothing more' };
  }
  return null;
}
