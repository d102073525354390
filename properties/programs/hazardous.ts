/**
 * Programs with exactly one hazard, for fast-check: a program that is safe but for it. Also what each hazard takes to show
 * itself, and which checks may be the ones to say so.
 */
import fc from 'fast-check';
import type { Limits } from '../../harness/index.ts';
import { block, call, timeless } from './arbitrary.ts';
import { injectReached } from './inject.ts';
import type { ClientPlan, Hazard, HazardKind, Program } from './program.ts';

/** A program, and the kind of the one hazard in it. */
export interface HazardousProgram {
  readonly program: Program;
  readonly hazard: HazardKind;
}

interface Expectation {
  /** The checks of which one has to be the first to object. */
  readonly checks: readonly string[];
  /** What must be able to go wrong around the program. */
  readonly limits?: Partial<Limits>;
}

const RACE = ['lineage', 'replay'];

/** What is expected of each hazard. */
export const EXPECTED: Readonly<Record<HazardKind, Expectation>> = {
  interleaved: { checks: RACE },
  'started side by side': { checks: RACE },
  'pool of sequences': { checks: RACE },
  read: { checks: ['ambient', ...RACE] },
  cached: { checks: RACE },
  dropped: { checks: ['floating'] },
  abandoned: { checks: ['floating'] },
  'effect outside': { checks: ['effects', 'check'] },
  'effect without key': { checks: ['check'] },
  winner: { checks: RACE },
  merged: { checks: RACE },
  timer: { checks: RACE },
  unheard: { checks: ['floating'] },
  never: { checks: ['progress'] },
  // A process that was taken for dead learns that it no longer owns its workflow.
  swallowed: {
    checks: ['control', 'check'],
    limits: { executors: 2, suspensionsMax: 1, crashesMax: 0, failuresMax: 0 },
  },
  unstorable: { checks: ['replay'] },
  'error class': { checks: RACE },
};

const one = <T extends string>(what: T): fc.Arbitrary<T> => fc.constant(what);
const use = fc.constantFrom('pass' as const, 'decide' as const);

/** Calls that leave something undone when nobody waits for them. */
const losable = call.filter((made) => ['step', 'transaction', 'setEvent'].includes(made.call));

const HAZARDS: { readonly [K in HazardKind]: fc.Arbitrary<Extract<Hazard, { readonly do: K }>> } = {
  interleaved: fc.record({
    do: one('interleaved'),
    names: fc.constantFrom('different' as const, 'same' as const),
    form: fc.constantFrom('async' as const, 'then' as const, 'background' as const),
    passed: fc.boolean(),
  }),
  'started side by side': fc.record({ do: one('started side by side'), block }),
  'pool of sequences': fc.record({
    do: one('pool of sequences'),
    workers: fc.constantFrom(2, 3),
    tasks: fc.constantFrom(2, 3, 4),
  }),
  read: fc.record({
    do: one('read'),
    what: fc.constantFrom('clock' as const, 'random' as const, 'uuid' as const),
    use,
  }),
  cached: fc.record({ do: one('cached') }),
  dropped: fc.record({ do: one('dropped'), call: losable }),
  abandoned: fc.record({ do: one('abandoned'), how: fc.constantFrom('all' as const, 'race' as const) }),
  'effect outside': fc.record({ do: one('effect outside') }),
  'effect without key': fc.record({
    do: one('effect without key'),
    on: fc.constantFrom('world' as const, 'tables' as const),
    attempts: fc.constantFrom(1, 3),
  }),
  winner: fc.record({ do: one('winner'), against: fc.constantFrom('step' as const, 'sleep' as const), use }),
  merged: fc.record({ do: one('merged'), use: fc.constantFrom('pass' as const, 'return' as const) }),
  timer: fc.record({ do: one('timer'), ms: fc.constantFrom(5, 0) }),
  unheard: fc.record({ do: one('unheard') }),
  never: fc.record({
    do: one('never'),
    what: fc.constantFrom('promise' as const, 'message' as const, 'clock' as const),
  }),
  swallowed: fc.record({ do: one('swallowed'), by: fc.constantFrom('cancel' as const, 'takeover' as const) }),
  unstorable: fc.record({
    do: one('unstorable'),
    what: fc.constantFrom('function' as const, 'promise' as const, 'symbol' as const),
  }),
  'error class': fc.record({ do: one('error class') }),
};

/** Every kind of hazard there is. */
export const HAZARD_KINDS = Object.keys(HAZARDS) as readonly HazardKind[];

/** Programs that are safe but for one hazard of this kind, at a random place that a calm run comes by. */
export function programsWith(kind: HazardKind): fc.Arbitrary<HazardousProgram> {
  const hazards: fc.Arbitrary<Hazard> = HAZARDS[kind];
  return fc.tuple(timeless, hazards, fc.nat()).map(([around, hazard, at]) => {
    const client = { ...around.client, ...asked(hazard) };
    return { program: injectReached({ ...around, client }, hazard, at), hazard: kind };
  });
}

/** What the client has to do for a hazard to matter. */
function asked(hazard: Hazard): Partial<ClientPlan> {
  // What one workflow left in memory takes a second one to trip over.
  if (hazard.do === 'cached') return { starts: 'two in turn' };
  if (hazard.do !== 'swallowed') return {};
  return { starts: 'one', cancels: hazard.by === 'cancel' ? 'cancel and resume' : 'never' };
}

/** Programs that are safe but for one hazard, of any kind. */
export const hazardousPrograms: fc.Arbitrary<HazardousProgram> = fc.oneof(...HAZARD_KINDS.map(programsWith));
