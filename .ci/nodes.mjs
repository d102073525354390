// The same seed gives the same bytes on every Node that is supported. npm brings the other versions.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MAJORS = [20, 22, 24];
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const home = mkdtempSync(join(tmpdir(), 'reprise-nodes-'));

/** The path of a Node of this major version: the running one, or one that is fetched into `home`. */
function nodeOf(major) {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const prefix = join(home, `${major}`);
  execFileSync(npm, ['install', '--prefix', prefix, '--no-audit', '--no-fund', '--loglevel=error', `${name}@${major}`]);
  return join(prefix, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

try {
  const digests = MAJORS.map((major) => {
    const node = nodeOf(major);
    const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
    const document = execFileSync(node, ['dist/scenarios/main.js', '--seed', 'nodes', '--json'], {
      maxBuffer: 2 ** 28,
    });
    const digest = createHash('sha256').update(document).digest('hex');
    console.log(`${version.padEnd(10)} ${document.length} bytes, sha256 ${digest}`);
    return digest;
  });
  if (new Set(digests).size > 1) {
    console.error('the same seed gives different documents: something differs between versions of Node');
    process.exitCode = 1;
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}
