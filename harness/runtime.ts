/**
 * The durable calls of the model engine, in terms of `Execution`: what each records, and in which transaction.
 * Source: DBOS SDK 5.3.0, `dbos.js` 805-1107 and 1460.
 */
import { AwaitedWorkflowError, ControlError } from './errors.ts';
import type { Slot, Taken } from './call.ts';
import type { Execution } from './execution.ts';
import { LATER } from './history.ts';
import { inStep, place } from './lineage.ts';
import type { Handle, StepOptions } from './program.ts';
import { type Random, random } from './random.ts';
import { isFinal } from './rows.ts';
import { isTriedAgain, objectionTo, pause, ringAt, tryAgain } from './retry.ts';
import { copyOf, decode, encode, encodeError, isThenable, type Outcome, reveal } from './values.ts';

/** Runs `body` at least once, and records what it comes to. */
export function step<A extends unknown[], T>(
  execution: Execution,
  options: StepOptions,
  body: (...args: A) => T | Promise<T>,
  args: A,
): Promise<T> {
  // As in DBOS: a step inside a step is a plain call.
  if (place()?.position != null) return new Promise((resolve) => resolve(body(...args)));
  const objection = objectionTo(options);
  if (objection !== null) return Promise.reject(new RangeError(objection));
  return execution.call<T>({ kind: 'step', name: options.name, args }, (call) => {
    let value: T | Promise<T>;
    try {
      value = isTriedAgain(options)
        ? retried(execution, call, options, body, args)
        : attempt(execution, call, 1, body, args);
    } catch (error) {
      return failed(execution, call, error);
    }
    // A body that is not async costs no promise: most are not.
    if (!isThenable(value)) return succeeded(execution, call, value);
    Promise.resolve(value).then(
      (came) => succeeded(execution, call, came),
      (error: unknown) => failed(execution, call, error),
    );
  });
}

function attempt<A extends unknown[], T>(
  { host, workflow, number }: Execution,
  { at, position, name }: Pick<Taken, 'at' | 'position' | 'name'>,
  tryNumber: number,
  body: (...args: A) => T,
  args: A,
): T {
  host.note({ type: 'step.ran', workflow, attempt: number, position, name, tryNumber, seq: LATER, atMs: LATER });
  return inStep(at, position, body, args);
}

function retried<A extends unknown[], T>(
  execution: Execution,
  call: Taken<T>,
  options: StepOptions,
  body: (...args: A) => T | Promise<T>,
  args: A,
): Promise<T> {
  const { host, workflow, number, executor } = execution;
  const { at, position } = call;
  return tryAgain(options, executor.clock, call.seat.name, {
    run: (tryNumber) => attempt(execution, call, tryNumber, body, args),
    within: (code) => inStep(at, position, code, []),
    alive: () => execution.throwIfCancelled(),
    timedOut: () => host.note({ type: 'step.free', workflow, attempt: number, position }),
  });
}

/** The program gets the copy that every later attempt will see. */
function succeeded<T>(execution: Execution, call: Taken<T>, value: T): void {
  let text: string;
  try {
    text = execution.encode(value, call.position, call.name);
  } catch (error) {
    return call.fail(error);
  }
  execution.conclude(call, { ok: true, text }, () => copyOf(value, text));
}

/** The living caller gets the original object; a replay gets what the journal kept of it, of class `Error`. */
function failed(execution: Execution, call: Taken<never>, error: unknown): void {
  if (error instanceof ControlError) return call.fail(error);
  execution.conclude(call, { ok: false, text: encodeError(error) }, () => {
    throw error;
  });
}

/** Runs `body` on a draft of the application's tables, which is committed with the record of its outcome. */
export function transaction<D, A extends unknown[], T>(
  execution: Execution,
  name: string,
  body: (tables: D, ...args: A) => T,
  args: A,
): Promise<T> {
  const { journal, scheduler } = execution.host;
  return execution.call<T>({ kind: 'transaction', name, args }, (call) => {
    const thrown: unknown[] = [];
    const run = (draft: unknown): Outcome =>
      outcomeOf(
        execution,
        call,
        () => body(draft as D, ...args),
        (error) => thrown.push(error),
      );
    const land = (): T => {
      const outcome = journal.transact(execution.workflow, execution.owner, call.position, name, run);
      // As for a step: the living caller gets the original object.
      if (thrown.length > 0) throw thrown[0];
      return reveal(outcome) as T;
    };
    scheduler.send(call.seat, 'journal', land, call);
  });
}

function outcomeOf(
  execution: Execution,
  call: Pick<Taken, 'at' | 'position' | 'name'>,
  body: () => unknown,
  onThrow?: (error: unknown) => void,
): Outcome {
  try {
    return { ok: true, text: execution.encode(inStep(call.at, call.position, body, []), call.position, call.name) };
  } catch (error) {
    onThrow?.(error);
    return { ok: false, text: encodeError(error) };
  }
}

/** Records when to wake up, then waits until then. */
export async function sleep(execution: Execution, ms: number): Promise<void> {
  if (!Number.isFinite(ms)) throw new RangeError(`sleep: not a finite number of milliseconds: ${ms}`);
  const { clock } = execution.executor;
  const recorded = execution.call<number>({ kind: 'sleep', name: 'sleep' }, (call) =>
    // As in DBOS: no time to wait takes a position, and records nothing.
    ms > 0 ? execution.value(call, clock.nowMs + Math.ceil(ms)) : Promise.resolve(clock.nowMs),
  );
  const name = execution.lastCall ?? 'sleep';
  const wakeAtMs = await recorded;
  await pause(clock, wakeAtMs - clock.nowMs, name);
  execution.throwIfCancelled();
}

/** What is read from the surroundings, and recorded. */
export function drawn<T>(execution: Execution, kind: 'now' | 'random' | 'uuid', read: (draw: Random) => T): Promise<T> {
  // By position: a draw that was not recorded was seen by nobody, so drawing it alike again only removes noise.
  return execution.call<T>({ kind, name: kind }, (call) =>
    execution.value(call, read(random('durable', `${execution.workflow}/${call.position}`))),
  );
}

/** A v4 UUID made of `draw`. */
export function uuid(draw: Random): string {
  const hex = (length: number): string => Array.from({ length }, () => draw.below(16).toString(16)).join('');
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
}

/** Starts a child workflow, once; its first execution runs in the process of its parent. */
export function start<T>(execution: Execution, workflow: string, input: unknown, id?: string): Promise<Handle<T>> {
  const { journal, scheduler } = execution.host;
  /** The child's first execution, if it began in this process. */
  let live: Execution | null = null;
  const started = execution.call<string>(
    { kind: 'start', name: workflow, args: input === undefined ? [] : [input] },
    async (call) => {
      const child = id ?? `${execution.workflow}-${call.position}`;
      const owner = execution.executor.token();
      const text = execution.encode(input, call.position, `the input of ${workflow}`);
      const created = await scheduler.call(call.seat, 'journal', () => {
        journal.fence(execution.workflow, execution.owner, call.position);
        const fresh = journal.create(child, workflow, text, owner, execution.executor.id, execution.workflow);
        execution.write(call, { ok: true, text: encode(child) });
        return fresh;
      });
      if (created) live = execution.host.launch(execution.executor, child, owner);
      return child;
    },
  );
  return started.then((child) => ({ id: child, result: () => result<T>(execution, child, live) }));
}

function result<T>(execution: Execution, child: string, live: Execution | null): Promise<T> {
  const { journal, scheduler } = execution.host;
  return execution.call({ kind: 'result', name: 'result', args: [child] }, async (call) => {
    // As in DBOS: a child of this process is awaited to its end, and a cancellation noticed when that is to be recorded.
    const asked = (): boolean => live === null && execution.cancelled;
    await scheduler.wait(call.seat, () => isFinal(journal.row(child).status) || asked());
    if (asked()) execution.throwIfCancelled();
    const { status, outcome } = journal.row(child);
    const known = outcome ?? { ok: false as const, text: encodeError(new AwaitedWorkflowError(child, status)) };
    await execution.record(again(execution, call), known);
    // As with steps: the living parent gets what the child threw, a replay what the journal kept of it.
    if (!known.ok && status === 'ERROR' && live?.ended === true && live.threw !== null) throw live.threw.error;
    return reveal(known) as T;
  });
}

/** Waits for a message, and consumes it together with its record. */
export function recv<T>(execution: Execution, topic: string, timeoutMs: number): Promise<T | null> {
  const { journal, scheduler } = execution.host;
  return execution.call({ kind: 'recv', name: 'recv', args: [topic], positions: 2 }, async (call) => {
    await untilReady(execution, call, timeoutMs, () => journal.peek(execution.workflow, topic) !== undefined);
    // Being woken and consuming are two transactions: another `recv` on the topic may be faster.
    const consume = (): string => journal.consume(execution.workflow, execution.owner, call.position, topic);
    return decode(await scheduler.call(again(execution, call).seat, 'journal', consume)) as T | null;
  });
}

/** Waits for what another workflow publishes. */
export function getEvent<T>(execution: Execution, workflow: string, key: string, timeoutMs: number): Promise<T | null> {
  const published = (): string | undefined => execution.host.journal.workflows.get(workflow)?.events.get(key);
  return execution.call({ kind: 'getEvent', name: 'getEvent', args: [workflow, key], positions: 2 }, async (call) => {
    await untilReady(execution, call, timeoutMs, () => published() !== undefined);
    return execution.value(again(execution, call), decode(published() ?? 'null') as T | null);
  });
}

/** The second request of one call: the same position under a label of its own. */
const again = (execution: Execution, { kind, name, position }: Slot): Slot => ({
  ...{ kind, name, position },
  seat: execution.seat(name, position),
});

/** Waits until `ready`, or until a deadline that survives crashes, kept at the position after the call's own. */
async function untilReady(execution: Execution, call: Slot, timeoutMs: number, ready: () => boolean): Promise<void> {
  const { clock } = execution.executor;
  const position = call.position + 1;
  // As in DBOS: a deadline is recorded as a sleep is, and not told from one; without time to wait there is none.
  const deadline: Slot = { kind: 'deadline', name: 'sleep', position, seat: execution.seat('deadline', position) };
  let dueMs = clock.nowMs;
  if (execution.row.entries[position] !== undefined) dueMs = await execution.read(deadline);
  else if (timeoutMs > 0) dueMs = await execution.value(deadline, dueMs + timeoutMs);
  let due = false;
  const callOff = ringAt(clock, dueMs, deadline.seat.name, () => (due = true));
  await execution.host.scheduler.wait(call.seat, () => due || ready() || execution.cancelled);
  callOff();
  execution.throwIfCancelled();
}

/** An effect on the journal and its record, both or neither. A refusal is recorded as the outcome of the call. */
export function effect(
  execution: Execution,
  kind: 'send' | 'setEvent',
  args: readonly unknown[],
  body: () => void,
): Promise<void> {
  const { journal, scheduler } = execution.host;
  return execution.call<void>({ kind, name: kind, args }, (call) => {
    const land = (): void => {
      if (!journal.admits(execution.workflow, execution.owner, call.position)) return void execution.replay(call);
      const done = outcomeOf(execution, call, body);
      execution.write(call, done);
      reveal(done);
    };
    scheduler.send(call.seat, 'journal', land, call);
  });
}
