/** Programs, and parts of programs, that the laws of judgement are about. */
import type { Context, Limits } from '../../../harness/index.ts';
import type { Options, Outside } from '../../harness/support.ts';
import { say } from './making.ts';

/** A workflow called `main`. */
export type Main = (ctx: Context, outside: Outside) => unknown;

/** A program that is another one in every process. */
export function turncoat(...mains: readonly Main[]): readonly [main: Main, options: Options] {
  let processes = 0;
  const mainOf = new WeakMap<Outside, Main>();
  const others = (outside: Outside): Record<string, never> => {
    mainOf.set(outside, mains[Math.min(processes++, mains.length - 1)]!);
    return {};
  };
  return [(ctx, outside) => mainOf.get(outside)!(ctx, outside), { setup: () => void (processes = 0), others }];
}

/** The same on two executors, one of which may be taken for dead. */
export const zombie = ([main, options]: readonly [Main, Options]): readonly [Main, Options] => [
  main,
  { ...options, limits: ZOMBIE },
];

/** Nobody settles it. */
export const never = (): Promise<never> => new Promise(() => undefined);
/** A timer, in simulated time. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** Steps of one name, one after another. */
export const sequence = async (ctx: Context, name: string, ...bodies: readonly string[]): Promise<void> => {
  for (const body of bodies) await ctx.step(name, say(body));
};
/** Two processes, of which one may be taken for dead and wake up as a zombie. */
export const ZOMBIE: Partial<Limits> = { executors: 2, suspensionsMax: 1, crashesMax: 0 };

/** Makes good for whatever its steps throw, the refusal of a zombie's records included. */
export async function patient(ctx: Context): Promise<unknown> {
  try {
    await ctx.step('a', say('a'));
    return await ctx.step('b', say('b'));
  } catch {
    return ctx.step('make good', say('c'));
  }
}

/** Who is first, a step or a sleep: a matter of timing. */
export async function winner(ctx: Context): Promise<string> {
  const slow = ctx.step('slow', say('slow'));
  const first = await Promise.race([slow.then(say('step')), ctx.sleep(1_000).then(say('sleep'))]);
  await slow;
  return first;
}
