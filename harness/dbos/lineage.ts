/**
 * Where the SDK is listened to. Every durable call of it takes its position through `context.functionIDGetIncrement`, by
 * property lookup, synchronously on entry: there the call takes its branch. What else is wrapped says what the call is and
 * where bodies begin. Nothing of this changes what the SDK does. Source: DBOS SDK 5.3.0, `context.js`, `dbos-executor.js`.
 */
import type { CallKind } from '../history.ts';
import { inEngine, inStep, place } from '../lineage.ts';
import { Execution } from './execution.ts';
import { loops } from './loops.ts';
import type { Sdk } from './sdk.ts';
import { type Replacement, type Takeover, wrapped } from './takeover.ts';

type Member = (this: unknown, ...args: never[]) => unknown;
type Async = (this: unknown, ...args: never[]) => Promise<unknown>;

/** The execution whose body is running. */
function executing(): Execution | null {
  const attempt = place()?.attempt;
  return attempt instanceof Execution ? attempt : null;
}

/** What is wrapped in `sdk`, for as long as it is taken over. */
export function listeners(sdk: Sdk, takeover: Takeover): Replacement[] {
  return [...positions(sdk), ...bodies(sdk, takeover), ...calls(sdk), ...loops(sdk, takeover)];
}

function positions({ context }: Sdk): Replacement[] {
  const taking = (original: Member): Member =>
    function (this: unknown, ...args: never[]): unknown {
      const position = original.apply(this, args) as number;
      executing()?.take(position);
      return position;
    };
  return ['functionIDGetIncrement', 'functionIDGetIncrementForCtx', 'functionIDGet'].map((key) =>
    wrapped(context, key, taking),
  );
}

/** Bodies of workflows run at the root of their lineage, bodies of steps at the position of their step. */
function bodies({ context }: Sdk, takeover: Takeover): Replacement[] {
  return [
    wrapped<typeof context.runWithParentContext>(context, 'runWithParentContext', (original) => (parent, own, body) => {
      const { workflowId, ownerXid } = own;
      const { guest } = takeover;
      if (takeover.simulated === null || workflowId === undefined || ownerXid === undefined)
        return original(parent, own, body);
      return original(parent, own, () => guest!.execute(workflowId, ownerXid, body));
    }),
    wrapped<typeof context.runInStepContext>(
      context,
      'runInStepContext',
      (original) => (parent, position, tries, body) => {
        const [execution, at] = [executing(), place()];
        if (execution === null || at === undefined) return original(parent, position, tries, body);
        execution.ran(position, tries.currentAttempt ?? 1);
        return original(parent, position, tries, () => inStep(at, position, body, []));
      },
    ),
  ];
}

const KINDS: Readonly<Record<string, CallKind>> = {
  'DBOS.getResult': 'result',
  'DBOS.now': 'now',
  'DBOS.randomUUID': 'uuid',
};

/** What the executor is asked to do: it knows the names of calls. */
function calls({ executor, decorators }: Sdk): Replacement[] {
  const { prototype } = executor.DBOSExecutor;
  const step = (original: Async): Async =>
    function (this: unknown, ...args: never[]): Promise<unknown> {
      const execution = executing();
      if (execution === null) return original.apply(this, args);
      const [body, name, , , ...rest] = args as unknown as [{ readonly name: string }, string?, ...unknown[]];
      const saying = { kind: 'step', name: name ?? (body.name || '<unnamed>'), args: rest } as const;
      return execution.step(saying, () => original.apply(this, args));
    };
  const internal = (original: Async): Async =>
    function (this: unknown, ...args: never[]): Promise<unknown> {
      const [, name, , position] = args as unknown as [unknown, string, string, number];
      const saying = { kind: KINDS[name] ?? ('step' as const), name, args: [] };
      return follow(position, saying, () => original.apply(this, args));
    };
  const start = (original: Async): Async =>
    function (this: unknown, ...args: never[]): Promise<unknown> {
      const [workflow, , caller, position, ...rest] = args as unknown as [
        never,
        object,
        string?,
        number?,
        ...unknown[],
      ];
      if (caller === undefined || position === undefined) return original.apply(this, args);
      const { name } = decorators.getRegisteredFunctionFullName(workflow);
      return follow(position, { kind: 'start', name, args: rest }, () => original.apply(this, args));
    };
  return [
    wrapped(prototype, 'callStepFunction', step),
    wrapped(prototype, 'runInternalStep', internal),
    wrapped(prototype, 'internalWorkflow', start),
  ];
}

function follow(
  position: number,
  saying: { readonly kind: CallKind; readonly name: string; readonly args: readonly unknown[] },
  body: () => Promise<unknown>,
): Promise<unknown> {
  const execution = executing();
  const call = execution?.say(position, saying) ?? null;
  return execution === null || call === null ? body() : execution.follow(call, inEngine(call.at, body));
}
