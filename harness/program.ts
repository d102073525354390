/**
 * What the author of a workflow on the model engine sees: `Context` and its types. No behaviour.
 */
import type { Handles, Services } from './world.ts';

/** A durable program: run from the top on every execution, with recorded calls answered from the journal. */
export type Workflow = (context: Context, input: never) => unknown;

/** How a step is retried. Attempts are not durable: after a crash they count from one again. */
export interface StepOptions {
  readonly name: string;
  /** Attempts in all. Default 1: no retries. */
  readonly attemptsMax?: number;
  /** Pause before the second attempt, in milliseconds. Default 1,000. */
  readonly backoffMs?: number;
  /** Factor from one pause to the next. Default 2; a pause is at most an hour. */
  readonly backoffRate?: number;
  /** Time for each attempt, in milliseconds. The body of an attempt that timed out goes on running. */
  readonly timeoutMs?: number;
  /** Whether an error is worth another attempt. What it throws becomes the error of the step. */
  readonly shouldRetry?: (error: unknown) => boolean | Promise<boolean>;
}

/** A started workflow. `result()` is a durable call: it takes a position when it is called. */
export interface Handle<T> {
  readonly id: string;
  result(): Promise<T>;
}

/** The durable calls. Each takes its position synchronously, at the call. */
export interface Context {
  readonly workflowId: string;
  /** Runs `body(...args)` at least once and records what it returns or throws. Arguments given here show up in reports and are compared on replay. */
  step<A extends unknown[], T>(
    what: string | StepOptions,
    body: (...args: A) => T | Promise<T>,
    ...args: A
  ): Promise<T>;
  /** Runs `body` on the application's tables, exactly once: its changes commit together with its record. */
  transaction<Tables, A extends unknown[], T>(
    name: string,
    body: (tables: Tables, ...args: A) => T,
    ...args: A
  ): Promise<T>;
  /** Waits until a wake-up time that is recorded first, so that a recovered workflow wakes no later. */
  sleep(ms: number): Promise<void>;
  /** Milliseconds since 1970, recorded. */
  now(): Promise<number>;
  /** Uniform in [0, 1), recorded. */
  random(): Promise<number>;
  /** A v4 UUID, recorded. */
  uuid(): Promise<string>;
  /** Starts a child workflow, once. Its id is derived from the position unless given. */
  start<T = unknown>(workflow: string, input?: unknown, options?: { readonly id?: string }): Promise<Handle<T>>;
  /** Sends a message, once. With a `key`, repeats of it from anywhere are dropped. */
  send(to: string, message: unknown, topic?: string, key?: string): Promise<void>;
  /** The oldest message of the topic, or null after `timeoutMs` (default 60,000). Consumed exactly once. */
  recv<T = unknown>(topic?: string, timeoutMs?: number): Promise<T | null>;
  /** Publishes a value under a key of this workflow. */
  setEvent(key: string, value: unknown): Promise<void>;
  /** The value another workflow published, or null after `timeoutMs` (default 60,000). */
  getEvent<T = unknown>(workflow: string, key: string, timeoutMs?: number): Promise<T | null>;
}

/** The application's database outside any durable transaction: each call commits on its own. Use it in steps. */
export interface Database<Tables> {
  commit<T>(name: string, body: (tables: Tables) => T): Promise<T>;
}

/** What a program's modules are given when a process starts. */
export interface Surroundings<W extends Services, Tables> {
  readonly world: Handles<W>;
  readonly database: Database<Tables>;
}
