/**
 * Planting: for each mutant a tree of its own with the harness as the fault makes it, compiled by the project's compiler,
 * and beside it the laws, programs and scenarios as they are, whose relative imports reach that harness.
 *
 * A mutant that cannot be planted (its line is gone or not unique, it does not compile, nothing comes of it) is an error,
 * by name: it must never count as killed.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { partOf, type Part } from './laws.ts';
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

/** A planted tree: where it is, and the parts whose laws it is to be tried against. */
export interface Tree {
  readonly folder: string;
  readonly parts: readonly Part[];
  /** The name of the law to try before all others. */
  readonly first?: string;
}

/**
 * Plants `mutants`, and beside them the harness as it is. Returns the trees: first that of the real one, then those of the
 * mutants, in order. Throws `NotPlantedError`.
 */
export function plant(mutants: readonly Mutant[], ground: Ground): Tree[] {
  refuseStale(mutants, ground);
  rmSync(ground.into, { recursive: true, force: true });
  for (const [index, mutant] of mutants.entries()) patch(mutant, index + 1, ground);
  compile(mutants, ground);
  return [null, ...mutants].map((mutant, number) => {
    const tree = treeOf(ground, number);
    const faulty = mutant === null ? mutants : [mutant];
    const isRun = (path: string): boolean => !path.endsWith('.map');
    for (const folder of ['scenarios', 'properties'])
      cpSync(join(ground.built, folder), join(tree, folder), { recursive: true, filter: isRun });
    cpSync(join(ground.into, 'compiled', 'harness'), join(tree, 'harness'), { recursive: true });
    if (mutant !== null) replace(mutant, number, ground);
    return { folder: tree, parts: [...new Set(faulty.map(({ file }) => partOf(file)))] };
  });
}

const treeOf = ({ into }: Ground, number: number): string => join(into, 'trees', `${number}`);
const sourceOf = ({ into }: Ground, number: number): string => join(into, 'sources', `${number}`, 'harness');
const compiledOf = ({ project, into }: Ground, source: string): string =>
  join(into, 'compiled', relative(project, source)).replace(/\.ts$/, '.js');

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

/** Writes the one source file that is another. */
function patch({ file, from, to }: Mutant, number: number, ground: Ground): void {
  const path = join(sourceOf(ground, number), file);
  mkdirSync(dirname(path), { recursive: true });
  // Not `replace` with a text: a `$` in it would have a meaning.
  writeFileSync(
    path,
    readFileSync(join(ground.project, 'harness', file), 'utf8').replace(from, () => to),
  );
}

/** Compiles the harness, and every file that is another as if it stood in its place: all in one go. */
function compile(mutants: readonly Mutant[], ground: Ground): void {
  const real = join(ground.project, 'harness');
  const config = {
    extends: relative(ground.into, join(ground.project, 'tsconfig.json')),
    compilerOptions: {
      ...{ rootDir: ground.project, outDir: 'compiled', noEmit: false, noEmitOnError: true, removeComments: true },
      ...{ declaration: false, declarationMap: false, sourceMap: false, inlineSources: false },
      // What a file does not find beside it is found where it belongs.
      rootDirs: [real, ...mutants.map((_, index) => sourceOf(ground, index + 1))],
      // A fault may leave a name without use, or a line out of reach.
      ...{ noUnusedLocals: false, noUnusedParameters: false, allowUnreachableCode: true },
    },
    include: [real, 'sources'],
  };
  mkdirSync(ground.into, { recursive: true });
  writeFileSync(join(ground.into, 'tsconfig.json'), JSON.stringify(config, null, 2));
  const compiler = join(ground.project, 'node_modules/typescript/bin/tsc');
  const { status, stdout, error } = spawnSync(process.execPath, [compiler, '-p', ground.into, '--pretty', 'false'], {
    encoding: 'utf8',
    cwd: ground.into,
  });
  if (error !== undefined) throw new NotPlantedError(`the compiler cannot be started: ${error.message}`);
  if (status !== 0) throw new NotPlantedError(compilerErrors(stdout, mutants));
}

/** What the compiler objects to, by mutant. */
function compilerErrors(output: string, mutants: readonly Mutant[]): string {
  const lines = output.split('\n').filter((line) => line.includes('error TS'));
  const said = lines.map((line) => {
    const number = /(?:^|[/\\])sources[/\\](\d+)[/\\]/.exec(line)?.[1];
    const mutant = mutants[Number(number) - 1];
    return `${mutant === undefined ? 'the harness itself' : `mutant "${mutant.fault}"`} does not compile: ${line}`;
  });
  return said.length > 0 ? said.join('\n') : `the compiler failed: ${output}`;
}

/** Puts the mutant in its place. A fault that leaves the JavaScript as it was (in a comment, in a type) is none. */
function replace({ fault, file }: Mutant, number: number, ground: Ground): void {
  const from = compiledOf(ground, join(sourceOf(ground, number), file));
  const to = join(treeOf(ground, number), 'harness', file).replace(/\.ts$/, '.js');
  if (readFileSync(from, 'utf8') === readFileSync(to, 'utf8'))
    throw new NotPlantedError(`mutant "${fault}" changes nothing that runs in harness/${file}`);
  copyFileSync(from, to);
}
