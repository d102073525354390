/**
 * What is tried: an engine with a program, the client's calls, and the user's own laws. Plain description, no behaviour.
 */
import { DEFAULT_LIMITS, type Limits } from './cluster.ts';
import type { Engine, View } from './engine.ts';
import type { Status } from './history.ts';
import type { Result } from './run.ts';
import { decode, errorLine } from './values.ts';

/** What one workflow came to, in values. */
export type Ended =
  | { readonly status: 'SUCCESS'; readonly value: unknown }
  /** `error` reads `Name: message`. */
  | { readonly status: 'ERROR'; readonly error: string }
  | { readonly status: Exclude<Status, 'SUCCESS' | 'ERROR'> };

/** What `check` and `invariant` look at. Results are by workflow id. */
export interface State<World = unknown, Tables = unknown> extends View<World, Tables> {
  readonly results: Readonly<Record<string, Ended>>;
}

export interface Scenario<Client = never, World = never, Tables = never> {
  /** Unique among the scenarios of a project: saved scripts name it. */
  readonly name: string;
  readonly engine: Engine<Client, World, Tables>;
  /** Before every run: puts back what the user's own fakes remember. */
  readonly setup?: () => unknown;
  /** The client: starts workflows, sends messages, cancels. It never crashes. */
  readonly start: (client: Client) => unknown;
  /** After every run that finished. Throws to object. */
  readonly check?: (state: State<World, Tables>) => unknown;
  /** After every move. Throws to object. */
  readonly invariant?: (state: State<World, Tables>) => void;
  /**
   * What of a result counts when runs are compared, e.g. all but a time of day. By default all of it, and programs whose
   * steps use time or randomness are not compared.
   */
  readonly compare?: (value: unknown) => unknown;
  readonly limits?: Partial<Limits>;
}

/** A scenario whose client and state types do not matter, as the loops take it. */
export type AnyScenario = Scenario;

/** Names the types of a scenario once, where it is written. */
export function scenario<Client, World, Tables>(
  description: Scenario<Client, World, Tables>,
): Scenario<Client, World, Tables> {
  return description;
}

const known = new WeakMap<object, Limits>();

/** The limits of a scenario, with the defaults filled in. Throws on a limit that is unknown or not a whole number. */
export function limitsOf(description: { readonly name: string; readonly limits?: Partial<Limits> }): Limits {
  let limits = known.get(description);
  if (limits === undefined) known.set(description, (limits = filledIn(description)));
  return limits;
}

function filledIn({ name, limits = {} }: { readonly name: string; readonly limits?: Partial<Limits> }): Limits {
  for (const [key, value] of Object.entries(limits)) {
    if (!(key in DEFAULT_LIMITS))
      throw new Error(
        `scenario "${name}": unknown limit "${key}"; known are ${Object.keys(DEFAULT_LIMITS).join(', ')}`,
      );
    const isSigned = key === 'databaseSkewMs';
    if (!Number.isInteger(value) || (value < 0 && !isSigned))
      throw new Error(
        `scenario "${name}": limit ${key} must be a whole number${isSigned ? '' : ' from 0 on'}, not ${String(value)}`,
      );
  }
  const filled = { ...DEFAULT_LIMITS, ...limits };
  if (filled.executors < 1) throw new Error(`scenario "${name}": limit executors must be at least 1`);
  return filled;
}

/** Results in values instead of texts. */
export function endedOf(results: Readonly<Record<string, Result>>): Record<string, Ended> {
  const all: Record<string, Ended> = {};
  for (const id in results) all[id] = ended(results[id]!);
  return all;
}

/** A result in values instead of text. */
export function ended({ status, outcome }: Result): Ended {
  if (status === 'SUCCESS') return { status, value: decode(outcome!.text) };
  if (status === 'ERROR') return { status, error: errorLine(outcome!.text) };
  return { status };
}
