/**
 * One trial, in a process of its own: runs laws on the harness beside it, one after another until one is broken, and says
 * so on standard output, a JSON document a line. Arguments: the law to begin with (or nothing), and the parts whose laws
 * are meant.
 */
import { writeSync } from 'node:fs';
import { LAWS, type Part } from './laws.ts';
import { type Law, runsMade } from './laws/making.ts';

/** What a trial says: a law is about to be tried; one is broken; all hold. `runs` counts up from its beginning. */
export type Saying =
  | { readonly trying: string; readonly runs: number }
  | { readonly broken: string; readonly runs: number; readonly because: string }
  | { readonly held: true; readonly runs: number };

// Written at once: what follows may never come to its end.
const say = (saying: Saying): void => void writeSync(1, `${JSON.stringify(saying)}\n`);

async function trial(): Promise<void> {
  const [first, ...parts] = process.argv.slice(2);
  const laws = (await Promise.all(parts.map((part) => LAWS[part as Part]()))).flat();
  const isFirst = ({ name }: Law): boolean => name === first;
  for (const { name, holds } of [...laws.filter(isFirst), ...laws.filter((law) => !isFirst(law))]) {
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
