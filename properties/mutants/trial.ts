/**
 * One trial, in a process of its own: runs the laws of the parts it is given as arguments on the harness beside it, one
 * after another until one is broken, and says so on standard output, a JSON document a line.
 */
import { writeSync } from 'node:fs';
import { LAWS, type Part } from './laws.ts';
import { runsMade } from './laws/making.ts';

/** What a trial says: a law is about to be tried; one is broken; all hold. `runs` counts up from its beginning. */
export type Saying =
  | { readonly trying: string; readonly runs: number }
  | { readonly broken: string; readonly runs: number; readonly because: string }
  | { readonly held: true; readonly runs: number };

// Written at once: what follows may never come to its end.
const say = (saying: Saying): void => void writeSync(1, `${JSON.stringify(saying)}\n`);

async function trial(): Promise<void> {
  const parts = process.argv.slice(2) as Part[];
  const laws = await Promise.all(parts.map((part) => LAWS[part]()));
  for (const { name, holds } of laws.flat()) {
    say({ trying: name, runs: runsMade() });
    try {
      await holds();
    } catch (error) {
      return say({ broken: name, runs: runsMade(), because: error instanceof Error ? error.message : String(error) });
    }
  }
  say({ held: true, runs: runsMade() });
}

await trial();
// Whatever a mutant has left running.
process.exit();
