/**
 * Has the one test that a saved script names do something with it, and hears what it says. Every way in which no test
 * answers has its words here.
 */
import { existsSync } from 'node:fs';
import type { Note } from '../vitest/command.ts';
import type { Ended } from './child.ts';
import { nearest } from './nearest.ts';
import { vitestOf } from './project.ts';
import { fromFolder, portableLine, replayLine } from '../seeds/naming.ts';
import { isTestFile, type Target } from './target.ts';
import { EXIT, exitFor, folderOf, type Surroundings, UsageError } from './usage.ts';
import { runVitest } from './vitest.ts';

/** What the test named by an order says to it. */
export type Answer = Extract<Note, { is: 'finding' | 'passed' | 'confirmed' | 'stale' | 'failed' }>;

/** What to do with the script of a target. */
export type Asked = { readonly do: 'replay' } | { readonly do: 'confirm'; readonly postgres: string | null };

/** An answer that is none: says why there was no run. Returns what to exit with. */
export function refused(answer: Answer | null, { warn }: Surroundings): number {
  if (answer === null) return EXIT.interrupted;
  if (answer.is === 'stale') {
    warn(`reprise: ${answer.test.name}: ${answer.because}`);
    return EXIT.stale;
  }
  if (answer.is !== 'failed') throw new Error(`a test said "${answer.is}", which it was not asked`);
  const exit = exitFor(answer.error);
  // What is known explains itself.
  warn(`reprise: ${answer.test.name}: ${exit === undefined ? `${answer.error}: ` : ''}${answer.message}`);
  return exit ?? EXIT.usage;
}

/** Has the test of `target` do with its script what is asked. Null: interrupted. Rejects with `UsageError` where no test answers. */
export async function answered(target: Target, asked: Asked, surroundings: Surroundings): Promise<Answer | null> {
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
  const { text, name, check, script } = target;
  const what = { test: { file, name }, script };
  const replayCommand = replayLine(text) ?? portableLine({ scenario: name, check, script }, file, cwd);
  const answers: Answer[] = [];
  const skipped: string[] = [];
  const ended = await runVitest(
    {
      vitest: vitestOf(cwd, file),
      files: [file],
      task: asked.do === 'replay' ? { ...asked, ...what, replayCommand } : { ...asked, ...what },
      onNote: (note) => {
        if (note.is === 'skipped') skipped.push(note.test.name);
        else if (note.is !== 'progress' && note.is !== 'tried') answers.push(note);
      },
      interrupted: surroundings.interrupted,
    },
    surroundings,
  );
  const [gravest] = answers.toSorted((a, b) => gravityOf(b) - gravityOf(a));
  if (gravest !== undefined) return gravest;
  if (ended.exit === null) return null;
  throw new UsageError(silence(ended, shown, target.name, skipped, surroundings));
}

/**
 * Several may answer: a file that is in two projects of one vitest, tests of one name. None can hide what another has
 * found; and one to which the script does not apply may just not be the one that it is of.
 */
function gravityOf(answer: Answer): number {
  if (answer.is === 'confirmed') return answer.confirmed ? 1 : 3;
  return { stale: 0, passed: 1, failed: 2, finding: 3 }[answer.is];
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
