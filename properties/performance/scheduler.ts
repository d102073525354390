/**
 * The same workload as a user of `fc.scheduler` would write it: a durable engine in a few lines, whose calls are scheduled
 * tasks.
 */
import * as fc from 'fast-check';

type Gate = (label: string) => Promise<void>;

/** The smallest durable engine: a journal of outcomes, and an epoch that ends with a crash. */
class Durable {
  readonly #journal = new Map<string, number>();
  readonly results = new Map<string, number>();
  readonly #gate: Gate;
  readonly #phases: 1 | 2;
  #epoch = 0;

  constructor(gate: Gate, phases: 1 | 2) {
    this.#gate = gate;
    this.#phases = phases;
  }

  /** Ends the process: what it waits for is never heard of. */
  crash(): void {
    this.#epoch++;
  }

  async run(id: string): Promise<void> {
    const epoch = this.#epoch;
    await this.#pass(epoch, `start ${id}`);
    if (this.results.has(id)) return;
    const total = (await this.#step(epoch, id, 'one', () => 1)) + (await this.#step(epoch, id, 'two', () => 2));
    await this.#call(epoch, `finish ${id}`, () => void this.results.set(id, total));
  }

  async #step(epoch: number, id: string, name: string, body: () => number): Promise<number> {
    const recorded = this.#journal.get(`${id}/${name}`);
    if (recorded !== undefined) {
      await this.#pass(epoch, `reply ${name}`);
      return recorded;
    }
    const value = body();
    await this.#call(epoch, name, () => void this.#journal.set(`${id}/${name}`, value));
    return value;
  }

  async #call(epoch: number, label: string, land: () => void): Promise<void> {
    await this.#pass(epoch, `land ${label}`);
    land();
    if (this.#phases === 2) await this.#pass(epoch, `reply ${label}`);
  }

  async #pass(epoch: number, label: string): Promise<void> {
    if (epoch !== this.#epoch) return NEVER;
    await this.#gate(label);
    if (epoch !== this.#epoch) return NEVER;
  }
}

const NEVER = new Promise<never>(() => undefined);

async function once(
  gate: Gate,
  wait: (done: Promise<unknown>) => Promise<unknown>,
  phases: 1 | 2,
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
  }, phases);
  const begin = (): Promise<unknown> => Promise.all([engine.run('A'), engine.run('B')]);
  if ((await wait(Promise.race([crashed, begin()]))) === 'crashed') await wait(begin());
  for (const id of ['A', 'B'])
    if (engine.results.get(id) !== 3) throw new Error(`${id} came to ${engine.results.get(id)}`);
}

/** `runs` runs on `fc.scheduler`. */
export async function scheduler(seed: number, runs: number, phases: 1 | 2): Promise<void> {
  const moments = phases === 2 ? 13 : 7;
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.nat({ max: moments }), (s, crashAt) =>
      once(
        (label) => s.schedule(Promise.resolve(), label),
        (done) => s.waitFor(done),
        phases,
        crashAt,
      ),
    ),
    { seed, numRuns: runs },
  );
}

/** `runs` runs with no harness: nothing is scheduled, every call is answered at once. */
export async function bare(runs: number): Promise<void> {
  for (let run = 0; run < runs; run++)
    await once(
      () => Promise.resolve(),
      (done) => done,
      2,
      run % 14,
    );
}
