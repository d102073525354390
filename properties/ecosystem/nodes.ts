/** Versions of Node other than the running one: npm can bring them. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const windows = process.platform === 'win32';

/** The npm of the running Node. */
export const NPM = windows ? 'npm.cmd' : 'npm';

/** Quiet, and asking nobody what it need not know. */
export const QUIET = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'] as const;

/** The program of a Node of this major version: the running one, or one that is fetched into `folder`. */
export function nodeOf(major: number, folder: string): string {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const name = `node-${windows ? 'win' : process.platform}-${process.arch}`;
  const prefix = join(folder, `node-${major}`);
  execFileSync(NPM, ['install', '--prefix', prefix, ...QUIET, `${name}@${major}`]);
  return join(prefix, 'node_modules', name, 'bin', windows ? 'node.exe' : 'node');
}
