/**
 * `npx reprise init`: from a project with workflows to one with a simulated test. Never writes over anything.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BY_HAND, FIRST_CONFIGURATION, hasPlugin, withPlugin } from './configuration.ts';
import { configurationIn, vitestOf } from './project.ts';
import { fromFolder } from '../seeds/naming.ts';
import { type Command, EXIT, folderOf, type Surroundings, UsageError } from './usage.ts';
import { firstTest, testPathOf, workflowsBelow } from './workflows.ts';

const help = `npx reprise init

  Makes simulated tests work in this project, as far as they do not yet:
    - adds the plugin to the configuration of vitest, or writes one where there is none. A configuration that it is not
      sure of stays as it is: then it says what to add
    - writes a first test beside the first workflow it finds (DBOS.registerWorkflow, @DBOS.workflow) that has none
  Nothing is written over.

  -h, --help     this

  exit code  0  done, or there was nothing to do
             1  something is left to you: it says what
             2  used wrongly: no vitest in this project, or a file that cannot be written`;

/** `npx reprise init`. */
export const initCommand: Command = { help, run };

function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  parseArgs({ args: [...args], options: {} });
  const { root } = vitestOf(folderOf(surroundings), null);
  const steps = [configured(root), tested(root)];
  for (const { text } of steps) surroundings.print(text);
  const isDone = steps.every(({ done }) => done);
  if (isDone) surroundings.print('\nnow run your tests: npx vitest run');
  return Promise.resolve(isDone ? EXIT.well : EXIT.not);
}

/** What a step of it says, and whether it is all done. */
interface Step {
  readonly done: boolean;
  readonly text: string;
}

function configured(root: string): Step {
  const name = configurationIn(root);
  if (name === null) {
    // Where files are CommonJS by default, only an .mts file may import what vitest and Reprise export.
    const first = isModule(root) ? 'vitest.config.ts' : 'vitest.config.mts';
    write(join(root, first), FIRST_CONFIGURATION, 'wx');
    return { done: true, text: `wrote    ${first}, with the plugin` };
  }
  const path = join(root, name);
  const text = readFileSync(path, 'utf8');
  if (hasPlugin(text)) return { done: true, text: `kept     ${name}: it has the plugin` };
  const edited = withPlugin(text);
  if (edited === null)
    return {
      done: false,
      text: `to do    ${name} is not simple enough to be edited safely; add to it:\n\n${BY_HAND}\n`,
    };
  write(path, edited, 'w');
  return { done: true, text: `changed  ${name}: it has the plugin now` };
}

function isModule(root: string): boolean {
  try {
    return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { type?: unknown }).type === 'module';
  } catch {
    return false;
  }
}

function tested(root: string): Step {
  const workflows = workflowsBelow(root);
  const [first] = workflows;
  if (first === undefined)
    return {
      done: false,
      text: `to do    no exported workflow was found (export const x = DBOS.registerWorkflow(...), or @DBOS.workflow() in an exported class): export yours and run this again, or write a test of it: see simTest in the README`,
    };
  const untested = workflows.find((workflow) => !existsSync(testPathOf(workflow)));
  if (untested === undefined) return { done: true, text: `kept     ${fromFolder(root, testPathOf(first))}` };
  const path = testPathOf(untested);
  const [shown, name] = [fromFolder(root, path), untested.method ?? untested.exported];
  write(path, firstTest(untested), 'wx');
  if (untested.parameters === '') return { done: true, text: `wrote    ${shown}, a first test of ${name}` };
  return {
    done: false,
    text: `wrote    ${shown}, a first test of ${name}\nto do    give it its arguments there: ${untested.parameters}`,
  };
}

function write(path: string, text: string, flag: 'w' | 'wx'): void {
  try {
    writeFileSync(path, text, { flag });
  } catch (error) {
    throw new UsageError(`${path}: it cannot be written (${(error as Error).message})`, { cause: error });
  }
}
