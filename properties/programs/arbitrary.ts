/**
 * Programs nobody wrote by hand, for fast-check: those that are safe by construction.
 *
 * What a safe program comes to does not depend on timing, but for two statements at most (a letter that comes too late, a
 * step that runs out of time, a cancellation). Recorded outcomes may steer everything: what is called, how often, with what.
 *
 * Not here although a replay would do no harm: a step that records who won a race. What it does depends on timing, which
 * the law about lineage forbids; inside one step (`look for the first`) it is free.
 */
import fc from 'fast-check';
import { injectAnywhere } from './inject.ts';
import type { Block, Call, ClientPlan, Program, Safe, Statement, Step, Value, Work } from './program.ts';
import { shrinkingInside } from './shrink.ts';

// ---- values and calls ----------------------------------------------------------------------------------------------

const value: fc.Arbitrary<Value> = fc.oneof(
  fc.constantFrom('x', 'yy').map((text) => ({ text })),
  fc.nat({ max: 3 }).map((back) => ({ back })),
);

/** Few, so that calls at neighbouring positions often share a name. */
const name = fc.constantFrom('a', 'b', 'work');

const succeeding = fc.constantFrom<Work>(
  'echo',
  'look',
  'pay',
  'look, then pay',
  'look twice',
  'busy',
  'draw',
  'clock',
);
const failing = fc.constantFrom<Work>('throw', 'refused');

const stepOf = (work: fc.Arbitrary<Work>): fc.Arbitrary<Step> =>
  fc.record({
    call: fc.constant('step' as const),
    ...{ name, work, of: value, passed: fc.boolean() },
    attempts: fc.constantFrom(1, 2, 3),
    timeoutMs: fc.constant(null),
  });

const plainStep = stepOf(fc.oneof({ arbitrary: succeeding, weight: 5 }, { arbitrary: failing, weight: 1 }));

/** One durable call, of any kind. */
export const call: fc.Arbitrary<Call> = fc.oneof(
  { withCrossShrink: true },
  { arbitrary: plainStep, weight: 6 },
  {
    arbitrary: fc.record({
      ...{ call: fc.constant('transaction' as const), name, of: value },
      work: fc.constantFrom('append' as const, 'append' as const, 'throw' as const),
    }),
    weight: 2,
  },
  { arbitrary: fc.record({ call: fc.constant('sleep' as const), ms: fc.constantFrom(10, 0, 1_000) }), weight: 1 },
  { arbitrary: fc.record({ call: fc.constantFrom('random' as const, 'uuid' as const, 'now' as const) }), weight: 1 },
  { arbitrary: fc.record({ call: fc.constant('setEvent' as const), of: value }), weight: 1 },
);

const calls = fc.array(call, { minLength: 2, maxLength: 3 });

// ---- safe statements -----------------------------------------------------------------------------------------------

const constant = <T extends string>(what: T): fc.Arbitrary<T> => fc.constant(what);

const flat = {
  call: fc.record({ do: constant('call'), call, guarded: fc.boolean() }),
  gather: fc.record({ do: constant('gather'), how: fc.constantFrom('all' as const, 'allSettled' as const), calls }),
  first: fc.record({ do: constant('first'), how: fc.constantFrom('race' as const, 'any' as const), calls }),
  chain: fc.record({ do: constant('chain'), calls }),
  pool: fc.record({
    ...{ do: constant('pool'), workers: fc.constantFrom(2, 3), tasks: fc.constantFrom(2, 3, 4) },
    step: stepOf(succeeding).map((step) => ({ ...step, of: { back: 0 } })),
  }),
  note: fc.record({ do: constant('note'), of: value }),
  event: fc.record({ do: constant('event'), of: value }),
  fail: fc.record({ do: constant('fail'), because: fc.constantFrom('no', 'never') }),
};

const BLOCK_MAX = 3;
const DEPTH_MAX = 2;

/** Statements one after another, at least one. */
export const { block } = fc.letrec<{ block: Block; statement: Statement; inner: Block }>((tie) => ({
  block: fc.array(tie('statement'), { minLength: 1, maxLength: BLOCK_MAX }),
  inner: fc.array(tie('statement'), { maxLength: 2 }),
  statement: fc.oneof(
    { withCrossShrink: true, maxDepth: DEPTH_MAX, depthSize: 'small' },
    { arbitrary: flat.call, weight: 6 },
    { arbitrary: flat.gather, weight: 2 },
    { arbitrary: flat.first, weight: 1 },
    { arbitrary: flat.chain, weight: 1 },
    { arbitrary: flat.pool, weight: 1 },
    { arbitrary: flat.note, weight: 1 },
    { arbitrary: flat.event, weight: 1 },
    {
      arbitrary: fc.record({ do: constant('if'), test: value, block: tie('inner'), otherwise: tie('inner') }),
      weight: 1,
    },
    { arbitrary: fc.record({ do: constant('repeat'), times: value, block: tie('inner') }), weight: 1 },
    {
      arbitrary: fc.record({
        do: constant('try'),
        block: fc.tuple(tie('inner'), fc.oneof(flat.fail, flat.call)).map((parts) => parts.flat()),
        otherwise: tie('inner'),
      }),
      weight: 1,
    },
    {
      arbitrary: fc.record({
        ...{ do: constant('child'), block: tie('block'), of: value },
        how: fc.constantFrom('wait' as const, 'leave' as const),
      }),
      weight: 1,
    },
    {
      arbitrary: fc.record({
        ...{ do: constant('children'), of: value, together: fc.boolean() },
        blocks: fc.array(tie('block'), { minLength: 1, maxLength: 2 }),
      }),
      weight: 1,
    },
  ),
}));

const client: fc.Arbitrary<ClientPlan> = fc.record({
  ...{ letters: fc.constant(0), cancels: constant('never') },
  starts: fc.oneof(
    { arbitrary: constant('one'), weight: 4 },
    { arbitrary: fc.constantFrom('two' as const, 'two in turn' as const), weight: 1 },
  ),
  queued: fc.oneof({ arbitrary: fc.constant(false), weight: 4 }, { arbitrary: fc.constant(true), weight: 1 }),
});

/** Hardly ever nothing at all; but that is what it shrinks to. */
const main = fc.oneof(
  { withCrossShrink: true },
  { arbitrary: fc.constant([]), weight: 1 },
  { arbitrary: block, weight: 39 },
);

/** Programs whose results do not depend on timing. */
export const timeless: fc.Arbitrary<Program> = fc.record({ main, client });

// ---- what depends on timing, in good right -------------------------------------------------------------------------

type Change = (program: Program) => Program;

const recv = (timeoutMs: number): Safe => ({ do: 'call', call: { call: 'recv', timeoutMs }, guarded: false });

const write = (program: Program): Program => ({ ...program, client: { ...program.client, letters: 1 } });

/** A statement whose outcome may differ from run to run, with what the client has to do for it. */
const timed: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(fc.constantFrom(50, 1_000), fc.nat()).map(
    ([timeoutMs, at]): Change =>
      (program) =>
        injectAnywhere(write(program), recv(timeoutMs), at),
  ),
  fc.tuple(block, value, fc.nat()).map(
    ([rest, of, at]): Change =>
      (program) =>
        injectAnywhere(program, { do: 'child', block: [recv(50), ...rest], of, how: 'write' }, at),
  ),
  fc.tuple(block, value, fc.nat()).map(([rest, of, at]): Change => {
    const set: Safe = { do: 'call', call: { call: 'setEvent', of }, guarded: false };
    return (program) => injectAnywhere(program, { do: 'child', block: [set, ...rest], of, how: 'watch' }, at);
  }),
  fc.tuple(stepOf(fc.constantFrom<Work>('look', 'look, then pay', 'busy')), fc.nat()).map(
    ([step, at]): Change =>
      (program) =>
        injectAnywhere(program, { do: 'call', call: { ...step, timeoutMs: 20 }, guarded: true }, at),
  ),
  fc.tuple(name, value, fc.nat()).map(([called, of, at]): Change => {
    const counts: Call = { call: 'transaction', name: called, work: 'count', of };
    return (program) => injectAnywhere(program, { do: 'call', call: counts, guarded: false }, at);
  }),
  fc.constantFrom('cancel' as const, 'cancel and resume' as const).map((cancels): Change => (program) => ({
    ...program,
    client: { ...program.client, cancels },
  })),
);

/** Programs that are right by construction: none raises a violation under any schedule. */
export const safePrograms: fc.Arbitrary<Program> = shrinkingInside(
  fc
    .tuple(timeless, fc.array(timed, { maxLength: 2 }))
    .map(([program, changes]) => changes.reduce((changed, change) => change(changed), program)),
);
