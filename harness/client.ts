/**
 * Calls from outside: what a scenario's `start` does on the model engine.
 */
import { Arrivals } from './arrivals.ts';
import type { Executor } from './executor.ts';
import type { Journal } from './journal.ts';
import type { Offer } from './offer.ts';
import { isFinal } from './rows.ts';
import type { Scheduler } from './scheduler.ts';
import { decode, decodeError, encode } from './values.ts';

/** What a client can do. Calls are made in any order that respects what the client awaits. */
export interface Client {
  /** Starts a workflow, once for each id; a repeat changes nothing. It runs on the first executor that is up, unless queued. */
  start(
    workflow: string,
    options: { readonly id: string; readonly input?: unknown; readonly queued?: boolean },
  ): Promise<void>;
  send(to: string, message: unknown, topic?: string): Promise<void>;
  cancel(workflow: string): Promise<void>;
  resume(workflow: string): Promise<void>;
  /** What the workflow returned, once it has ended. Rejects with what it threw, or if it was cancelled. */
  result<T = unknown>(workflow: string): Promise<T>;
}

/** The client of one run. */
export class Outside {
  readonly client: Client;
  readonly #process: Executor;
  readonly #journal: Journal;
  readonly #scheduler: Scheduler;
  readonly #arrivals: Arrivals;

  /** `launch` starts a workflow that is not queued. */
  constructor(
    process: Executor,
    journal: Journal,
    scheduler: Scheduler,
    launch: (workflow: string, id: string, input: string, queued: boolean) => void,
  ) {
    this.#process = process;
    this.#journal = journal;
    this.#scheduler = scheduler;
    this.#arrivals = new Arrivals(process, scheduler);
    this.client = {
      start: (workflow, { id, input, queued = false }) =>
        this.#arrivals.call(`start ${id}`, () => launch(workflow, id, encode(input), queued)),
      send: (to, message, topic = '') =>
        this.#arrivals.call(`send ${to}${topic === '' ? '' : `/${topic}`}`, () =>
          journal.send(to, topic, encode(message)),
        ),
      cancel: (workflow) => this.#arrivals.call(`cancel ${workflow}`, () => journal.cancel(workflow)),
      resume: (workflow) => this.#arrivals.call(`resume ${workflow}`, () => journal.resume(workflow)),
      result: (workflow) => this.#result(workflow),
    };
  }

  /** Calls that may arrive now, oldest first. */
  moves(into: Offer): void {
    this.#arrivals.offer(into);
  }

  async #result<T>(workflow: string): Promise<T> {
    const name = this.#process.name(`result ${workflow}`);
    const nobody = { workflow: null, attempt: null, position: null };
    await this.#scheduler.wait({ executor: this.#process, name, origin: nobody }, () => {
      const row = this.#journal.workflows.get(workflow);
      return row !== undefined && isFinal(row.status);
    });
    const { status, outcome } = this.#journal.row(workflow);
    if (outcome === null) throw new Error(`workflow ${workflow} ended with status ${status}`);
    if (!outcome.ok) throw decodeError(outcome.text);
    return decode(outcome.text) as T;
  }
}
