/** Fresh projects of users: the package as npm would publish it, installed beside a version of vitest. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NPM, QUIET } from './nodes.ts';
import type { Files } from './tutorial.ts';

const REPOSITORY = join(import.meta.dirname, '../../..');

/** Packs this package into `folder`, as `npm publish` would; returns the path of the tarball. */
export function pack(folder: string): string {
  const args = ['pack', '--json', '--pack-destination', folder, '--loglevel=error'];
  const printed = execFileSync(NPM, args, { cwd: REPOSITORY, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const [{ filename }] = JSON.parse(printed.slice(printed.indexOf('['))) as [{ filename: string }];
  return join(folder, filename);
}

/** Installs what projects in `folder` need: they find it above them. */
export function install(folder: string, packages: readonly string[]): void {
  write(folder, { 'package.json': '{ "private": true }\n' });
  execFileSync(NPM, ['install', ...QUIET, ...packages], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Writes `files` under `folder`, which is made. */
export function write(folder: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
