/**
 * What `npm run conformance -- --programs N` does, with its surroundings handed in: batches of generated programs, each under
 * a script of its own, on both engines, until all are done or two engines disagree.
 */
import type { compare } from './agree.ts';
import { enginesAgree, type Figures } from './law.ts';
import type { Surroundings } from '../surroundings.ts';

const BATCH = 1_000;

const digits = (count: number): string => count.toLocaleString('en-US');

/** Compares so many programs by `compared` (see law.ts); returns the exit code: 0 if the engines agree on all, 1 after printing where they do not. */
export async function comparePrograms(
  programs: number,
  seed: string,
  { print, warn }: Surroundings,
  compared?: typeof compare,
): Promise<0 | 1> {
  let total: Figures = { programs: 0, moves: 0 };
  for (let batch = 0; total.programs < programs; batch++) {
    // The first batch of this seed is the one that was begun.
    const own = batch === 0 ? seed : `${seed}+${batch}`;
    try {
      const size = Math.min(BATCH, programs - total.programs);
      const made = await enginesAgree({ seed: own, programs: size, ...(compared === undefined ? {} : { compared }) });
      total = { programs: total.programs + made.programs, moves: total.moves + made.moves };
    } catch (error) {
      print(`${(error as Error).message}\n\nafter ${digits(total.programs)} programs on which the engines agree`);
      return 1;
    }
    warn(`${digits(total.programs)} programs, ${digits(total.moves)} moves`);
  }
  print(`${digits(total.programs)} programs × scripts, ${digits(total.moves)} moves on both engines: 0 disagreements`);
  return 0;
}
