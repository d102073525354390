/**
 * The workload on a real PostgreSQL, by freeze and fence: calls to the database are held back and let through one at a
 * time, in a random order. To crash, an execution is never answered again, and is fenced by the next, which recovers the
 * workflow. The process lives on, so this is the quickest way to crash and recover on a real database.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { findSdk } from '../../harness/dbos/sdk.ts';
import { type Random, random } from '../../harness/random.ts';
import { interleaved } from './interleaved.ts';

/** Calls of the first execution that are held back: a read and a record for each step. The last one is always reached. */
const CRASH_POINTS = 12;

/** Holds calls of executions back, and lets them through one at a time. */
class Gate {
  crashed: Promise<void> = Promise.resolve();
  #crash = (): void => undefined;
  #waiting: (() => Promise<void>)[] = [];
  #crashIn = 0;
  /** Tokens of executions that have crashed, and of the one that runs. */
  readonly #dead = new Set<string>();
  #alive = '';
  #busy = false;
  #draw: Random = random('', '');

  /** Begins a run: its first execution crashes. */
  begin(seed: string): void {
    this.#draw = random(seed, 'freeze');
    this.#crashIn = this.#draw.below(CRASH_POINTS);
    this.crashed = new Promise((resolve) => (this.#crash = resolve));
  }

  /** A call of the execution with this token. It never hears of it if it crashes before. */
  pass<T>(token: string, call: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#dead.has(token)) return;
      this.#alive = token;
      this.#waiting.push(() => call().then(resolve, reject));
      setImmediate(() => void this.#next());
    });
  }

  async #next(): Promise<void> {
    if (this.#busy || this.#waiting.length === 0) return;
    if (this.#crashIn-- === 0) {
      this.#dead.add(this.#alive);
      this.#waiting = [];
      return this.#crash();
    }
    this.#busy = true;
    const [call] = this.#waiting.splice(this.#draw.below(this.#waiting.length), 1);
    await call!();
    this.#busy = false;
    setImmediate(() => void this.#next());
  }
}

/** Launches the SDK over the database at `url`. Returns what makes runs, each with one crash. */
export async function launchFrozen(url: string): Promise<(runs: number) => Promise<void>> {
  DBOS.setConfig({ name: 'frozen', applicationVersion: 'v1', systemDatabaseUrl: url, logLevel: 'error' });
  await DBOS.launch();
  const { context, executor, queues, utils } = findSdk(process.cwd());
  const instance = executor.DBOSExecutor.globalInstance!;
  const database = instance.systemDatabase;
  // Private, but it is what its own loop does every second.
  const runner = queues.wfQueueRunner as unknown as { pollQueue(by: object, queue: object): Promise<unknown> };
  const internal = queues.wfQueueRunner.getInternalQueue(utils.INTERNAL_QUEUE_NAME)!;
  const gate = new Gate();
  let ended = (): void => undefined;
  const held =
    <A extends [string, ...unknown[]], T>(original: (...args: A) => Promise<T>) =>
    (...args: A): Promise<T> =>
      gate.pass(context.currentOwnerXid(args[0])!, () => original(...args));
  database.recordOperationResult = held(database.recordOperationResult.bind(database));
  database.getOperationResultAndThrowIfCancelled = held(database.getOperationResultAndThrowIfCancelled.bind(database));
  const finish = database.recordWorkflowOutput.bind(database);
  database.recordWorkflowOutput = async (...args) => {
    const recorded = await finish(...args);
    ended();
    return recorded;
  };
  let made = 0;
  return async (runs) => {
    for (let run = 0; run < runs; run++) {
      const [workflowID, over] = [`${process.pid}-${made}`, new Promise<void>((resolve) => (ended = resolve))];
      gate.begin(`${made++}`);
      await DBOS.startWorkflow(interleaved, { workflowID })();
      await gate.crashed;
      await instance.recoverPendingWorkflows([instance.executorID]);
      await runner.pollQueue(instance, internal);
      await over;
    }
  };
}
