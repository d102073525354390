/**
 * Planted faults, as data: what is wrong, in plain words, and the one line of source that makes it so. The lists stand in
 * `faults/`, by room, written like a diff: three lines each.
 */
import { DATA } from './faults/data.ts';
import { DBOS } from './faults/dbos.ts';
import { JUDGEMENT } from './faults/judgement.ts';
import { MACHINE } from './faults/machine.ts';
import { PROGRAM } from './faults/program.ts';
import { SEARCH } from './faults/search.ts';
import { SURROUNDINGS } from './faults/surroundings.ts';

/** One fault. `from` occurs exactly once in `harness/<file>`; both are a line, or a part of one. */
export interface Mutant {
  readonly fault: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A list of faults is not written as it should be. */
export class FaultFormatError extends Error {
  override readonly name = 'FaultFormatError';
}

/**
 * The faults that `text` plants in `file`: blocks of three lines (the fault, `- from`, `+ to`), one blank line between
 * them. Throws `FaultFormatError` on anything else.
 */
export function faultsIn(file: string, text: string): Mutant[] {
  const blocks = text.trim().split(/\n\s*\n/);
  return blocks.map((block) => {
    const [fault = '', from = '', to = '', ...more] = block.split('\n').map((line) => line.trim());
    if (!from.startsWith('- ') || !/^\+( |$)/.test(to) || more.length > 0)
      throw new FaultFormatError(`${file}: a fault is three lines (what is wrong, "- from", "+ to"), not:\n${block}`);
    return { fault, file, from: from.slice(2), to: to.slice(2) };
  });
}

/** Every fault, room by room. */
export const mutants = (): readonly Mutant[] =>
  [...DATA, ...SURROUNDINGS, ...MACHINE, ...PROGRAM, ...SEARCH, ...JUDGEMENT, ...DBOS].flatMap(([file, text]) =>
    faultsIn(file, text),
  );
