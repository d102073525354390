/**
 * Planting: for each mutant a tree of its own with the harness as the fault makes it, compiled by the project's compiler,
 * and beside it the laws, programs and scenarios as they are, whose relative imports reach that harness.
 *
 * A mutant that cannot be planted (its line is gone or not unique, it does not compile, nothing comes of it) is an error,
 * by name: it must never count as killed.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Mutant } from './mutants.ts';

/** Some mutants are not planted. The message says which, and why. */
export class NotPlantedError extends Error {
  override readonly name = 'NotPlantedError';
}

/** Where things are: the project, the JavaScript of its tools (`npm run tools`), and the folder for the trees. */
export interface Ground {
  readonly project: string;
  readonly built: string;
  readonly into: string;
}

/** Mutants compiled by one start of the compiler: its memory grows with each. */
const BATCH = 10;

/**
 * Plants `mutants`, and beside them the harness as it is. Returns the folders: first that of the real one, then those of the
 * mutants, in order. Throws `NotPlantedError`.
 */
export function plant(mutants: readonly Mutant[], ground: Ground, progress: (text: string) => void): string[] {
  refuseStale(mutants, ground);
  rmSync(ground.into, { recursive: true, force: true });
  const planted = [null, ...mutants];
  for (let from = 0; from < planted.length; from += BATCH) {
    const numbers = planted.slice(from, from + BATCH).map((_, index) => from + index);
    progress(`planting ${numbers.at(-1)! + 1} of ${planted.length}`);
    for (const number of numbers) copy(planted[number]!, number, ground);
    compile(numbers, planted, ground);
  }
  refuseUnchanged(mutants, ground);
  return planted.map((_, number) => treeOf(ground, number));
}

const treeOf = ({ into }: Ground, number: number): string => join(into, 'trees', `${number}`);
const sourceOf = ({ into }: Ground, number: number): string => join(into, 'sources', `${number}`);

/** What is wrong with the line of each mutant whose source has changed since it was written. */
export function staleness(mutants: readonly Mutant[], project: string): string[] {
  return mutants.flatMap(({ fault, file, from }) => {
    const found = readFileSync(join(project, 'harness', file), 'utf8').split(from).length - 1;
    if (found === 1) return [];
    return [`stale mutant "${fault}": ${found === 0 ? 'nowhere' : `${found} times`} in harness/${file}: ${from}`];
  });
}

function refuseStale(mutants: readonly Mutant[], { project }: Ground): void {
  const stale = staleness(mutants, project);
  if (stale.length > 0) throw new NotPlantedError(stale.join('\n'));
}

function copy(mutant: Mutant | null, number: number, ground: Ground): void {
  const isSource = (path: string): boolean => !/\.\w+$/.test(path) || path.endsWith('.ts');
  cpSync(join(ground.project, 'harness'), join(sourceOf(ground, number), 'harness'), {
    recursive: true,
    filter: isSource,
  });
  const isRun = (path: string): boolean => !path.endsWith('.map');
  for (const folder of ['scenarios', 'properties'])
    cpSync(join(ground.built, folder), join(treeOf(ground, number), folder), { recursive: true, filter: isRun });
  if (mutant === null) return;
  const path = join(sourceOf(ground, number), 'harness', mutant.file);
  // Not `replace` with a text: a `$` in it would have a meaning.
  writeFileSync(
    path,
    readFileSync(path, 'utf8').replace(mutant.from, () => mutant.to),
  );
}

function compile(numbers: readonly number[], planted: readonly (Mutant | null)[], ground: Ground): void {
  const config = {
    extends: relative(ground.into, join(ground.project, 'tsconfig.json')),
    compilerOptions: {
      ...{ rootDir: 'sources', outDir: 'trees', noEmit: false, noEmitOnError: true },
      ...{ declaration: false, declarationMap: false, sourceMap: false, inlineSources: false, removeComments: true },
      // A fault may leave a name without use, or a line out of reach.
      ...{ noUnusedLocals: false, noUnusedParameters: false, allowUnreachableCode: true },
    },
    include: numbers.map((number) => `sources/${number}`),
  };
  mkdirSync(ground.into, { recursive: true });
  writeFileSync(join(ground.into, 'tsconfig.json'), JSON.stringify(config, null, 2));
  const compiler = join(ground.project, 'node_modules/typescript/bin/tsc');
  const { status, stdout, error } = spawnSync(process.execPath, [compiler, '-p', ground.into, '--pretty', 'false'], {
    encoding: 'utf8',
    cwd: ground.into,
  });
  if (error !== undefined) throw new NotPlantedError(`the compiler cannot be started: ${error.message}`);
  if (status !== 0) throw new NotPlantedError(compilerErrors(stdout, planted));
}

/** What the compiler objects to, by mutant. */
function compilerErrors(output: string, planted: readonly (Mutant | null)[]): string {
  const lines = output.split('\n').filter((line) => line.includes('error TS'));
  const said = lines.map((line) => {
    const number = /(?:^|[/\\])sources[/\\](\d+)[/\\]/.exec(line)?.[1];
    const mutant = number === undefined ? null : planted[Number(number)];
    return `${mutant == null ? 'the harness itself' : `mutant "${mutant.fault}"`} does not compile: ${line}`;
  });
  return said.length > 0 ? said.join('\n') : `the compiler failed: ${output}`;
}

/** A fault that leaves the JavaScript as it was (in a comment, in a type) is none. */
function refuseUnchanged(mutants: readonly Mutant[], ground: Ground): void {
  const compiled = (number: number, file: string): string =>
    readFileSync(join(treeOf(ground, number), 'harness', file.split('/').join(sep).replace(/\.ts$/, '.js')), 'utf8');
  const unchanged = mutants.filter(({ file }, index) => compiled(index + 1, file) === compiled(0, file));
  if (unchanged.length > 0)
    throw new NotPlantedError(
      unchanged.map(({ fault, file }) => `mutant "${fault}" changes nothing that runs in harness/${file}`).join('\n'),
    );
}
