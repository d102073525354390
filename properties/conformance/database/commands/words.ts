/** What calls are made of: few of each, so that they meet. */
import fc from 'fast-check';
import { type At, type Call, OWNER } from '../call.ts';

/** Two that are met often, and two that seldom are. */
export const workflow = fc.constantFrom('w1', 'w1', 'w2', 'w2', 'w3', 'w4');
export const position = fc.nat({ max: 3 });
export const queue = fc.constantFrom('q1', 'q1', 'q1', 'q2', '_dbos_internal_queue');
export const executor = fc.constantFrom('e1', 'e1', 'e1', 'e2');
export const version = fc.constantFrom('v1', 'v1', 'v1', 'v2');
/** Tokens of executions. Few: a token that comes again is one that an execution shows again. */
export const token = fc.constantFrom('t1', 't2', 't3', 't4');
export const text = fc.constantFrom('"a"', '"b"', '{"json":1}');
export const serialization = fc.constantFrom('js_superjson', 'portable_json');
export const topic = fc.constantFrom('red', undefined);

export const partition = fc.constantFrom('p1', 'p2');

/** Absent once in so many times. */
export const maybe = <T>(arbitrary: fc.Arbitrary<T>, times = 2): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: times });

/** A time about now. */
export const time: fc.Arbitrary<At> = fc.constantFrom(-5000, 0, 1, 3000).map((at) => ({ at }));

/** A token as the code of an execution shows it: mostly the owner's. */
const shown = fc.oneof({ weight: 5, arbitrary: fc.constant(OWNER) }, { weight: 1, arbitrary: token });

const afterMs = fc.oneof(
  { weight: 5, arbitrary: fc.constant(1) },
  { weight: 1, arbitrary: fc.constantFrom(900, 6000) },
);

/** A call from outside of workflows. */
export const call = (member: string, ...args: readonly fc.Arbitrary<unknown>[]): fc.Arbitrary<Call> =>
  fc.record({ member: fc.constant(member), args: fc.tuple(...args), afterMs });

/** A call from the code of a workflow, which is the first argument: an execution always shows a token. */
export const within = (member: string, ...args: readonly fc.Arbitrary<unknown>[]): fc.Arbitrary<Call> =>
  fc
    .record({ made: call(member, workflow, ...args), token: shown })
    .map(({ made, token: by }) => ({ ...made, as: { workflow: String(made.args[0]), token: by } }));

/** What may be called, each so many times as often as another. */
export type Commands = readonly { readonly weight: number; readonly arbitrary: fc.Arbitrary<Call> }[];
