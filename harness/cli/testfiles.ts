/**
 * Which files have simulated tests: vitest knows the test files of a project, and their text says what they import.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runChild } from './child.ts';
import type { Vitest } from './project.ts';
import { namesSimTest } from './target.ts';
import { type Surroundings, UsageError } from './usage.ts';

/**
 * Absolute paths of the test files that `words` are part of; with no words, of all with simulated tests. Null: interrupted.
 * Rejects with `UsageError`.
 */
export async function testFiles(
  vitest: Vitest,
  words: readonly string[],
  surroundings: Surroundings,
): Promise<string[] | null> {
  const all = await listed(vitest, words, surroundings);
  if (all === null) return null;
  if (words.length > 0) {
    if (all.length > 0) return all;
    throw new UsageError(
      `no test file of this project is called like ${words.join(' or ')}: npx vitest list says which there are`,
    );
  }
  const simulated = all.filter(namesSimTest);
  if (simulated.length > 0) return simulated;
  throw new UsageError(
    `none of the ${all.length} test files of this project imports reprise/vitest: npx reprise init writes a first one; where yours do by another module, name them`,
  );
}

async function listed(vitest: Vitest, words: readonly string[], surroundings: Surroundings): Promise<string[] | null> {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-list-'));
  try {
    const path = join(folder, 'files.json');
    const { interrupted } = surroundings;
    const list = ['list', ...words, '--filesOnly', `--json=${path}`];
    const { exit, output } = await runChild({ vitest, words: list, interrupted }, surroundings);
    if (exit === null) return null;
    if (exit !== 0) {
      surroundings.warn(output.trimEnd());
      throw new UsageError(`vitest cannot list its test files (exit code ${exit}); what it said is above`);
    }
    const files = JSON.parse(readFileSync(path, 'utf8')) as { readonly file: string }[];
    // A file may belong to several projects of one vitest, which on Windows writes slashes.
    return [...new Set(files.map(({ file }) => resolve(file)))].toSorted();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
