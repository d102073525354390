/**
 * `npx reprise init-ci`: a workflow of GitHub Actions. Never writes over one.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { actionsWorkflow, type Manager } from './actions.ts';
import { planOf } from './plan.ts';
import { type Command, EXIT, folderOf, type Surroundings, UsageError } from './usage.ts';

const PATH = '.github/workflows/reprise.yml';

const help = `npx reprise init-ci [options]

  Writes ${PATH}, for GitHub Actions; run it in the folder that has .github (or will have it):
    - pull requests run your tests, with the hash of the commit as seed
    - at night, fuzz searches in several shards, no two of which plan the same runs. What they find is in the summary
      of the job with its timeline, in its artifacts, and in one issue for each failure
  It uses no actions but GitHub's own, and no token but the built-in one. Nothing is written over.

  --shards N     machines that search at night (default: 4)
  --for TIME     how long each of them searches (default: 20m)
  --print        prints the workflow, and writes nothing
  -h, --help     this

  exit code  0  written
             1  there is such a file already: it stays as it is
             2  used wrongly: no such option, or the file cannot be written`;

/** `npx reprise init-ci`. */
export const initCiCommand: Command = { help, run };

/** What installing and starting takes, beside the search. */
const BESIDES_MINUTES = 20;

function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ shards: { type: 'string', default: '4' }, for: { type: 'string', default: '20m' } },
      print: { type: 'boolean', default: false },
    },
  });
  if (!/^[1-9]\d{0,2}$/.test(values.shards))
    throw new UsageError(`--shards takes a whole number from 1 to 999, not "${values.shards}"`);
  const { forMs } = planOf({ for: values.for });
  const cwd = folderOf(surroundings);
  const minutesMax = Math.ceil(forMs! / 60_000) + BESIDES_MINUTES;
  const text = actionsWorkflow(managerOf(cwd), { shards: Number(values.shards), time: values.for, minutesMax });
  if (values.print) surroundings.print(text.trimEnd());
  return Promise.resolve(values.print ? EXIT.well : written(cwd, text, surroundings));
}

function written(cwd: string, text: string, { print, warn }: Surroundings): number {
  const path = join(cwd, PATH);
  if (existsSync(path)) {
    warn(
      `reprise: ${PATH} is there already, and stays as it is: npx reprise init-ci --print shows what would be written`,
    );
    return EXIT.not;
  }
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { flag: 'wx' });
  } catch (error) {
    throw new UsageError(`${PATH}: it cannot be written (${(error as Error).message})`, { cause: error });
  }
  print(`wrote    ${PATH}: look it over, and commit it`);
  return EXIT.well;
}

/** By its lock file. */
function managerOf(cwd: string): Manager {
  const has = (file: string): boolean => existsSync(join(cwd, file));
  const test = testsItself(cwd);
  const corepack = 'corepack enable';
  if (has('pnpm-lock.yaml'))
    return {
      prepare: corepack,
      install: 'pnpm install --frozen-lockfile',
      test: test ? 'pnpm test' : 'pnpm exec vitest run',
    };
  if (has('yarn.lock'))
    return { prepare: corepack, install: 'yarn install --immutable', test: test ? 'yarn test' : 'yarn vitest run' };
  return {
    prepare: null,
    install: has('package-lock.json') ? 'npm ci' : 'npm install',
    test: test ? 'npm test' : 'npx vitest run',
  };
}

/** Whether the project says itself how its tests are run. */
function testsItself(cwd: string): boolean {
  try {
    const { scripts } = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8')) as { scripts?: { test?: unknown } };
    return typeof scripts?.test === 'string' && !scripts.test.includes('no test specified');
  } catch {
    return false;
  }
}
