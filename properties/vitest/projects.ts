/**
 * Projects of users: small folders with a vitest, a DBOS SDK and this package as npm would install it (a folder in
 * `node_modules`, built, not a link), and what their vitest says.
 */
import { execFile, execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const REPOSITORY = join(import.meta.dirname, '../..');
const PACKAGES = join(REPOSITORY, 'node_modules');

/** A folder that projects lie in; their packages lie beside them. */
export class Workspace {
  readonly #folder = mkdtempSync(join(tmpdir(), 'reprise-projects-'));
  #projects = 0;

  constructor() {
    const home = join(this.#folder, 'node_modules', 'reprise');
    mkdirSync(home, { recursive: true });
    for (const name of ['vitest', '@dbos-inc', 'fast-check'])
      symlinkSync(join(PACKAGES, name), join(dirname(home), name));
    symlinkSync(PACKAGES, join(home, 'node_modules'));
    cpSync(join(REPOSITORY, 'package.json'), join(home, 'package.json'));
    const build = ['-p', '.ci/tsconfig.build.json', '--outDir', join(home, 'dist'), '--declaration', 'false'];
    const compiler = join(PACKAGES, 'typescript', 'bin', 'tsc');
    execFileSync(process.execPath, [compiler, ...build, '--declarationMap', 'false'], { cwd: REPOSITORY });
  }

  /** A new project with these files, by path. */
  project(files: Readonly<Record<string, string>>): Project {
    const project = new Project(join(this.#folder, `project-${this.#projects++}`));
    project.write({ 'package.json': '{ "type": "module" }', 'vitest.config.ts': CONFIG, ...files });
    return project;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The configuration that the documentation tells users to write. */
export const CONFIG = `import { defineConfig } from 'vitest/config';
import { reprise } from 'reprise/vitest/plugin';
export default defineConfig({ plugins: [reprise()] });
`;

/** What became of a test: its error messages without frames, and its frames in files of the project. */
export interface Told {
  readonly status: string;
  readonly message: string;
}

/** What a run of vitest said. */
export interface Said {
  readonly exit: number;
  readonly output: string;
  /** By full name, suites joined by ` > `. */
  readonly tests: Readonly<Record<string, Told>>;
}

interface Json {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

/** One project. */
export class Project {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true });
      writeFileSync(join(this.folder, path), text);
    }
  }

  remove(path: string): void {
    rmSync(join(this.folder, path), { recursive: true });
  }

  /** Replaces a piece of a file, which has to be there. */
  edit(path: string, before: string, after: string): void {
    const text = this.read(path);
    if (!text.includes(before)) throw new Error(`${path} has no ${before}`);
    this.write({ [path]: text.replace(before, after) });
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  /** The files of the project, without those that vitest keeps for itself. */
  files(): string[] {
    return readdirSync(this.folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })
      .filter((entry) => entry.isFile() && !/node_modules|\.vitest/.test(entry.parentPath))
      .map((entry) => join(entry.parentPath, entry.name).slice(this.folder.length + 1))
      .filter((path) => path !== RESULTS)
      .toSorted();
  }

  /** Runs vitest. CI is not set, whatever it is here. */
  vitest(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Said> {
    const { CI: _ci, GITHUB_ACTIONS: _actions, ...surroundings } = process.env;
    const reporters = ['--reporter=verbose', '--reporter=json', `--outputFile.json=${RESULTS}`];
    const vitest = join(PACKAGES, 'vitest', 'vitest.mjs');
    const results = join(this.folder, RESULTS);
    rmSync(results, { force: true });
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        [vitest, 'run', ...reporters, ...args],
        { cwd: this.folder, env: { ...surroundings, NO_COLOR: '1', ...env }, maxBuffer: 1e8 },
        (error, out, err) => {
          const exit = error === null ? 0 : Number(error.code ?? 1);
          const json = existsSync(results) ? (JSON.parse(readFileSync(results, 'utf8')) as Json) : { testResults: [] };
          resolve({ exit, output: out + err, tests: testsOf(json) });
        },
      );
    });
  }
}

const RESULTS = 'results.json';

function testsOf({ testResults }: Json): Said['tests'] {
  const all = testResults.flatMap(({ assertionResults }) => assertionResults);
  return Object.fromEntries(
    all.map(({ ancestorTitles, title, status, failureMessages = [] }) => [
      [...ancestorTitles, title].join(' > '),
      { status, message: failureMessages.join('\n') },
    ]),
  );
}
