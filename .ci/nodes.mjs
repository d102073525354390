// The same seed gives the same bytes on every Node that is supported, on both engines: of what `npm run build` and `npm run
// tools` have built. npm brings the other versions, unless REPRISE_NODES names them (paths, with colons). REPRISE_SEEDS: how
// many seeds the dbos engine is held to; 2,000 for a release.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const { nodeOf } = await import('../.tools/properties/ecosystem/nodes.js');

const MAJORS = [20, 22, 24];
const SEEDS = process.env.REPRISE_SEEDS ?? '200';
const home = mkdtempSync(join(tmpdir(), 'reprise-nodes-'));

const output = (node, ...args) => execFileSync(node, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });

/** What is the same on every Node, by engine. */
const WORK = {
  model: (node) => {
    const document = output(node, 'dist/scenarios/main.js', '--seed', 'nodes', '--json');
    return { sha256: createHash('sha256').update(document).digest('hex'), told: `${document.length} characters` };
  },
  // Every seed twice, the second time in reverse order.
  dbos: (node) => {
    const { sha256, decisions, differing } = JSON.parse(output(node, '.tools/properties/dbos/digest.js', SEEDS));
    if (differing.length > 0) throw new Error(`seeds ${differing.join(', ')} gave another history the second time`);
    return { sha256, told: `${SEEDS} seeds, ${decisions} decisions` };
  },
};

try {
  const nodes = process.env.REPRISE_NODES?.split(delimiter) ?? MAJORS.map((major) => nodeOf(major, home));
  for (const [engine, work] of Object.entries(WORK)) {
    const digests = nodes.map((node) => {
      const { sha256, told } = work(node);
      console.log(`${engine.padEnd(6)} ${output(node, '--version').trim().padEnd(10)} ${told}, sha256 ${sha256}`);
      return sha256;
    });
    if (new Set(digests).size === 1) continue;
    console.error(`${engine}: the same seed gives different bytes: something differs between versions of Node`);
    process.exitCode = 1;
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}
