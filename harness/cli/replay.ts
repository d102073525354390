/**
 * `npx reprise replay`: the one run of a saved script, in its own test, told as a story.
 */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Note } from '../vitest/command.ts';
import type { Ended } from './child.ts';
import { nearest } from './nearest.ts';
import { vitestOf } from './project.ts';
import { fromFolder, isTestFile, type Target, targetIn } from './target.ts';
import { type Command, EXIT, folderOf, type Surroundings, UsageError } from './usage.ts';
import { runVitest } from './vitest.ts';

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
  const answer = await replayed(target, surroundings);
  if (answer === null) return EXIT.interrupted;
  if (answer.is === 'finding') {
    surroundings.print(answer.told.text);
    if (answer.entry.check !== target.check)
      surroundings.print(
        `\n  it breaks another law than when it was saved: ${answer.entry.check}, not ${target.check}`,
      );
    return EXIT.not;
  }
  if (answer.is === 'passed') {
    surroundings.print(answer.told.text);
    return EXIT.well;
  }
  return refused(answer, surroundings);
}

/** What a simulated test says to the order to replay. */
export type Answer = Extract<Note, { is: 'finding' | 'passed' | 'stale' | 'failed' }>;

/** Says why there was no run; what to exit with. */
export function refused(answer: Extract<Answer, { is: 'stale' | 'failed' }>, { warn }: Surroundings): number {
  if (answer.is === 'stale') {
    warn(`reprise: ${answer.test.name}: ${answer.because}`);
    return EXIT.stale;
  }
  warn(`reprise: ${answer.test.name}: ${answer.error}: ${answer.message}`);
  return answer.error === 'NotDeterministicError' ? EXIT.notDeterministic : EXIT.usage;
}

/** Has the test of `target` replay its script. Null: interrupted. Rejects with `UsageError` where no test answers. */
export async function replayed(target: Target, surroundings: Surroundings): Promise<Answer | null> {
  const cwd = folderOf(surroundings);
  const file = target.module();
  const shown = fromFolder(cwd, file);
  if (!existsSync(file))
    throw new UsageError(
      `${shown}: there is no such test file; if it has a new name, give its file in __seeds__ the same, and run npx reprise in the folder of the project`,
    );
  if (!isTestFile(file))
    throw new UsageError(
      `${shown}: it is no test file, so vitest cannot run it: write a test of the scenario (simTest), or call replay() from 'reprise'`,
    );
  const answers: Answer[] = [];
  const skipped: string[] = [];
  const ended = await runVitest(
    {
      vitest: vitestOf(cwd, file),
      files: [file],
      task: { do: 'replay', test: { file, name: target.name }, script: target.script },
      onNote: (note) => {
        if (note.is === 'skipped') skipped.push(note.test.name);
        else if (note.is !== 'progress' && note.is !== 'updated') answers.push(note);
      },
      interrupted: surroundings.interrupted,
    },
    surroundings,
  );
  const answer = answers.at(-1);
  if (answer !== undefined) return answer;
  if (ended.exit === null) return null;
  throw new UsageError(silence(ended, shown, target.name, skipped, surroundings));
}

/** Why no test answered. Where vitest itself knows best, its output is shown first. */
function silence(
  { exit, output }: Ended,
  file: string,
  name: string,
  skipped: readonly string[],
  { warn }: Surroundings,
): string {
  if (skipped.length > 0) {
    const [meant] = nearest(name, skipped);
    const hint = meant === undefined ? '' : `; is it "${meant}" now?`;
    return `${file}: there is no simulated test "${name}" any more, or it is skipped${hint} There are\n${skipped.map((other) => `  ${other}`).join('\n')}`;
  }
  if (exit !== 0) {
    warn(output.trimEnd());
    return `${file}: vitest ended with exit code ${exit} before a simulated test began; what it said is above`;
  }
  return `${file}: no simulated test ran in it: it calls no simTest, or all of them are skipped (.skip, .todo, an .only elsewhere)`;
}
