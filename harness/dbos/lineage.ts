/**
 * Where the SDK is listened to. Every durable call of it takes its position through `context.functionIDGetIncrement`, by
 * property lookup, synchronously on entry: there the call takes its branch. What else is wrapped says what the call is and
 * where bodies begin. Nothing of this changes what the SDK does. Source: DBOS SDK 5.3.0, `context.js`, `dbos-executor.js`.
 */
import type { CallKind } from '../history.ts';
import { enterEngine, inEngine, inStep, type Place, place, sharing, storageBehind } from '../lineage.ts';
import { Execution } from './execution.ts';
import { loops } from './loops.ts';
import { readers } from './reading.ts';
import type { Sdk } from './sdk.ts';
import { type Replacement, replaced, type Takeover, wrapped } from './takeover.ts';

type Member = (this: unknown, ...args: never[]) => unknown;
type Async = (this: unknown, ...args: never[]) => Promise<unknown>;

/** The execution whose body is running; at a place that is known already, or where the running code stands. */
function executing(at: Place | undefined = place()): Execution | null {
  const attempt = at?.attempt;
  return attempt instanceof Execution ? attempt : null;
}

/** What is wrapped in `sdk`, for as long as it is taken over. */
export function listeners(sdk: Sdk, takeover: Takeover): Replacement[] {
  return [
    ...[...contexts(sdk, takeover), ...positions(sdk), ...bodies(sdk, takeover), ...calls(sdk), ...clocked(sdk)],
    ...[...readers(sdk, takeover), ...loops(sdk, takeover), ...denials(sdk), strays(sdk, takeover)],
  ];
}

/**
 * The context of the SDK travels with the place. What would cut its retries short does not travel at all: nothing is retried
 * in a simulation, and a second storage would slow every promise down.
 */
function contexts({ context }: Sdk, takeover: Takeover): Replacement[] {
  const target = storageBehind(() => context.getCurrentContextStore());
  return [
    ...Object.entries(sharing(target)).map(([key, value]) => replaced(target, key, value)),
    wrapped<typeof context.runWithAbortableDbRetries>(context, 'runWithAbortableDbRetries', (original) => {
      return (signal, body) => (takeover.guest === null ? original(signal, body) : body());
    }),
    wrapped<typeof context.runWithoutAbortableDbRetries>(context, 'runWithoutAbortableDbRetries', (original) => {
      return (body) => (takeover.guest === null ? original(body) : body());
    }),
  ];
}

function positions({ context }: Sdk): Replacement[] {
  const taking = (original: Member): Member =>
    function (this: unknown, ...args: never[]): unknown {
      const position = original.apply(this, args) as number;
      const here = place();
      executing(here)?.take(position, here);
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
        const at = place();
        const execution = executing(at);
        if (execution === null || at === undefined) return original(parent, position, tries, body);
        execution.ran(position, tries.currentAttempt ?? 1);
        const getCancelSignal = takeover.lend(tries.getCancelSignal, neverCancelled);
        return original(parent, position, { ...tries, getCancelSignal }, () => inStep(at, position, body, []));
      },
    ),
  ];
}

/** For what is left of a step when its run is over. */
const neverCancelled = (): AbortSignal => new AbortController().signal;

const KINDS: Readonly<Record<string, CallKind>> = {
  'DBOS.getResult': 'result',
  'DBOS.now': 'now',
  'DBOS.randomUUID': 'uuid',
};

/** Internal steps that the SDK names itself are its own; those that users name are transactions of data sources. */
const kindOf = (name: string): CallKind => KINDS[name] ?? (name.startsWith('DBOS.') ? 'step' : 'transaction');

/** What the executor is asked to do: it knows the names of calls. */
function calls({ executor, decorators, enqueuing }: Sdk): Replacement[] {
  const { prototype } = executor.DBOSExecutor;
  const step = (original: Async): Async =>
    function (this: unknown, ...args: never[]): Promise<unknown> {
      const execution = executing();
      if (execution === null) return original.apply(this, args);
      const [body, name, , , ...rest] = args as unknown as [() => unknown, string?, ...unknown[]];
      const saying = { kind: 'step', name: name ?? (body.name || '<unnamed>'), args: rest, body } as const;
      return execution.step(saying, () => original.apply(this, args));
    };
  const internal = (original: Async): Async =>
    function (this: unknown, ...args: never[]): Promise<unknown> {
      const [, name, , position] = args as unknown as [unknown, string, string, number];
      const saying = { kind: kindOf(name), name, args: [] };
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
  const enqueue = (original: Async): Async =>
    function (this: unknown, ...args: never[]): Promise<unknown> {
      const execution = executing();
      const [{ workflowName: name }, given] = args as unknown as [{ readonly workflowName: string }, unknown[]];
      const saying = { kind: 'start', name, args: given } as const;
      return execution === null ? original.apply(this, args) : execution.step(saying, () => original.apply(this, args));
    };
  return [
    wrapped(enqueuing, 'enqueueWorkflowWithOptions', enqueue),
    wrapped(prototype, 'callStepFunction', step),
    wrapped(prototype, 'runInternalStep', internal),
    wrapped(prototype, 'internalWorkflow', start),
  ];
}

/** Calls that read the clock, or draw an id, before they come to the executor. That is no concern of the program's. */
function clocked({ DBOS, debouncer }: Sdk): Replacement[] {
  const quietly = <T>(body: () => T): T => {
    const here = place();
    const execution = executing(here);
    if (execution === null || here?.position != null) return body();
    return enterEngine(execution.executor, execution, body);
  };
  const reader = (original: Async): Async =>
    function (this: unknown, ...args: never[]): Promise<unknown> {
      return quietly(() => original.apply(this, args));
    };
  const starter = (original: Start): Start =>
    function (this: unknown, target, params): Starting {
      const starting = original.call(this, target, params);
      // Only who looks for a workflow that is there already reads the clock.
      if (params?.duplicationPolicy !== 'return-existing' || executing() === null) return starting;
      const quiet =
        (start: Starting): Starting =>
        (...args) =>
          quietly(() => start(...args));
      return new Proxy(starting, {
        apply: (start, _self, args: never[]) => quiet(start)(...args),
        get: (start, key) => quiet(Reflect.get(start, key) as Starting),
      });
    };
  const keys = ['recv', 'getEvent', 'getResult', 'setWorkflowDelay', 'createSchedule'];
  return [
    ...keys.map((key) => wrapped(DBOS, key, reader)),
    wrapped(debouncer.Debouncer.prototype, 'debounce', reader),
    wrapped(DBOS, 'startWorkflow', starter),
  ];
}

/** What starts a workflow: a function, or an object with one for each method. */
type Starting = (...args: never[]) => Promise<unknown>;
type Start = (this: unknown, target: never, params?: { readonly duplicationPolicy?: string }) => Starting;

function follow(
  position: number,
  saying: { readonly kind: CallKind; readonly name: string; readonly args: readonly unknown[] },
  body: () => Promise<unknown>,
): Promise<unknown> {
  const execution = executing();
  const call = execution?.say(position, saying) ?? null;
  return execution === null || call === null ? body() : execution.follow(call, inEngine(call.at, body));
}

/** Calls of operators which, inside a step, do their work and then ask for a handle. No step gets one. */
function denials({ DBOS, errors }: Sdk): Replacement[] {
  return ['resumeWorkflows', 'forkWorkflow', 'rewindWorkflow'].map((key) =>
    wrapped<Async>(DBOS, key, (original) => {
      return function (this: unknown, ...args): Promise<unknown> {
        const [execution, position] = [executing(), place()?.position ?? null];
        const promise = original.apply(this, args);
        if (execution === null || position === null) return promise;
        return promise.catch((error: unknown) => {
          const late =
            error instanceof errors.DBOSInvalidWorkflowTransitionError && /retrieveWorkflow/.test(error.message);
          if (late) execution.denied(position, `DBOS.${key}`);
          throw error;
        });
      };
    }),
  );
}

/** A step that is called outside the context of every workflow is a plain function call: nothing records it. */
function strays({ decorators, context }: Sdk, takeover: Takeover): Replacement {
  return wrapped<typeof decorators.ensureDBOSIsLaunched>(decorators, 'ensureDBOSIsLaunched', (original) => (caller) => {
    original(caller);
    if (caller === 'steps' && context.getCurrentContextStore()?.workflowId === undefined && takeover.simulated !== null)
      takeover.guest!.strayed();
  });
}
