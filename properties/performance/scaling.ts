/**
 * What a decision costs as programs grow: more steps in one workflow (longer histories, longer replays), and more workflows
 * side by side (more options at every choice). One crash in every run, every choice uniform, all checks on.
 */
import { explore, model, scenario, type Strategy, type Workflow } from '../../harness/index.ts';
import { random } from '../../harness/random.ts';
import { median, type Spent, spent } from './measure.ts';

/** One size of one program. */
export interface Size {
  readonly steps: number;
  readonly workflows: number;
}

/** What was measured, in microseconds for each decision: the medians of the rounds. */
export interface SizeRow extends Size {
  readonly decisions: number;
  readonly clockUs: number;
  readonly cpuUs: number;
  /** How many times what a decision costs at the smallest size: the medians of the same, round by round. */
  readonly timesTheFirst: Spent;
}

const GROWING_STEPS: readonly Size[] = [10, 100, 1_000, 10_000].map((steps) => ({ steps, workflows: 1 }));
const GROWING_WORKFLOWS: readonly Size[] = [1, 10, 100, 1_000].map((workflows) => ({ steps: 3, workflows }));

/** Enough decisions for each size that compiling and collecting garbage are part of every figure. */
const DECISIONS_PER_ROUND = 60_000;
const RUNS_MIN = 6;
/**
 * Each campaign begins with so many runs again that are not measured. What is not used for a while, V8 forgets how to run
 * fast; and a campaign makes its calm run twice, which of few runs would be much.
 */
const WARM_UP_SHARE = 0.5;
const WARM_UP_ROUNDS = 1;
const ROUNDS = 11;

/** Measures how a decision's cost grows with steps and with workflows. */
export async function measureScaling(): Promise<{ readonly steps: SizeRow[]; readonly workflows: SizeRow[] }> {
  return { steps: await growing(GROWING_STEPS), workflows: await growing(GROWING_WORKFLOWS) };
}

/** Measures `sizes`, smallest first, in rounds that go through all of them. */
async function growing(sizes: readonly Size[]): Promise<SizeRow[]> {
  const rounds: Cost[][] = [];
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    const costs: Cost[] = [];
    for (const size of sizes) costs.push(await measure(size, `${round}`));
    if (round >= WARM_UP_ROUNDS) rounds.push(costs);
  }
  const over = (figure: (costs: readonly Cost[]) => number): number => median(rounds.map(figure));
  return sizes.map((size, index) => ({
    ...size,
    decisions: rounds[0]![index]!.decisions,
    clockUs: over((costs) => costs[index]!.clockUs),
    cpuUs: over((costs) => costs[index]!.cpuUs),
    timesTheFirst: {
      clockUs: over((costs) => costs[index]!.clockUs / costs[0]!.clockUs),
      cpuUs: over((costs) => costs[index]!.cpuUs / costs[0]!.cpuUs),
    },
  }));
}

/** What one decision costs, and over how many that was measured. */
interface Cost extends Spent {
  readonly decisions: number;
}

async function measure(size: Size, seed: string): Promise<Cost> {
  const measured = Math.max(RUNS_MIN, Math.ceil(DECISIONS_PER_ROUND / (size.steps * size.workflows * 3)));
  const warmUp = Math.ceil(WARM_UP_SHARE * measured);
  const meter = { decisions: 0, from: spent(), to: spent() };
  const found = await explore(programOf(size), {
    runsMax: warmUp + measured,
    strategies: [metered(oneCrash(seed, size), warmUp, meter)],
  });
  if (found.finding !== null) throw new Error(found.finding.violations[0]!.because);
  const { decisions, from, to } = meter;
  return { decisions, clockUs: (to.clockUs - from.clockUs) / decisions, cpuUs: (to.cpuUs - from.cpuUs) / decisions };
}

interface Meter {
  decisions: number;
  from: Spent;
  to: Spent;
}

/** The same strategy; `meter` is told what its runs take from run `first` on, judging them included. */
function* metered(strategy: Strategy, first: number, meter: Meter): Strategy {
  let plan = strategy.next();
  for (let number = 0; plan.done !== true; number++) {
    if (number === first) meter.from = spent();
    const run = yield plan.value;
    if (number >= first) {
      meter.decisions += run.decisions.length;
      meter.to = spent();
    }
    plan = strategy.next(run);
  }
  return plan.value;
}

function programOf({ steps, workflows }: Size) {
  const many: Workflow = async (ctx) => {
    let total = 0;
    for (let step = 0; step < steps; step++) total += await ctx.step('add', () => step);
    return total;
  };
  return scenario({
    name: `${workflows} workflows of ${steps} steps`,
    engine: model({ workflows: () => ({ many }) }),
    start: (client) =>
      Promise.all(Array.from({ length: workflows }, (_, index) => client.start('many', { id: `w-${index}` }))),
    limits: { crashesMax: 1, movesMax: 1_000_000 },
  });
}

/** Every choice uniform but for one crash, anywhere in the first execution. */
function* oneCrash(seed: string, { steps, workflows }: Size): Strategy {
  const draw = random(seed, 'one crash');
  for (;;) {
    let crashIn = draw.below(2 * steps * workflows);
    yield (choice) => {
      const last = choice.size - 1;
      if (choice.option(last).kind !== 'crash') return draw.below(choice.size);
      return crashIn-- === 0 ? last : draw.below(last);
    };
  }
}
