/**
 * What a decision costs as programs grow: more steps in one workflow (longer histories, longer replays), and more workflows
 * side by side (more options at every choice). One crash in every run, every choice uniform, all checks on.
 */
import { explore, model, scenario, type Strategy, type Workflow } from '../../harness/index.ts';
import { random } from '../../harness/random.ts';
import { cpuUs, median } from './measure.ts';

/** One size of one program. */
export interface Size {
  readonly steps: number;
  readonly workflows: number;
}

/** What was measured: `usPerDecision` is processor time, in microseconds. */
export interface SizeRow extends Size {
  readonly decisions: number;
  readonly usPerDecision: number;
}

const GROWING_STEPS: readonly Size[] = [10, 100, 1_000, 10_000].map((steps) => ({ steps, workflows: 1 }));
const GROWING_WORKFLOWS: readonly Size[] = [1, 10, 100, 1_000].map((workflows) => ({ steps: 3, workflows }));

/** Enough decisions for each size that compiling and collecting garbage are part of every figure. */
const DECISIONS_PER_ROUND = 60_000;
const ROUNDS = 5;

/** Measures every size, in rounds that go through all of them, and takes the median of the rounds. */
export async function measureScaling(): Promise<{ readonly steps: SizeRow[]; readonly workflows: SizeRow[] }> {
  const sizes = [...GROWING_STEPS, ...GROWING_WORKFLOWS];
  const rounds: SizeRow[][] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const rows: SizeRow[] = [];
    for (const size of sizes) rows.push(await measure(size, `${round}`));
    // The first round warms up.
    if (round > 0) rounds.push(rows);
  }
  const rows = sizes.map((_, index) => ({
    ...rounds[0]![index]!,
    usPerDecision: median(rounds.map((row) => row[index]!.usPerDecision)),
  }));
  return { steps: rows.slice(0, GROWING_STEPS.length), workflows: rows.slice(GROWING_STEPS.length) };
}

async function measure(size: Size, seed: string): Promise<SizeRow> {
  const program = programOf(size);
  const runsMax = Math.max(2, Math.ceil(DECISIONS_PER_ROUND / (size.steps * size.workflows * 3)));
  let decisions = 0;
  const us = await cpuUs(async () => {
    const found = await explore(program, { runsMax, strategies: [oneCrash(seed, size)] });
    if (found.finding !== null) throw new Error(found.finding.violations[0]!.because);
    decisions = found.decisions;
  });
  return { ...size, decisions, usPerDecision: us / decisions };
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
    yield ({ options }) => {
      const last = options.length - 1;
      if (options[last]!.kind !== 'crash') return draw.below(options.length);
      return crashIn-- === 0 ? last : draw.below(last);
    };
  }
}
