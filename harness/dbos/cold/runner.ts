/**
 * Evaluates modules anew under vitest, whose module runner keeps what it has evaluated in a map: what is taken out of it is
 * evaluated again. (`vi.resetModules()` takes everything out, the user's fakes included.)
 *
 * Source: vite 8, `EvaluatedModules` of its module runner; vitest 4 keeps the map in its worker's state.
 */
import type { Modules } from './modules.ts';

interface ModuleNode {
  readonly evaluated: boolean;
  readonly meta?: object;
}

interface EvaluatedModules {
  readonly idToModuleMap: ReadonlyMap<string, ModuleNode>;
  invalidateModule(module: ModuleNode): void;
}

/** Null: no vitest runs here, or one that keeps its modules elsewhere. */
export function runnerModules(): Modules | null {
  const worker = (globalThis as { readonly __vitest_worker__?: { readonly evaluatedModules?: EvaluatedModules } })
    .__vitest_worker__;
  const evaluated = worker?.evaluatedModules;
  return evaluated === undefined ? null : new RunnerModules(evaluated);
}

class RunnerModules implements Modules {
  readonly #evaluated: EvaluatedModules;
  /** Modules that only applications import. */
  readonly #brought = new Set<string>();

  constructor(evaluated: EvaluatedModules) {
    this.#evaluated = evaluated;
  }

  async anew<App>(app: () => App | Promise<App>): Promise<{ result: App; evaluated: number }> {
    const { idToModuleMap } = this.#evaluated;
    for (const id of this.#brought) {
      const module = idToModuleMap.get(id);
      if (module !== undefined) this.#evaluated.invalidateModule(module);
    }
    const before = this.#own();
    const result = await app();
    const evaluated = [...this.#own()].filter((id) => !before.has(id));
    for (const id of evaluated) this.#brought.add(id);
    return { result, evaluated: evaluated.length };
  }

  /** Modules that vitest has evaluated itself; packages are left to Node. */
  #own(): Set<string> {
    const own = new Set<string>();
    for (const [id, { evaluated, meta }] of this.#evaluated.idToModuleMap)
      if (evaluated && meta !== undefined && !('externalize' in meta)) own.add(id);
    return own;
  }
}
