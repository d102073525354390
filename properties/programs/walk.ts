/** Programs as trees: the blocks inside a statement, and the workflows of a program by name. */
import type { Block, Program, Statement } from './program.ts';

/** Blocks that run as part of the same workflow. */
export function innerBlocks(statement: Statement): readonly Block[] {
  switch (statement.do) {
    case 'if':
    case 'try':
      return [statement.block, statement.otherwise];
    case 'repeat':
      return [statement.block];
    default:
      return [];
  }
}

/** Blocks that are workflows of their own. */
export function childBlocks(statement: Statement): readonly Block[] {
  switch (statement.do) {
    case 'child':
    case 'started side by side':
      return [statement.block];
    case 'children':
      return statement.blocks;
    default:
      return [];
  }
}

/** `statement` with other blocks, in the order of `innerBlocks` and `childBlocks`. */
export function withBlocks(statement: Statement, blocks: readonly Block[]): Statement {
  const [first = [], second = []] = blocks;
  switch (statement.do) {
    case 'if':
    case 'try':
      return { ...statement, block: first, otherwise: second };
    case 'repeat':
    case 'child':
    case 'started side by side':
      return { ...statement, block: first };
    case 'children':
      return { ...statement, blocks };
    default:
      return statement;
  }
}

/** Whether a statement binds a value. */
export function binds(statement: Statement): boolean {
  switch (statement.do) {
    case 'call':
      return statement.call.call !== 'sleep' && statement.call.call !== 'setEvent';
    case 'child':
      return statement.how !== 'leave';
    case 'fail':
    case 'dropped':
      return false;
    default:
      return true;
  }
}

/** Every statement, from the top, those inside others after them. */
export function* statementsOf(block: Block): Generator<Statement> {
  for (const statement of block) {
    yield statement;
    for (const inner of [...innerBlocks(statement), ...childBlocks(statement)]) yield* statementsOf(inner);
  }
}

/** The workflows of a program by their blocks: `main`, then `child1`, `child2` in the order of the text. */
export function workflowsOf({ main }: Program): ReadonlyMap<Block, string> {
  const names = new Map<Block, string>([[main, 'main']]);
  for (const statement of statementsOf(main))
    for (const block of childBlocks(statement)) if (!names.has(block)) names.set(block, `child${names.size}`);
  return names;
}

/** Whether what a program comes to may differ from run to run, in good right. */
export const dependsOnTiming = ({ main, client }: Program): boolean =>
  client.letters > 0 || client.cancels !== 'never' || [...statementsOf(main)].some(isTimed);

function isTimed(statement: Statement): boolean {
  if (statement.do === 'child') return statement.how === 'write' || statement.how === 'watch';
  if (statement.do !== 'call') return false;
  const { call } = statement;
  return (call.call === 'step' && call.timeoutMs !== null) || (call.call === 'transaction' && call.work === 'count');
}
