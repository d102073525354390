/**
 * `npx reprise replay`: the one run of a saved script, in its own test, told as a story.
 */
import { parseArgs } from 'node:util';
import { answered, refused } from './answer.ts';
import { targetIn } from './target.ts';
import { type Command, EXIT, folderOf, type Surroundings } from './usage.ts';

const help = `npx reprise replay FILE#ID | TOKEN

  Makes the run of a saved script once more, in its own test, by the vitest of this project, and tells it.

  FILE            a file of saved scripts: __seeds__/x.test.ts.json is of x.test.ts in the folder above
  ID              which script of the file, by the first digits of its id; not needed if there is one
  TOKEN           a script in one word, as a CI prints it, where no file holds it: r1.eJw...

  -h, --help      this

  exit code  0  clean: the script applies, and breaks no law any more
             1  finding: it still breaks one
             2  used wrongly: no such file, id or test, no token, no vitest, or a test that cannot be run
             3  stale: the program has changed, and the script no longer applies
             4  not deterministic: the same schedule went two ways
           130  interrupted`;

/** `npx reprise replay`. */
export const replayCommand: Command = { help, run };

async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true, options: {} });
  const target = targetIn(positionals, 'replay', folderOf(surroundings));
  const answer = await answered(target, { do: 'replay' }, surroundings);
  if (answer?.is === 'finding') {
    surroundings.print(answer.told.text);
    if (answer.entry.check !== target.check)
      surroundings.print(
        `\n  it breaks another law than when it was saved: ${answer.entry.check}, not ${target.check}`,
      );
    return EXIT.not;
  }
  if (answer?.is === 'passed') {
    surroundings.print(answer.told.text);
    return EXIT.well;
  }
  return refused(answer, surroundings);
}
