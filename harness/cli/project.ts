/**
 * The vitest of a user's project: which one it is, and in which folder it is at home. Never ours.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { UsageError } from './usage.ts';

/** The vitest of a project. */
export interface Vitest {
  /** The script that Node runs: the command `vitest`. */
  readonly bin: string;
  readonly version: string;
  /** The folder to run it in: that of the command if it has a configuration, else the nearest above the test file that has. */
  readonly root: string;
}

const CONFIGURATIONS = ['vitest', 'vite'].flatMap((name) =>
  ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((ending) => `${name}.config.${ending}`),
);

/** The names of the files that configure vitest, in the order in which it looks for them; null: the folder has none. */
export function configurationIn(folder: string): string | null {
  return CONFIGURATIONS.find((file) => existsSync(join(folder, file))) ?? null;
}

/** The oldest version that can be told what to do. */
const OLDEST: readonly [major: number, minor: number] = [3, 2];

/** The vitest that tests below `cwd` are run by; `file` is one of them, if one is meant. Throws `UsageError`. */
export function vitestOf(cwd: string, file: string | null): Vitest {
  const folders = [cwd, ...(file === null ? [] : between(dirname(file), cwd))];
  const root = folders.find((folder) => configurationIn(folder) !== null) ?? cwd;
  const manifest = resolved(root) ?? (file === null ? null : resolved(dirname(file)));
  if (manifest === null)
    throw new UsageError(
      `${root}: no vitest is installed here: npm i -D vitest, or run npx reprise in the folder of the project`,
    );
  const { version, bin } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    readonly version: string;
    readonly bin: string | Readonly<Record<string, string>>;
  };
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]))
    throw new UsageError(`${dirname(manifest)}: vitest ${version} is too old: npm i -D vitest@^${OLDEST.join('.')}`);
  return { bin: join(dirname(manifest), typeof bin === 'string' ? bin : bin['vitest']!), version, root };
}

/** The folders from `inner` up to `outer`, innermost first; none if it is not inside. */
function between(inner: string, outer: string): string[] {
  if (inner === outer || inner === dirname(inner)) return [];
  const above = between(dirname(inner), outer);
  return dirname(inner) === outer || above.length > 0 ? [inner, ...above] : [];
}

function resolved(folder: string): string | null {
  try {
    return createRequire(join(folder, 'package.json')).resolve('vitest/package.json');
  } catch {
    return null;
  }
}
