/**
 * `npx reprise show`: the run of a saved script as something to look at.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { answered, refused } from './answer.ts';
import type { Found } from './tally.ts';
import { targetIn } from './target.ts';
import { type Command, EXIT, folderOf, type Surroundings, UsageError } from './usage.ts';

const help = `npx reprise show FILE#ID | TOKEN [options]

  Makes the run of a saved script once more, in its own test, and prints it in one of these forms:

  --html         a page with the timeline of both executions; it needs no network
  --trace        trace events, for https://ui.perfetto.dev and chrome://tracing
  --mermaid      a Mermaid diagram, for GitHub's issues and summaries
  --text         the story, as replay tells it (default)

  --out FILE     writes it to FILE
  -h, --help     this

  exit code  0  clean: shown
             1  there is nothing to show: the script breaks no law any more
             2  used wrongly: no such file, id, test or option, no token, no vitest, or FILE cannot be written
             3  stale: the program has changed, and the script no longer applies
             4  not deterministic: the same schedule went two ways
           130  interrupted`;

/** `npx reprise show`. */
export const showCommand: Command = { help, run };

type Form = keyof Found['told'];
const FORMS: readonly Form[] = ['text', 'html', 'trace', 'mermaid'];

async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...{ text: { type: 'boolean' }, html: { type: 'boolean' }, trace: { type: 'boolean' } },
      ...{ mermaid: { type: 'boolean' }, out: { type: 'string' } },
    },
  });
  const [form = 'text', ...more] = FORMS.filter((name) => values[name] === true);
  if (more.length > 0)
    throw new UsageError(`name one form, not ${[form, ...more].map((name) => `--${name}`).join(' and ')}`);
  const target = targetIn(positionals, 'show', folderOf(surroundings));
  const answer = await answered(target, { do: 'replay' }, surroundings);
  if (answer?.is === 'finding') {
    show(answer.told[form], values.out, surroundings);
    return EXIT.well;
  }
  if (answer?.is !== 'passed') return refused(answer, surroundings);
  surroundings.warn(`reprise: ${target.name}: the script breaks no law any more, so there is nothing to show`);
  return EXIT.not;
}

function show(text: string, out: string | undefined, surroundings: Surroundings): void {
  if (out === undefined) return surroundings.print(text.trimEnd());
  const path = resolve(folderOf(surroundings), out);
  try {
    writeFileSync(path, `${text.trimEnd()}\n`);
  } catch (error) {
    throw new UsageError(`--out: ${path} cannot be written (${(error as Error).message})`, { cause: error });
  }
  surroundings.print(`written to ${out}`);
}
