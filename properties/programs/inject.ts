/**
 * Puts a statement into a program: one that may stand anywhere, or a hazard, at a place where every run comes by.
 */
import type { Block, Call, Program, Statement } from './program.ts';
import { childBlocks, innerBlocks, withBlocks } from './walk.ts';

/** A program in which `statement` stands at a place: any natural number picks one of those there are. */
export function injectAnywhere(program: Program, statement: Statement, pick: number): Program {
  return { ...program, main: atPlace(program.main, placesAnywhere(program.main), statement, pick) };
}

/** As `injectAnywhere`, at places that a calm run reaches; hazards that need it come last in their workflow. */
export function injectReached(program: Program, statement: Statement, pick: number): Program {
  const { main } = program;
  const all = placesReached(main, comesLast(statement));
  // The client cancels no child.
  const places = statement.do === 'swallowed' ? all.filter((place) => place.length === 1) : all;
  // No workflow certainly comes to its end: the program is cut short.
  if (places.length === 0) return { ...program, main: [...main.slice(0, main.findIndex(mayThrow)), statement] };
  return { ...program, main: atPlace(main, places, statement, pick) };
}

/** Hazards that are only wrong because the workflow ends, or in what it returns. */
const comesLast = (statement: Statement): boolean =>
  statement.do === 'dropped' ||
  statement.do === 'abandoned' ||
  (statement.do === 'merged' && statement.use === 'return');

/** Which statement of the program, and which of its blocks, and so on; in the end, before which statement. */
type Place = readonly number[];

function atPlace(main: Block, places: readonly Place[], statement: Statement, pick: number): Block {
  return insert(main, places[pick % places.length]!, statement);
}

function insert(block: Block, [index, inner, ...rest]: Place, statement: Statement): Block {
  if (inner === undefined) return block.toSpliced(index!, 0, statement);
  const around = block[index!]!;
  const blocks = [...innerBlocks(around), ...childBlocks(around)];
  return block.with(index!, withBlocks(around, blocks.with(inner, insert(blocks[inner]!, rest, statement))));
}

function placesAnywhere(block: Block): Place[] {
  const here = Array.from({ length: block.length + 1 }, (_, index) => [index]);
  const deeper = block.flatMap((statement, index) =>
    [...innerBlocks(statement), ...childBlocks(statement)].flatMap((inner, which) =>
      placesAnywhere(inner).map((place) => [index, which, ...place]),
    ),
  );
  return [...here, ...deeper];
}

/** Places in the workflow and its children before the first statement that may end it by throwing. */
function placesReached(block: Block, last: boolean): Place[] {
  const stop = block.findIndex(mayThrow);
  const reached = stop < 0 ? block : block.slice(0, stop + 1);
  const here = Array.from({ length: stop < 0 ? block.length + 1 : stop + 1 }, (_, index) => [index]);
  const ends = stop < 0 ? here.slice(-1) : [];
  const deeper = reached.flatMap((statement, index) =>
    childBlocks(statement).flatMap((child, which) =>
      placesReached(child, last).map((place) => [index, which, ...place]),
    ),
  );
  return [...(last ? ends : here), ...deeper];
}

const FAILING: ReadonlySet<string> = new Set(['refused', 'throw', 'busy']);

/** Whether a call may throw although nothing fails around it. Cautious: a retried one might succeed. */
const callMayThrow = (call: Call): boolean =>
  (call.call === 'step' && (FAILING.has(call.work) || call.timeoutMs !== null)) ||
  (call.call === 'transaction' && call.work === 'throw');

function mayThrow(statement: Statement): boolean {
  switch (statement.do) {
    case 'call':
      return !statement.guarded && callMayThrow(statement.call);
    case 'chain':
      return statement.calls.some(callMayThrow);
    case 'fail':
      return true;
    case 'child':
      return statement.how !== 'leave' && statement.block.some(mayThrow);
    case 'if':
      return [...statement.block, ...statement.otherwise].some(mayThrow);
    case 'repeat':
      return statement.block.some(mayThrow);
    case 'try':
      return statement.otherwise.some(mayThrow);
    default:
      return false;
  }
}
