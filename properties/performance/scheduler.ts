/**
 * The workload as a user of `fc.scheduler` writes it: a durable engine in a few lines, whose calls are scheduled tasks.
 *
 * `one phase`: a call is one task. `both phases`: it is two (it lands, its answer comes back), as it is two moves on
 * Reprise: only then can a crash fall between an effect and its acknowledgement. `like for like`: both phases, and what
 * Reprise knows of a run besides: which branch made a call, and what happened in which order.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import * as fc from 'fast-check';

/** How much of what Reprise does is done here, too. */
export type Effort = 'one phase' | 'both phases' | 'like for like';

type Gate = (label: string) => Promise<void>;

/** Which branch is running: a call makes a child of the branch it is made in, and stands on it. */
const branch = new AsyncLocalStorage<{ readonly path: string; children: number }>();

/** The smallest durable engine: a journal of outcomes, and an epoch that ends with a crash. */
class Durable {
  readonly results = new Map<string, number>();
  readonly history: { readonly event: string; readonly label: string; readonly branch: string | null }[] = [];
  readonly #journal = new Map<string, number>();
  readonly #gate: Gate;
  readonly #effort: Effort;
  #epoch = 0;

  constructor(gate: Gate, effort: Effort) {
    this.#gate = gate;
    this.#effort = effort;
  }

  /** Ends the process: what it waits for is never heard of. */
  crash(): void {
    this.#epoch++;
    this.#note('crashed', 'executor');
  }

  async run(id: string): Promise<void> {
    const epoch = this.#epoch;
    if (this.#effort === 'like for like') branch.enterWith({ path: id, children: 0 });
    await this.#pass(epoch, `start ${id}`);
    if (this.results.has(id)) return;
    const total = (await this.#step(epoch, id, 'one', () => 1)) + (await this.#step(epoch, id, 'two', () => 2));
    await this.#call(epoch, `finish ${id}`, () => void this.results.set(id, total));
  }

  #step(epoch: number, id: string, name: string, body: () => number): Promise<number> {
    this.#enter();
    this.#note('entered', name);
    const recorded = this.#journal.get(`${id}/${name}`);
    if (recorded !== undefined) return this.#pass(epoch, `reply ${name}`).then(() => recorded);
    const value = body();
    return this.#call(epoch, name, () => void this.#journal.set(`${id}/${name}`, value)).then(() => value);
  }

  #enter(): void {
    if (this.#effort !== 'like for like') return;
    const parent = branch.getStore();
    branch.enterWith({ path: parent === undefined ? '' : `${parent.path}.${++parent.children}`, children: 0 });
  }

  async #call(epoch: number, label: string, land: () => void): Promise<void> {
    await this.#pass(epoch, `land ${label}`);
    land();
    if (this.#effort !== 'one phase') await this.#pass(epoch, `reply ${label}`);
  }

  async #pass(epoch: number, label: string): Promise<void> {
    if (epoch !== this.#epoch) return never();
    await this.#gate(label);
    if (epoch !== this.#epoch) return never();
    this.#note('passed', label);
  }

  #note(event: string, label: string): void {
    if (this.#effort === 'like for like') this.history.push({ event, label, branch: branch.getStore()?.path ?? null });
  }
}

/** A promise of its own for everybody who waits for ever: one for all would keep them all. */
const never = (): Promise<never> => new Promise(() => undefined);

async function once(
  gate: Gate,
  wait: (done: Promise<unknown>) => Promise<unknown>,
  effort: Effort,
  crashAt: number,
): Promise<void> {
  let passed = 0;
  let crash: () => void;
  const crashed = new Promise<'crashed'>((resolve) => {
    crash = () => resolve('crashed');
  });
  const engine: Durable = new Durable(async (label) => {
    await gate(label);
    if (passed++ !== crashAt) return;
    engine.crash();
    crash();
  }, effort);
  const begin = (): Promise<unknown> => Promise.all([engine.run('A'), engine.run('B')]);
  if ((await wait(Promise.race([crashed, begin()]))) === 'crashed') await wait(begin());
  for (const id of ['A', 'B'])
    if (engine.results.get(id) !== 3) throw new Error(`${id} came to ${engine.results.get(id)}`);
}

/** Tasks of a run without a crash: two starts, four steps and two ends, which have two phases. */
const TASKS = { 'one phase': 8, 'both phases': 14, 'like for like': 14 } as const;

/** `runs` runs on `fc.scheduler`, each with one crash, after any of the tasks. */
export async function onScheduler(seed: number, runs: number, effort: Effort): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.nat({ max: TASKS[effort] - 1 }), (s, crashAt) =>
      once(
        (label) => s.schedule(Promise.resolve(), label),
        (done) => s.waitFor(done),
        effort,
        crashAt,
      ),
    ),
    { seed, numRuns: runs },
  );
  branch.disable();
}

/** `runs` runs of the same engine with no harness: nothing is scheduled, every call is answered at once. */
export async function onNothing(runs: number): Promise<void> {
  for (let run = 0; run < runs; run++)
    await once(
      () => Promise.resolve(),
      (done) => done,
      'both phases',
      run % TASKS['both phases'],
    );
}
