/** Generated programs on the model engine: what a single durable call does. */
import type { Context, StepOptions } from '../../harness/index.ts';
import type { Block, Call, Step, Value } from './program.ts';
import { counted, type Outside } from './world.ts';

/** One execution of one workflow, from where a statement stands. */
export interface Scope {
  readonly ctx: Context;
  readonly outside: Outside;
  readonly workflowOf: (block: Block) => string;
  /** What the module of this process remembers. */
  readonly memory: { cache: unknown };
  /** What was bound so far, the input of the workflow first. */
  readonly values: readonly unknown[];
  /** Place of the statement in its workflow, with the turns of the loops around it: names what it orders. */
  readonly at: string;
}

/**
 * A way through a program: yields where its text awaits, and nowhere else. So the interpreter is as deep in promises as the
 * text is, and what happens side by side happens in the same order.
 */
export type Course<T = unknown> = Generator<Promise<unknown>, T, unknown>;

/** Awaits a promise in a course. */
export function* wait<T>(promise: Promise<T>): Course<T> {
  return (yield promise) as T;
}

/** Goes a course to its end. */
export async function drive<T>(course: Course<T>): Promise<T> {
  let step = course.next();
  while (step.done !== true) {
    let value: unknown;
    try {
      value = await step.value;
    } catch (error) {
      step = course.throw(error);
      continue;
    }
    step = course.next(value);
  }
  return step.value;
}

/** The value that `value` stands for. */
export function valueOf(value: Value, values: readonly unknown[]): unknown {
  return 'text' in value ? value.text : values[Math.max(0, values.length - 1 - value.back)];
}

/** The name of what a call orders: no other call of the run has the same. */
export const orderOf = ({ ctx, at }: Scope): string => `${ctx.workflowId}/${at}`;

/** Makes a call: its positions are taken when this returns. */
export function make(call: Call, scope: Scope): Promise<unknown> {
  const { ctx, values } = scope;
  switch (call.call) {
    case 'step':
      return makeStep(call, scope);
    case 'transaction': {
      const of = valueOf(call.of, values);
      return ctx.transaction(call.name, ({ log }: { log: string[] }) => {
        if (call.work === 'throw') throw new Error(`no ${String(of)}`);
        return call.work === 'append' ? void log.push(orderOf(scope)) : log.length;
      });
    }
    case 'sleep':
      return ctx.sleep(call.ms);
    case 'now':
      return ctx.now();
    case 'random':
      return ctx.random();
    case 'uuid':
      return ctx.uuid();
    case 'recv':
      return ctx.recv('mail', call.timeoutMs);
    case 'setEvent':
      return ctx.setEvent('state', valueOf(call.of, values));
  }
}

function makeStep(step: Step, scope: Scope): Promise<unknown> {
  const { ctx, values } = scope;
  const of = valueOf(step.of, values);
  const body = bodyOf(step, scope, of);
  return step.passed ? ctx.step(optionsOf(step), body, of) : ctx.step(optionsOf(step), () => body(of));
}

/** The options of a step: its name, if that is all there is to say. */
export function optionsOf({ name, attempts, timeoutMs }: Step): string | StepOptions {
  if (attempts === 1 && timeoutMs === null) return name;
  return {
    name,
    ...(attempts === 1 ? {} : { attemptsMax: attempts, backoffMs: 10 }),
    ...(timeoutMs === null ? {} : { timeoutMs }),
  };
}

function bodyOf({ name, work }: Step, scope: Scope, value: unknown): (of: unknown) => unknown {
  const { shop } = scope.outside.world;
  const order = orderOf(scope);
  switch (work) {
    case 'echo':
      return (of) => `${name} ${String(of)}`;
    case 'look':
      return (of) => shop.look(String(of));
    case 'pay':
      return () => shop.pay(order, order);
    case 'look, then pay':
      return async (of) => [await shop.look(String(of)), await shop.pay(order, order)];
    case 'refused':
      return (of) => shop.refuse(String(of));
    case 'busy':
      return counted((tries) => shop.ask({ what: String(value), tries }));
    case 'throw':
      return (of) => {
        throw new Error(`no ${String(of)}`);
      };
    case 'look twice':
      return (of) => Promise.all([shop.look(String(of)), shop.look('more')]);
    case 'look for the first':
      return (of) => Promise.any([shop.look(String(of)), shop.look('more')]);
    case 'clock':
      return () => Date.now();
    case 'draw':
      return () => Math.random();
  }
}
