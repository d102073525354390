/**
 * The common ground: programs made of what both engines have.
 *
 * Left out, and why: a transaction on the application's tables needs a data source; DBOS has no durable random number (a
 * UUID stands in for it); what engines draw differs, and so would what a program decides by it (the clock stands in: it is
 * the same on both); no timeout at all is no number that the SDK's database could keep; a process that spins on its clock
 * ends a run in the midst of a move, and the engines cut their work into moves differently; what cannot be stored is refused
 * by the model engine, and lost or refused late by the SDK's serializer.
 *
 * Where the model engine is known to differ, and no program here comes by:
 *  - a `send` to nobody throws what was recorded of the refusal, also live (the SDK: live, the error itself);
 *  - durable calls inside a step are refused (the SDK runs `send`, `now` and `randomUUID` there, unrecorded);
 *  - who awaits a cancelled child is told number 27 (the SDK: live in the process of the child, 24; else 27);
 *  - options of a step that make no sense are refused in words of its own, and by a rejection.
 */
import fc from 'fast-check';
import { safePrograms } from '../../programs/arbitrary.ts';
import { hazardousPrograms } from '../../programs/hazardous.ts';
import type { Block, Call, Program, Statement } from '../../programs/program.ts';
import { childBlocks, innerBlocks, statementsOf, withBlocks } from '../../programs/walk.ts';

function callOf(call: Call): Call {
  switch (call.call) {
    case 'step':
      return call.work === 'draw' ? { ...call, work: 'clock' } : call;
    case 'transaction': {
      const { name, of } = call;
      const work = call.work === 'throw' ? 'throw' : 'pay';
      return { call: 'step', name, work, of, passed: false, attempts: 1, timeoutMs: null };
    }
    case 'random':
      return { call: 'uuid' };
    default:
      return call;
  }
}

function statementOf(statement: Statement): Statement {
  switch (statement.do) {
    case 'call':
    case 'dropped':
      return { ...statement, call: callOf(statement.call) };
    case 'gather':
    case 'first':
    case 'chain':
      return { ...statement, calls: statement.calls.map(callOf) };
    case 'pool':
      return { ...statement, step: callOf(statement.step) as typeof statement.step };
    case 'read':
      return { ...statement, what: 'clock' };
    case 'never':
      return { ...statement, what: 'promise' };
    case 'effect without key':
      return { ...statement, on: 'world' };
    default:
      return withBlocks(statement, [...innerBlocks(statement), ...childBlocks(statement)].map(blockOf));
  }
}

const blockOf = (block: Block): Block => block.map(statementOf);

const inCommon = (program: Program): Program => ({ ...program, main: blockOf(program.main) });

const isComparable = ({ main }: Program): boolean =>
  ![...statementsOf(main)].some((statement) => statement.do === 'unstorable');

/** Programs made of what both engines have: safe ones, and ones with a hazard. */
export const commonPrograms: fc.Arbitrary<Program> = fc
  .oneof(
    { arbitrary: safePrograms, weight: 3 },
    { arbitrary: hazardousPrograms.map(({ program }) => program), weight: 2 },
  )
  .map(inCommon)
  .filter(isComparable);
