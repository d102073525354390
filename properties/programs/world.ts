/**
 * What generated programs find around them, interpreted or printed: a shop, tables, what must hold in the end, and the
 * few helpers that keep a printed program short.
 */
import { ControlError, service, type State, type States, type Surroundings } from '../../harness/index.ts';

/** A shop that remembers what was paid and refunded; orders are named by whoever places them. */
export const shop = service(
  { paid: [] as readonly string[], refunded: [] as readonly string[] },
  {
    look: (state, what: string) => ({ state, reply: `saw ${what}` }),
    pay: (state, order: string) => ({ state: { ...state, paid: [...state.paid, order] }, reply: `paid ${order}` }),
    refund: (state, order: string) => ({
      state: { ...state, refunded: [...state.refunded, order] },
      reply: `refunded ${order}`,
    }),
    refuse: (_, what: string): never => {
      throw new Error(`no ${what}`);
    },
    ask: (state, { what, tries }: { readonly what: string; readonly tries: number }) => {
      if (tries < 2) throw new Error('busy');
      return { state, reply: `got ${what}` };
    },
  },
);

/** The services of the outside world. */
export const WORLD = { shop };

export type World = typeof WORLD;

/** The application's tables. */
export interface Tables extends Record<string, unknown> {
  readonly log: string[];
}

/** The tables at the beginning. */
export const tables = (): Tables => ({ log: [] });

export type Outside = Surroundings<World, Tables>;

/** What every generated program must come to: nothing is done twice, and nothing is taken back. */
export function check({ world, tables: { log } }: State<States<World>, Tables>): void {
  const { paid, refunded } = world.shop;
  const twice = [...paid, ...log].find((line, index, all) => all.indexOf(line) !== index);
  if (twice !== undefined) throw new Error(`${twice} was done twice`);
  // The shop takes every payment, so no program has a reason to compensate one.
  if (refunded.length > 0) throw new Error(`${refunded[0]} was refunded although nothing had failed`);
}

/** The numbers that the DBOS SDK gives to errors of its own that end an execution. */
const CONTROL = [5, 16, 22, 24, 26, 37];

/** Whether an error is the engine's own, of either engine: what the journal kept of one is an error like any other. */
function isControl(error: unknown): boolean {
  if (error instanceof ControlError) return true;
  const { dbosErrorCode } = error as { readonly dbosErrorCode?: number };
  return dbosErrorCode !== undefined && (error as Error).constructor !== Error && CONTROL.includes(dbosErrorCode);
}

/** What an error says. Errors of the engine are not the program's to handle. */
export function told(error: unknown): string {
  if (isControl(error)) throw error;
  return (error as Error).message;
}

/** What one of several calls came to. */
export const settled = (result: PromiseSettledResult<unknown>): unknown =>
  result.status === 'fulfilled' ? result.value : told(result.reason);

/** A way to decide by any value. */
export const odd = (value: unknown): boolean => String(value).length % 2 === 1;

/** A number of turns made of any value: at most two. */
export const times = (value: unknown): number => String(value).length % 3;

/** Tells `body` which try this is, from 1. */
export function counted<T>(body: (tries: number) => T): () => T {
  let tries = 0;
  return () => body(++tries);
}

/** `workers` workers go through the tasks, one after another, until the queue is empty. The results, by task. */
export async function pool(
  workers: number,
  tasks: number,
  work: (task: number) => Promise<unknown>,
): Promise<unknown[]> {
  const results: unknown[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let task = next++; task < tasks; task = next++) results[task] = await work(task);
  };
  await Promise.all(Array.from({ length: workers }, worker));
  return results;
}

/** Waits in the process itself, not in a durable call. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
