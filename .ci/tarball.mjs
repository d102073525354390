// What `npm pack` would publish: every target of `exports` is in it, and nothing but the built harness and its papers is.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const [tarball] = JSON.parse(execFileSync(npm, ['pack', '--dry-run', '--json'], { encoding: 'utf8' }));
const packed = tarball.files.map((file) => file.path);

const targets = Object.values(exports).flatMap((target) =>
  typeof target === 'string' ? target : Object.values(target),
);
const missing = targets.map((target) => target.replace(/^\.\//, '')).filter((target) => !packed.includes(target));
const foreign = packed.filter(
  (path) =>
    !/^(dist\/harness\/|harness\/(\w+\/)*README\.md$|(package\.json|README\.md|LICENSE|CHANGELOG\.md)$)/.test(path),
);

console.log(`${tarball.filename}: ${packed.length} files, ${tarball.unpackedSize} bytes unpacked`);
if (missing.length > 0) console.error(`named in exports but not packed: ${missing.join(', ')}`);
if (foreign.length > 0) console.error(`packed but not meant to be: ${foreign.join(', ')}`);
process.exitCode = missing.length + foreign.length > 0 ? 1 : 0;
