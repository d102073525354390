/**
 * A search as files, for a CI: what people look at, and what its next step reads.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { clean, cut } from '../reports/layout.ts';
import { formatEntry, idOf, REPRISE_VERSION } from '../seeds/file.ts';
import { type Account, accountMarkdown, findingMarkdown } from './account.ts';
import type { Vitest } from './project.ts';
import { fingerprintOf } from './tally.ts';
import { environmentOf, folderOf, type Surroundings, UsageError } from './usage.ts';

/** GitHub takes 256 characters, and the fingerprint has to be among them. */
const TITLE_MAX = 200;

/**
 * Writes `account` to the folder: `summary.md`; for each finding its entry, story, timeline and trace, called by the id of
 * the entry; and title and body of an issue, in `issues/<fingerprint>`. Throws `UsageError`.
 */
export function writeOut(folder: string, account: Account, vitest: Vitest, surroundings: Surroundings): void {
  const cwd = folderOf(surroundings);
  const versions = versionsOf(vitest, surroundings);
  const { findings } = account.tally;
  const files = findings.flatMap((found): [name: string, text: string][] => {
    const { entry, told, test } = found;
    const [id, fingerprint] = [idOf(entry), fingerprintOf(found)];
    const issue = `issues/${fingerprint}`;
    return [
      [`${id}.json`, formatEntry(entry)],
      [`${id}.txt`, told.text],
      [`${id}.html`, told.html],
      [`${id}.trace.json`, told.trace],
      [`${issue}/title.txt`, `${cut(clean(`Reprise: ${entry.check}: ${test.name}`), TITLE_MAX)} (${fingerprint})`],
      [`${issue}/body.md`, findingMarkdown(found, account, versions, cwd)],
    ];
  });
  write(resolve(cwd, folder), [...files, ['summary.md', accountMarkdown(account, versions, cwd)]]);
}

function write(folder: string, files: readonly (readonly [name: string, text: string])[]): void {
  try {
    for (const [name, text] of files.filter(([, what]) => what !== '')) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `${text.trimEnd()}\n`);
    }
  } catch (error) {
    throw new UsageError(`--out: ${folder} cannot be written (${(error as Error).message})`, { cause: error });
  }
}

/** What a finding was found with, the commit first where a CI names it. */
function versionsOf({ version }: Vitest, surroundings: Surroundings): string[] {
  const { GITHUB_SHA } = environmentOf(surroundings);
  return [
    ...(GITHUB_SHA === undefined ? [] : [`commit ${GITHUB_SHA}`]),
    `reprise ${REPRISE_VERSION}`,
    `vitest ${version}`,
    `Node ${process.version}`,
  ];
}
