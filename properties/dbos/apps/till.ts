/** An application with a configured instance, which is found by its name when its workflow is recovered. */
import { ConfiguredInstance, DBOS } from '@dbos-inc/dbos-sdk';

class Till extends ConfiguredInstance {
  readonly #cents: number;

  constructor(name: string, cents: number) {
    super(name);
    this.#cents = cents;
  }

  sell(count: number): Promise<number> {
    return DBOS.runStep(() => Promise.resolve(count * this.#cents), { name: 'multiply' });
  }
}

// As a compiler writes `@DBOS.workflow()`.
const descriptor = Object.getOwnPropertyDescriptor(Till.prototype, 'sell')!;
Object.defineProperty(Till.prototype, 'sell', DBOS.workflow()(Till.prototype, 'sell', descriptor) ?? descriptor);

export const till = new Till('corner', 250);
