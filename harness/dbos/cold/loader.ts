/**
 * Evaluates modules anew with Node's own loader, which evaluates a URL once: a module that is to be evaluated again gets
 * another one. What has been evaluated is never given back: some 10 kB stay for each module and evaluation.
 *
 * Source: Node, `module.register`.
 */
import { once } from 'node:events';
import { register } from 'node:module';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { Said } from './hooks.ts';
import type { Modules } from './modules.ts';

/** Asks Node's loader to tell evaluations apart, from now on. */
export function loaderModules(): Modules {
  const { port1, port2 } = new MessageChannel();
  const hooks = import.meta.url.replace(/loader(\.[jt]s)$/, 'hooks$1');
  register(hooks, { data: { port: port2 }, transferList: [port2] });
  return new LoaderModules(port1);
}

class LoaderModules implements Modules {
  readonly #port: MessagePort;
  #evaluations = 0;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  async anew<App>(app: () => App | Promise<App>): Promise<{ result: App; evaluated: number }> {
    this.#port.postMessage({ evaluation: ++this.#evaluations } satisfies Said);
    const counted = once(this.#port, 'message') as Promise<[number]>;
    const end = async (): Promise<number> => {
      this.#port.postMessage({ evaluation: null } satisfies Said);
      return (await counted)[0];
    };
    try {
      const result = await app();
      return { result, evaluated: await end() };
    } catch (error) {
      await end();
      throw error;
    }
  }
}
