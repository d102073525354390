/**
 * A call of a member of the system database, as plain data: it shrinks, prints and replays as it is, and any call may come
 * at any time (one that is refused is refused alike by both sides), so that a sequence of calls is an array and no more.
 */

/** A token that stands for the owner of the workflow in question, whoever that is by then. */
export const OWNER = '(owner)';

/** One call. */
export interface Call {
  readonly member: string;
  /** As the SDK passes them, but for `At` and `Comes`. */
  readonly args: readonly unknown[];
  /** The execution whose code calls: of which workflow, with which token. Absent: none, as from a client or a loop. */
  readonly as?: { readonly workflow: string; readonly token: string };
  /** Milliseconds that have passed since the call before, at least 1: equal times would leave the order to chance. */
  readonly afterMs: number;
}

/** A time, in milliseconds from the moment of the call. */
export interface At {
  readonly at: number;
}

/** A function that the SDK would pass, by what it comes to. */
export type Comes = { readonly returns: unknown } | { readonly throws: string };

const isAt = (value: object): value is At => 'at' in value;
const comes = (value: object): value is Comes => 'returns' in value || 'throws' in value;

const functionOf = (what: Comes) => (): Promise<unknown> =>
  'returns' in what ? Promise.resolve(what.returns) : Promise.reject(new Error(what.throws));

/** `value` as it is passed to one side, at `nowMs`: a copy, because the SDK writes into what it is given. */
export function resolved(value: unknown, nowMs: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => resolved(one, nowMs));
  if (isAt(value)) return nowMs + value.at;
  if (comes(value)) return functionOf(value);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolved(one, nowMs)]));
}

/** A sequence of calls, a line each. */
export const told = (calls: readonly Call[]): string =>
  calls
    .map(({ member, args, as, afterMs }) => {
      const by = as === undefined ? '' : ` as ${as.workflow}/${as.token}`;
      return `  +${afterMs}${by} ${member}(${args.map((arg) => JSON.stringify(arg)).join(', ')})`;
    })
    .join('\n');
