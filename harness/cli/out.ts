/**
 * A search as files, for a CI: what people look at, and what its next step reads.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { formatEntry, idOf, REPRISE_VERSION } from '../seeds/file.ts';
import { type Account, accountMarkdown, findingMarkdown } from './account.ts';
import type { Vitest } from './project.ts';
import { fingerprintOf } from './tally.ts';
import { environmentOf, folderOf, type Surroundings, UsageError } from './usage.ts';

/**
 * Writes `account` to the folder: `summary.md`; for each finding its entry, story, timeline, trace and Markdown, called by
 * the id of the entry; and `findings.json`, which says of each its `id`, `fingerprint`, `title` and `body` (a file).
 */
export function writeOut(folder: string, account: Account, vitest: Vitest, surroundings: Surroundings): void {
  const cwd = folderOf(surroundings);
  const versions = versionsOf(vitest, surroundings);
  const { findings } = account.tally;
  const files = findings.flatMap((found): [name: string, text: string][] => {
    const { entry, told } = found;
    const id = idOf(entry);
    return [
      [`${id}.json`, formatEntry(entry)],
      [`${id}.txt`, told.text],
      [`${id}.html`, told.html],
      [`${id}.trace.json`, told.trace],
      [`${id}.md`, findingMarkdown(found, account, versions, cwd)],
    ];
  });
  const list = findings.map((found) => {
    const [id, fingerprint] = [idOf(found.entry), fingerprintOf(found)];
    const title = `Reprise: ${found.test.name}: ${found.entry.check} (${fingerprint})`;
    return { id, fingerprint, title, body: `${id}.md` };
  });
  write(resolve(cwd, folder), [
    ...files,
    ['findings.json', JSON.stringify(list, null, 2)],
    ['summary.md', accountMarkdown(account, versions, cwd)],
  ]);
}

function write(folder: string, files: readonly (readonly [name: string, text: string])[]): void {
  try {
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of files) if (text !== '') writeFileSync(join(folder, name), `${text.trimEnd()}\n`);
  } catch (error) {
    throw new UsageError(`--out: ${folder} cannot be written (${(error as Error).message})`, { cause: error });
  }
}

/** What a finding was found with, the commit first where a CI names it. */
function versionsOf({ root, version }: Vitest, surroundings: Surroundings): string[] {
  const { GITHUB_SHA } = environmentOf(surroundings);
  const sdk = versionIn(root, '@dbos-inc/dbos-sdk');
  return [
    ...(GITHUB_SHA === undefined ? [] : [`commit ${GITHUB_SHA}`]),
    `reprise ${REPRISE_VERSION}`,
    ...(sdk === null ? [] : [`@dbos-inc/dbos-sdk ${sdk}`]),
    `vitest ${version}`,
    `Node ${process.version}`,
  ];
}

function versionIn(root: string, name: string): string | null {
  try {
    const manifest = createRequire(join(root, 'package.json')).resolve(`${name}/package.json`);
    return (JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string }).version;
  } catch {
    return null;
  }
}
