/**
 * Processes that have evaluated the user's application for themselves, made before a run and used up by it: a crash takes
 * all variables of its modules with it, as it does in production.
 */
import type { Limits } from '../../cluster.ts';
import { newProcess } from '../process.ts';
import type { Sdk } from '../sdk.ts';
import type { Takeover } from '../takeover.ts';
import { loaderModules } from './loader.ts';
import type { Modules } from './modules.ts';
import { runnerModules } from './runner.ts';
import { Registries, type Registry } from './registry.ts';

/** The application shares all its modules with the test: nothing of it would die in a crash. */
export class NothingToEvaluateError extends Error {
  override readonly name = 'NothingToEvaluateError';
  constructor() {
    super(
      '`app` imports nothing that was not imported before: no variable of a module would be lost in a simulated crash. ' +
        'Import the modules of the workflows in `app` only (`dbos({ app: () => import("./app") })`), ' +
        'and start workflows from what it gives: `start: (app) => DBOS.startWorkflow(app.checkout)()`',
    );
  }
}

let known: Modules | null = null;

/** Vitest's module runner where it runs the tests, else Node's own loader. */
const modules = (): Modules => (known ??= runnerModules() ?? loaderModules());

/** One evaluation of the application. */
export interface Evaluated<App> {
  /** What its modules have registered. */
  readonly registry: Registry;
  /** What `app` gave. */
  readonly app: App;
}

/** Evaluations of one application that no process has used yet. */
export class Apps<App> {
  readonly #takeover: Takeover;
  readonly #app: () => App | Promise<App>;
  readonly #registries: Registries;
  readonly #unused: Evaluated<App>[] = [];

  constructor(sdk: Sdk, takeover: Takeover, app: () => App | Promise<App>) {
    this.#takeover = takeover;
    this.#app = app;
    this.#registries = new Registries(sdk);
  }

  /** Evaluates the application until there are enough for every process that a run can have; null: there are. */
  prepare({ executors, crashesMax }: Limits): Promise<void> | null {
    // One for the client; a crash takes one away.
    const enough = 1 + executors + crashesMax;
    this.#takeover.separate();
    return this.#unused.length >= enough ? null : this.#fill(enough);
  }

  /** For a process that starts. */
  take(): Evaluated<App> {
    return this.#unused.shift()!;
  }

  async #fill(enough: number): Promise<void> {
    while (this.#unused.length < enough) this.#unused.push(await this.#evaluate());
  }

  async #evaluate(): Promise<Evaluated<App>> {
    const registry = this.#registries.empty();
    const { slot } = newProcess(this.#takeover, registry);
    const end = this.#takeover.admit(slot);
    try {
      const { result, evaluated } = await modules().anew(this.#app);
      if (evaluated === 0) throw new NothingToEvaluateError();
      this.#registries.adopt(registry);
      return { registry, app: result };
    } finally {
      end();
    }
  }
}
