/**
 * The workload that harnesses are compared on, as a user of Reprise writes it: two workflows of two steps each, one crash
 * at a random moment, recovery from the journal, and a check of what came of it.
 */
import { explore, model, scenario, type Strategy, type Workflow } from '../../harness/index.ts';
import { random as stream } from '../../harness/random.ts';

/** What every arm computes: step k of a workflow yields k, the workflow returns their sum. */
const one = (): number => 1;
const two = (): number => 2;

const sum: Workflow = async (ctx) => (await ctx.step('one', one)) + (await ctx.step('two', two));

/** The workload on the model engine. */
export const WORKLOAD = scenario({
  name: 'two workflows, two steps, one crash',
  engine: model({ workflows: () => ({ sum }) }),
  start: (client) => Promise.all([client.start('sum', { id: 'A' }), client.start('sum', { id: 'B' })]),
  check: ({ results }) => {
    for (const id of ['A', 'B']) {
      const result = results[id];
      if (result?.status !== 'SUCCESS' || result.value !== 3)
        throw new Error(`${id} came to ${JSON.stringify(result)}`);
    }
  },
  limits: { crashesMax: 1 },
});

/** Moments at which the process has something to lose: between the moves that come after the first start. */
const CRASH_POINTS = 13;

/** Every choice uniform, and one crash in every run, anywhere in it: what the other arms do, too. */
function* oneCrash(seed: string): Strategy {
  const draw = stream(seed, 'one crash');
  for (;;) {
    let crashIn = draw.below(CRASH_POINTS);
    yield (choice) => {
      const last = choice.size - 1;
      if (choice.option(last).kind !== 'crash') return draw.below(choice.size);
      return crashIn-- === 0 ? last : draw.below(last);
    };
  }
}

/** `runs` runs on Reprise, judged by all checks. */
export async function onReprise(seed: string, runs: number): Promise<void> {
  const found = await explore(WORKLOAD, { seed, runsMax: runs, strategies: [oneCrash(seed)] });
  if (found.finding !== null) throw new Error(found.finding.violations[0]!.because);
}
