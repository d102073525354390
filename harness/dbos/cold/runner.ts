/**
 * Evaluates modules anew under vitest, whose module runner keeps what it has evaluated in a map: what is taken out of it is
 * evaluated again. (`vi.resetModules()` takes everything out, the user's fakes included.)
 *
 * Source: vite 8, `EvaluatedModules` of its module runner, which vitest 4 and 5 keep in the worker's state; vite-node 3,
 * `ModuleCacheMap`, which vitest 3 keeps there.
 */
import type { Modules } from './modules.ts';

/** What has been transformed, rather than left to Node, has `code` in vite-node, and `meta` that says so in vite. */
interface ModuleNode {
  readonly evaluated?: boolean;
  readonly meta?: object;
  readonly code?: string;
}

interface EvaluatedModules {
  readonly idToModuleMap: ReadonlyMap<string, ModuleNode>;
  invalidateModule(module: ModuleNode): void;
}

type ModuleCache = ReadonlyMap<string, ModuleNode> & Pick<EvaluatedModules, 'invalidateModule'>;

interface VitestWorker {
  readonly evaluatedModules?: EvaluatedModules;
  readonly moduleCache?: ModuleCache;
}

/** Null: no vitest runs here, or one that keeps its modules elsewhere. */
export function runnerModules(): Modules | null {
  const { __vitest_worker__: worker } = globalThis as { readonly __vitest_worker__?: VitestWorker };
  const { evaluatedModules, moduleCache } = worker ?? {};
  if (evaluatedModules !== undefined) return new RunnerModules(evaluatedModules);
  if (moduleCache === undefined) return null;
  const invalidateModule = (module: ModuleNode): void => moduleCache.invalidateModule(module);
  return new RunnerModules({ idToModuleMap: moduleCache, invalidateModule });
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
    for (const [id, { evaluated, meta, code }] of this.#evaluated.idToModuleMap)
      if (evaluated === true && (code !== undefined || (meta !== undefined && !('externalize' in meta)))) own.add(id);
    return own;
  }
}
