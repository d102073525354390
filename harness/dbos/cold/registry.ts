/**
 * Registries of the SDK, one for each simulated process: which functions and classes are workflows, steps and configured
 * instances, and whether DBOS has been launched. A process that evaluates the user's modules for itself registers for
 * itself, under the same names as every other.
 *
 * The SDK keeps its registry in variables of one file. A private copy of them is that file evaluated once more: compiled
 * once, 25 µs a copy. Source: DBOS SDK 5.3.0, `decorators.js`.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { compileFunction } from 'node:vm';
import type { Sdk } from '../sdk.ts';

/** A registry: what the SDK's `decorators.js` exports. */
export type Registry = Sdk['decorators'];

/** Names that are the same in all registries: user code has imported the class before there was a second one. */
const SHARED: ReadonlySet<string> = new Set(['ConfiguredInstance', 'MethodRegistration']);

/** What of the SDK's registry differs from process to process. */
export function registryKeys(sdk: Sdk): (keyof Registry)[] {
  return Object.keys(sdk.decorators).filter((key) => !SHARED.has(key)) as (keyof Registry)[];
}

/** Makes registries for simulated processes that run one user's SDK. */
export class Registries {
  readonly #base: Registry;
  readonly #evaluate: (exports: object) => void;
  #made = 0;

  constructor(sdk: Sdk) {
    const require = createRequire(sdk.file('decorators'));
    // As it is, before its members are replaced by the state of whoever runs.
    this.#base = { ...sdk.decorators };
    const body = compileFunction(readFileSync(sdk.file('decorators'), 'utf8'), ['exports', 'require', '__dirname']);
    this.#evaluate = (exports) => void body(exports, require, dirname(sdk.file('decorators')));
  }

  /** A registry in which nothing is registered. */
  empty(): Registry {
    const registry = {} as Registry;
    this.#evaluate(registry);
    return registry;
  }

  /**
   * Takes over the configured instances of the classes in `registry`. Their constructor is the one that user code has
   * imported, and that enters them into the SDK's own registry: under a class nobody else has, for each evaluation has
   * its own. There they get a name of their own, since the SDK refuses two classes of one name when it is launched.
   */
  adopt(registry: Registry): void {
    registry.finalizeClassRegistrations();
    const number = ++this.#made;
    for (const name of registry.getAllRegisteredClassNames()) {
      const mine = registry.getClassRegistrationByName(name);
      const theirs = mine.ctor === undefined ? undefined : this.#base.getClassRegistration(mine.ctor, false).reg;
      if (theirs === undefined) continue;
      mine.configuredInstances = theirs.reg.configuredInstances;
      theirs.name = `${name} (evaluation ${number})`;
    }
  }
}
