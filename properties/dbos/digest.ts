/**
 * One number for thousands of runs of a rich program of the real SDK: equal on every Node, whenever it is computed.
 * `node digest.js [seeds]` makes the runs of so many seeds twice, the second time in reverse order, and prints it.
 */
import { createHash } from 'node:crypto';
import { DBOS } from '@dbos-inc/dbos-sdk';
import type { Decider } from '../../harness/decision.ts';
import { dbos } from '../../harness/dbos/index.ts';
import { fingerprint, type Run, scenario } from '../../harness/index.ts';
import { random as stream } from '../../harness/random.ts';
import type { AnyScenario } from '../../harness/scenario.ts';
import type { Loop } from '../../harness/loop.ts';
import { drive, type Stray } from '../../harness/settle.ts';
import { simulate } from '../../harness/simulation.ts';

const step = <T>(name: string, value: T): Promise<T> => DBOS.runStep(() => Promise.resolve(value), { name });

const child = DBOS.registerWorkflow(
  async (times: number) => {
    await DBOS.sleep(1_000);
    return DBOS.runStep(() => Promise.resolve(times * 2 + Math.random() + Date.now()), { name: 'double' });
  },
  { name: 'digest.child' },
);

/** Waits in a queue for its turn, and fails half of the time. */
const queued = DBOS.registerWorkflow(
  async (which: number) => {
    const [id, atMs] = [await DBOS.randomUUID(), await DBOS.now()];
    const flaky = (): Promise<unknown> =>
      Math.random() < 0.5 ? Promise.reject(new Error(`flaky at ${performance.now()}`)) : Promise.resolve([id, atMs]);
    await DBOS.runStep(flaky, { name: 'flaky', retriesAllowed: true, maxAttempts: 2, intervalSeconds: 2 });
    await DBOS.send('w', `from ${which}`, 'topic');
    return which;
  },
  { name: 'digest.queued' },
);

const sequence = async (which: string): Promise<string> => {
  const first = await step(which, `${which}1`);
  return `${first} ${await step(which, `${which}2`)}`;
};

/** Something of everything: children, a queue, retries, messages, a race, events, recorded time and ids, two sequences. */
const rich = DBOS.registerWorkflow(
  async () => {
    const doubled = await DBOS.startWorkflow(child)(21);
    for (const which of [0, 1])
      await DBOS.startWorkflow(queued, { queueName: 'digest', workflowID: `q-${which}` })(which);
    const late = DBOS.sleep(700).then(() => 'late');
    const sides = await Promise.allSettled([
      sequence('a'),
      sequence('b'),
      Promise.race([DBOS.recv<string>('topic', 5), late]),
    ]);
    await DBOS.setEvent('key', Date.now());
    const seen = await DBOS.getEvent<number>('w', 'key', 3);
    return { sides, seen, doubled: await doubled.getResult(), rest: await DBOS.recv<string>('topic', 1) };
  },
  { name: 'digest.rich' },
);

/** Two executors, two crashes, one suspension. */
export const RICH = scenario({
  name: 'rich',
  engine: dbos(),
  start: async () => {
    await DBOS.registerQueue('digest', { concurrency: 1 });
    await DBOS.startWorkflow(rich, { workflowID: 'w' })();
  },
  limits: { executors: 2, crashesMax: 2, suspensionsMax: 1 },
});

const FAULTS: ReadonlySet<string> = new Set(['crash', 'suspend', 'takeover']);
const FAULT_RATE = 0.03;

/** Uniform over what brings things forward, and a fault now and then. */
function decider(seed: number): Decider {
  const draw = stream(`${seed}`, 'digest');
  return (choice) => {
    let calm = choice.size;
    while (calm > 0 && FAULTS.has(choice.option(calm - 1).kind)) calm--;
    const faulty = calm < choice.size && (calm === 0 || draw.unit() < FAULT_RATE);
    return faulty ? calm + draw.below(choice.size - calm) : draw.below(calm);
  };
}

/** The runs of these seeds, one after another, each told to `see`. */
export async function runSeeds(seeds: readonly number[], see: (seed: number, run: Run) => void): Promise<void> {
  const strays: Stray[] = [];
  function* loop(): Loop<void> {
    for (const seed of seeds) {
      see(seed, (yield simulate(RICH as unknown as AnyScenario, decider(seed), { strays })) as Run);
      yield 'breathe';
    }
  }
  await drive(loop(), (stray) => strays.push(stray));
}

/** What the runs of some seeds are, and which of them were others when they were made again, in reverse order. */
export interface Digest {
  readonly sha256: string;
  readonly seeds: number;
  readonly decisions: number;
  readonly endings: Readonly<Record<string, number>>;
  readonly differing: readonly number[];
}

const hashed = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Makes the runs of the seeds 1 to `seeds`, twice. */
export async function digest(seeds: number): Promise<Digest> {
  const order = Array.from({ length: seeds }, (_, index) => index + 1);
  const whole = createHash('sha256');
  const known = new Map<number, string>();
  const endings: Record<string, number> = {};
  let decisions = 0;
  await runSeeds(order, (seed, run) => {
    const text = fingerprint(run);
    whole.update(text);
    known.set(seed, hashed(text));
    decisions += run.decisions.length;
    const ending = `${run.ending.how}, ${run.results['w']?.status ?? 'not started'}`;
    endings[ending] = (endings[ending] ?? 0) + 1;
  });
  const differing: number[] = [];
  await runSeeds(order.toReversed(), (seed, run) => {
    if (hashed(fingerprint(run)) !== known.get(seed)) differing.push(seed);
  });
  return { sha256: whole.digest('hex'), seeds, decisions, endings, differing };
}

if (process.argv[1] === import.meta.filename)
  process.stdout.write(`${JSON.stringify(await digest(Number(process.argv[2] ?? 100)))}\n`);
