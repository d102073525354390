/**
 * Where readers of streams are listened to. The SDK's reader takes one position for each value, whenever it is asked for the
 * next: there the call says what it is. And it waits to be notified for as long as it takes, where the SDK's own would poll.
 * Source: DBOS SDK 5.3.0, `streams.js`.
 */
import type * as Streams from '@dbos-inc/dbos-sdk/internal/streams';
import type * as Utils from '@dbos-inc/dbos-sdk/internal/utils';
import { place } from '../lineage.ts';
import { Execution, type Saying } from './execution.ts';
import type { Sdk } from './sdk.ts';
import { type Replacement, type Takeover, wrapped } from './takeover.ts';

type Core = typeof Streams.readStreamCore;
type One = typeof Streams.readStreamOffsetCore;
type Parameters = Core extends (...args: infer A) => unknown ? A : never;

/** What is wrapped in `sdk` for readers of streams, for as long as it is taken over. */
export function readers({ streams, utils }: Sdk, takeover: Takeover): Replacement[] {
  const core = (original: Core): Core =>
    ((...args: Parameters) =>
      takeover.simulated === null
        ? original(...args)
        : new Told(original(...patient(args)), sayingOf(args, []))) as unknown as Core;
  const one = (original: One): One =>
    ((...args: Parameters) =>
      takeover.simulated === null
        ? original(...args)
        : told(sayingOf(args, [args[4].offset]), () => original(...patient(args)))) as unknown as One;
  const sleep = (original: typeof Utils.cancellableSleep): typeof Utils.cancellableSleep => {
    // No timer rings at the end of time.
    return (ms) =>
      ms === Infinity ? { promise: new Promise(() => undefined), cancel: () => undefined } : original(ms);
  };
  return [
    wrapped(streams, 'readStreamCore', core),
    wrapped(streams, 'readStreamOffsetCore', one),
    wrapped(utils, 'cancellableSleep', sleep),
  ];
}

const patient = ([database, serializer, id, key, params]: Parameters): Parameters => [
  database,
  serializer,
  id,
  key,
  { ...params, pollingIntervalMs: Infinity },
];

const sayingOf = ([, , id, key, { functionName: name }]: Parameters, args: readonly unknown[]): Saying => ({
  kind: 'readStream',
  name,
  args: [id, key, ...args],
});

/** Says what a read is, if it takes a position: in the body of a workflow, not in a step. */
function told<T>(saying: Saying, body: () => Promise<T>): Promise<T> {
  const here = place();
  if (!(here?.attempt instanceof Execution) || here.position !== null) return body();
  return here.attempt.step(saying, body);
}

/** A reader that says what each read is. */
class Told implements AsyncGenerator<unknown, void, unknown> {
  readonly #values: AsyncGenerator<unknown, void, unknown>;
  readonly #saying: Saying;

  constructor(values: AsyncGenerator<unknown, void, unknown>, saying: Saying) {
    this.#values = values;
    this.#saying = saying;
  }

  next(): Promise<IteratorResult<unknown, void>> {
    return told(this.#saying, () => this.#values.next());
  }

  return(): Promise<IteratorResult<unknown, void>> {
    return this.#values.return();
  }

  throw(error: unknown): Promise<IteratorResult<unknown, void>> {
    return this.#values.throw(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}
