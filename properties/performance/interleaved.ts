/**
 * What the dbos engine is measured on: one workflow of the real SDK that runs two sequences of three same-named steps side
 * by side, one crash at a random moment, recovery. A third of these runs come to a wrong result, as the program is wrong.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { judge } from '../../harness/checker.ts';
import type { Decider } from '../../harness/decision.ts';
import { dbos } from '../../harness/dbos/index.ts';
import { replay, type Run, scenario } from '../../harness/index.ts';
import { type Random, random as stream } from '../../harness/random.ts';
import { KnownRuns } from '../../harness/reference.ts';
import type { Loop } from '../../harness/loop.ts';
import { drive, type Stray } from '../../harness/settle.ts';
import type { AnyScenario } from '../../harness/scenario.ts';
import { simulate } from '../../harness/simulation.ts';
import { windowsOf } from '../../harness/windows.ts';

const sequence = async (which: string): Promise<string[]> => {
  const got: string[] = [];
  for (let step = 1; step <= 3; step++)
    got.push(await DBOS.runStep(() => Promise.resolve(`${which}${step}`), { name: 'work' }));
  return got;
};

/** Two sequences of three steps of one name, side by side. */
export const interleaved = DBOS.registerWorkflow(() => Promise.all([sequence('A'), sequence('B')]), {
  name: 'interleaved',
});

/** Six steps, one after another, or in two sequences side by side: what the SDK alone takes for is its floor. */
export const STEPS = 6;

/** The workload, to be run or explored. */
export const INTERLEAVED = scenario({
  name: 'two interleaved sequences of three steps, one crash',
  engine: dbos(),
  start: () => DBOS.startWorkflow(interleaved, { workflowID: 'w' })(),
  limits: { crashesMax: 1 },
});

/** Decisions of the shortest first execution at which it has something to lose. */
const CRASH_POINTS = 12;

/** Every choice uniform, and one crash in every run, anywhere in the first execution. */
function oneCrash(draw: Random): Decider {
  let crashIn = draw.below(CRASH_POINTS);
  return (choice) => {
    const last = choice.size - 1;
    if (choice.option(last).kind !== 'crash') return draw.below(choice.size);
    return crashIn-- === 0 ? last : draw.below(last);
  };
}

/** What runs amounted to. */
export interface Tally {
  runs: number;
  decisions: number;
  moves: number;
  crashes: number;
  finished: number;
}

/** `runs` runs under random schedules, each told to `see`; by default they are only recorded. */
export async function onEngine(
  seed: string,
  runs: number,
  see: (run: Run) => void = () => undefined,
  program: AnyScenario = INTERLEAVED as unknown as AnyScenario,
): Promise<Tally> {
  const strays: Stray[] = [];
  const tally: Tally = { runs: 0, decisions: 0, moves: 0, crashes: 0, finished: 0 };
  const draw = stream(seed, 'one crash');
  function* loop(): Loop<void> {
    for (; tally.runs < runs; tally.runs++) {
      const made = (yield simulate(program, oneCrash(draw), { strays })) as Run;
      tally.decisions += made.decisions.length;
      tally.moves += made.moves;
      if (made.ending.how === 'finished') tally.finished++;
      if (made.decisions.some((decision) => decision.option(decision.chose).kind === 'crash')) tally.crashes++;
      see(made);
      yield 'breathe';
    }
  }
  await drive(loop(), (stray) => strays.push(stray));
  return tally;
}

/** As `onEngine`, each run judged as `explore` judges: every check, held against what earlier runs have shown. */
export async function onEngineJudged(seed: string, runs: number): Promise<Tally> {
  const known = new KnownRuns(null);
  known.learn(await replay(INTERLEAVED, []));
  return onEngine(seed, runs, (made) => {
    windowsOf(made);
    judge(made, known);
    known.learn(made);
  });
}
