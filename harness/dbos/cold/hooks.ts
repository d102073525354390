/**
 * What Node's loader asks while an application is evaluated. Runs in the loader's own thread and imports nothing of ours.
 *
 * The first evaluation goes as it always would, and shows which modules only the application imports: Node loads each
 * module once. In further evaluations these get URLs that have not been loaded yet.
 */
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';

/** What `loader.ts` says. `evaluation`: one begins; null: it is over, and how many modules it evaluated is to be answered. */
export interface Said {
  readonly evaluation: number | null;
}

interface Found {
  readonly url: string;
}
type Next<A extends unknown[]> = (...args: A) => Promise<Found>;

const brought = new Set<string>();
let port: MessagePort | null = null;
let evaluation: number | null = null;
let evaluated = 0;

/** Called by Node when the hooks are registered. */
export function initialize(given: { readonly port: MessagePort }): void {
  port = given.port;
  port.on('message', take).unref();
}

function take(said: Said): void {
  evaluation = said.evaluation;
  if (evaluation === null) port!.postMessage(evaluated);
  evaluated = 0;
}

/** Takes in what was said before this was asked, though its turn has not come. */
function listen(): void {
  for (let said = receiveMessageOnPort(port!); said !== undefined; said = receiveMessageOnPort(port!))
    take(said.message as Said);
}

/** Called by Node for each import. */
export async function resolve(specifier: string, context: unknown, next: Next<[string, unknown]>): Promise<Found> {
  const found = await next(specifier, context);
  listen();
  if (evaluation === null || !brought.has(found.url)) return found;
  const url = new URL(found.url);
  url.searchParams.set('evaluation', String(evaluation));
  return { ...found, url: url.href };
}

/** Called by Node for each URL it has not loaded yet. */
export function load(url: string, context: unknown, next: Next<[string, unknown]>): Promise<unknown> {
  listen();
  if (evaluation !== null && isOwn(url)) {
    evaluated++;
    if (!new URL(url).searchParams.has('evaluation')) brought.add(url);
  }
  return next(url, context);
}

const isOwn = (url: string): boolean => url.startsWith('file:') && !url.includes('/node_modules/');
