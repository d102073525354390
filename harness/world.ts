/**
 * The outside world: services that workflows call from their steps. Each is a state and reducers over it, so a landing is
 * atomic by construction, and what it did is a fact that no crash takes back.
 *
 * Knows nothing of workflows or positions; a call carries its origin only so that the history can name it.
 */
import type { Fact, Note, Origin } from './history.ts';
import { decode, decodeError, encode, encodeError, type Outcome } from './values.ts';

/** What an operation does: the next state (the same object if nothing changed) and the answer to the caller. */
export interface Step<State, Reply> {
  readonly state: State;
  readonly reply: Reply;
}

/** Operations by name. An operation that throws refuses: the caller gets the error and the state stays. */
export type Operations<State> = Readonly<Record<string, (state: State, input: never) => Step<State, unknown>>>;

/** A service of the outside world. States are values: an operation returns a new one and never changes the old. */
export interface Service<State = unknown, O extends Operations<State> = Operations<State>> {
  readonly initial: State;
  readonly operations: O;
}

/** Describes a service. Pure: the same definition serves every run. */
export function service<State, O extends Operations<State>>(initial: State, operations: O): Service<State, O> {
  return { initial, operations };
}

/** Any services: reducers are contravariant in what they take, so the widest takes `never` and returns anything. */
export type Services = Readonly<
  Record<
    string,
    {
      readonly initial: unknown;
      readonly operations: Readonly<Record<string, (state: never, input: never) => Step<unknown, unknown>>>;
    }
  >
>;

/** How a program calls the services: `world.bank.charge(input, idempotencyKey?)`. With a key, a repeat changes nothing and gets the first answer. */
export type Handles<W extends Services> = {
  readonly [S in keyof W]: {
    readonly [O in keyof W[S]['operations']]: (
      input: Parameters<W[S]['operations'][O]>[1],
      idempotencyKey?: string,
    ) => Promise<ReturnType<W[S]['operations'][O]>['reply']>;
  };
};

/** The state of every service, for `check` and `invariant`. */
export type States<W extends Services> = { readonly [S in keyof W]: W[S]['initial'] };

/** One request on its way to a service. */
export interface Request {
  readonly call: string;
  /** `service.operation`. */
  readonly operation: string;
  readonly input: string;
  readonly key: string | null;
  readonly origin: Origin;
}

/** How a request travels: the machine makes it a two-phase call. */
type Carry = (operation: string, input: string, key: string | null) => Promise<unknown>;

/** The services of one run and their states. */
export class World<W extends Services> {
  readonly #services: W;
  readonly #note: Note<Fact>;
  readonly #states: Record<string, unknown> = {};
  readonly #answered = new Map<string, Outcome>();

  constructor(services: W, note: Note<Fact>) {
    this.#services = services;
    this.#note = note;
    for (const [name, { initial }] of Object.entries(services)) {
      if (name.includes('.'))
        throw new Error(`service "${name}": a name must not contain a dot, operations are called service.operation`);
      this.#states[name] = freeze(initial);
    }
  }

  get states(): States<W> {
    return this.#states as States<W>;
  }

  /** The functions that programs call. */
  handles(carry: Carry): Handles<W> {
    const entries = Object.entries(this.#services).map(([name, { operations }]) => [
      name,
      Object.fromEntries(
        Object.keys(operations).map((operation) => [
          operation,
          (input: unknown, key?: string) => carry(`${name}.${operation}`, encode(input), key ?? null),
        ]),
      ),
    ]);
    return Object.fromEntries(entries) as Handles<W>;
  }

  /** A request arrives: the effect takes place, and this is the answer that will travel back. Throws what the operation throws. */
  land(request: Request): unknown {
    const { call, operation, key, origin } = request;
    const id = key === null ? null : `${operation}/${key}`;
    const repeat = id === null ? undefined : this.#answered.get(id);
    const [owner, name] = operation.split('.') as [string, string];
    const before = this.#states[owner];
    const reply = repeat ?? this.#apply(owner, name, request.input);
    if (id !== null && reply.ok) this.#answered.set(id, reply);
    this.#note({ type: 'world.answered', call, operation, reply, effect: this.#states[owner] !== before, origin });
    if (!reply.ok) throw decodeError(reply.text);
    return decode(reply.text);
  }

  #apply(owner: string, name: string, input: string): Outcome {
    const reducer = this.#services[owner]!.operations[name]! as unknown as (
      state: unknown,
      value: unknown,
    ) => Step<unknown, unknown>;
    try {
      const { state, reply } = reducer(this.#states[owner], decode(input));
      const text = encode(reply);
      this.#states[owner] = freeze(state);
      return { ok: true, text };
    } catch (thrown) {
      return { ok: false, text: encodeError(thrown) };
    }
  }
}

/** A reducer that changed the old state in place would leak into other runs: frozen, it throws instead. */
function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) freeze(part);
  return value;
}
