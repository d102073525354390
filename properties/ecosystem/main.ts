/**
 * `npm run ecosystem`: packs the package, installs it into fresh projects, and makes a user's journey in each: every
 * version of vitest and Node, both module systems, every pool.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { journey, type Trouble } from './journey.ts';
import { NPM, nodeOf } from './nodes.ts';
import { install, pack, write } from './projects.ts';
import { commonJs, esm, tutorial } from './tutorial.ts';

const HELP = `npm run ecosystem -- [options]

  In a temporary folder: fresh projects with the files of the README's tutorial, tested by every vitest there is on
  every Node that it supports, as ES modules and as CommonJS, in forks, threads and VM threads. In each the bug is
  found and saved, replayed by the printed command, gone after the fix, and its script then passes.

  --only TEXT   only the projects whose name contains this, as in "vitest 4" or "Node 24"
  --keep        leave the projects where they are, and say where
  --help        this

  exit code  0  every journey went well
             1  one did not: what went wrong, and all that the command printed`;

/** Every version of vitest that is supported, with the versions of Node to try it on. */
const VERSIONS: readonly (readonly [vitest: string, nodes: readonly number[]])[] = [
  ['3.2', [20]],
  ['4', [20, 24]],
  ['5', [22, 24]],
];
const POOLS = ['forks', 'threads', 'vmThreads'];
const MODULES = ['ESM', 'CommonJS'];
const SDK = '@dbos-inc/dbos-sdk@5.3.0';
/** Journeys made at the same time. */
const AT_ONCE = 2;

interface Case {
  readonly name: string;
  readonly vitest: string;
  readonly node: number;
  readonly modules: string;
  readonly pool: string;
}

function cases(only: string): Case[] {
  const all = VERSIONS.flatMap(([vitest, nodes]) =>
    nodes.flatMap((node) =>
      MODULES.flatMap((modules) =>
        POOLS.map((pool) => ({
          ...{ name: `vitest ${vitest}, Node ${node}, ${modules}, ${pool}`, vitest, node, modules, pool },
        })),
      ),
    ),
  );
  return all.filter(({ name }) => name.includes(only));
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function makeAll(chosen: readonly Case[], home: string): Promise<number> {
  const tarball = pack(home);
  const at = (vitest: string): string => join(home, `vitest-${vitest}`);
  const nodes = new Map<number, string>();
  for (const { node } of chosen) if (!nodes.has(node)) nodes.set(node, nodeOf(node, home));
  for (const vitest of new Set(chosen.map((one) => one.vitest)))
    install(at(vitest), [tarball, SDK, `vitest@${vitest}`]);
  say(`${tarball} is installed beside ${[...new Set(chosen.map((one) => `vitest ${one.vitest}`))].join(', ')}`);
  const left = [...chosen];
  let failed = 0;
  const work = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) {
      const folder = join(at(one.vitest), one.name.replaceAll(/\W+/g, '-'));
      const { project, fix } = (one.modules === 'ESM' ? esm : commonJs)(tutorial());
      write(folder, project);
      const trouble = await journey({ folder, node: nodes.get(one.node)!, pool: one.pool, fix });
      if (trouble !== null) failed++;
      say(told(one.name, trouble));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  say(`\n${chosen.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

const told = (name: string, trouble: Trouble): string =>
  trouble === null ? `✓ ${name}` : `✗ ${name}: ${trouble.at}: ${trouble.because}\n\n${trouble.printed}\n`;

async function main(args: string[]): Promise<number> {
  const flag = { type: 'boolean', default: false } as const;
  const options = { only: { type: 'string', default: '' }, keep: flag, help: flag } as const;
  const { values } = parseArgs({ args, options });
  if (values.help) {
    say(HELP);
    return 0;
  }
  const chosen = cases(values.only);
  if (chosen.length === 0)
    throw new Error(
      `no project is called so; there are ${cases('')
        .map(({ name }) => name)
        .join('; ')}`,
    );
  const home = mkdtempSync(join(tmpdir(), 'reprise-ecosystem-'));
  try {
    return await makeAll(chosen, home);
  } finally {
    if (values.keep) say(`the projects are in ${home} (${NPM} brought their packages)`);
    else rmSync(home, { recursive: true, force: true });
  }
}

process.exitCode = await main(process.argv.slice(2));
