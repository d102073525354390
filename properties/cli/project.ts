/**
 * Projects of users, as small as can be: a folder with test files that say to the command what a test of them is told to
 * say. Their vitest is the real one, or (for laws over many cases) a script that imports the test files it is given.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { reprise } from '../../harness/cli/reprise.ts';
import type { Surroundings } from '../../harness/cli/usage.ts';
import { plain } from '../../harness/reports/layout.ts';
import { formatFile, idOf, REPRISE_VERSION, type SavedScript } from '../../harness/seeds/file.ts';

/** All temporary folders of the tests of a file, those of the commands among them, are in this one. */
const HOME = mkdtempSync(join(tmpdir(), 'reprise-cli-'));
process.env['TMPDIR'] = HOME;
afterAll(() => rmSync(HOME, { recursive: true, force: true }));

/** A folder with these files, by path; gone when the tests of the file are over. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(HOME, 'project-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** A vitest that does nothing but import its files, and knows one test of each. */
const SMALL_VITEST = `
import { readdirSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
const files = process.argv.slice(3).filter((word) => !word.startsWith('--'));
if (process.argv[2] === 'list') {
  const all = readdirSync('.').filter((file) => file.endsWith('.test.js'));
  const fitting = all.filter((file) => files.length === 0 || files.some((word) => file.includes(word)));
  const path = process.argv.find((word) => word.startsWith('--json=')).slice(7);
  writeFileSync(path, JSON.stringify(fitting.map((file) => ({ file: process.cwd() + '/' + file }))));
} else for (const file of files)
  try {
    const { default: test } = await import(pathToFileURL(file));
    await test();
  } catch (error) {
    console.error(String(error.stack));
    process.exitCode = 1;
  }
`;

/** A project whose vitest is the small one, of `version`. */
export const smallProject = (files: Readonly<Record<string, string>>, version = '4.1.0'): string =>
  folderWith({
    'node_modules/vitest/package.json': JSON.stringify({ name: 'vitest', version, bin: { vitest: './vitest.mjs' } }),
    'node_modules/vitest/vitest.mjs': SMALL_VITEST,
    'package.json': '{ "type": "module" }',
    ...files,
  });

/** A project whose vitest is that of this repository. */
export function realProject(files: Readonly<Record<string, string>>): string {
  const folder = folderWith({ 'package.json': '{ "type": "module" }', ...files });
  symlinkSync(join(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** What every test file of these projects begins with: the order, and a way to say something of `test`. */
const WORKER = `
import { appendFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
const order = JSON.parse(process.env.REPRISE_ORDER ?? 'null');
const file = fileURLToPath(import.meta.url);
const write = (text) => appendFileSync(order.notes + '/' + process.pid + '.jsonl', text);
const say = (note) => write(JSON.stringify({ test: { file, name: 'orders > are charged once' }, ...note }) + '\\n');
const told = (text) => ({ text, html: '<p>' + text, trace: '[]', mermaid: 'sequenceDiagram' });
const entry = (check, script = order.script) =>
  ({ scenario: 'orders > are charged once', check, fingerprint: check + '0', script, found: { seed: order.seed ?? 's', runs: 3, reprise: '0.1.0' } });
`;

/** A test file whose one test runs `body`, for the small vitest. */
export const smallTest = (body: string): string => `${WORKER}\nexport default async () => {\n${body}\n};\n`;

/** A test file whose one test runs `body`, for the real vitest. */
export const realTest = (body: string): string =>
  `import { test } from 'vitest';\n${WORKER}\ntest('are charged once', async () => {\n${body}\n});\n`;

/** A saved script of the test in these files. */
export const ENTRY: SavedScript = {
  scenario: 'orders > are charged once',
  check: 'replay',
  script: [{ after: 'start w-1', choose: 'crash executor-1' }],
  found: { seed: 'reprise', runs: 4, reprise: REPRISE_VERSION },
};

/** The file with that script, and only with it. */
export const SEEDS = formatFile({ entries: [ENTRY] });

/** How commands name it. */
export const TARGET = `__seeds__/shop.test.js.json#${idOf(ENTRY).slice(0, 4)}`;
/** A project's test file with that text, and the file with the script beside it. */
export const files = (text: string): Readonly<Record<string, string>> => ({
  'shop.test.js': text,
  '__seeds__/shop.test.js.json': SEEDS,
});
/** What a command comes to in `cwd`. */
export async function run(
  cwd: string,
  args: readonly string[],
  more: Partial<Surroundings> = {},
): Promise<{ exit: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const { CI: _ci, ...env } = process.env;
  const exit = await reprise(args, {
    print: (text) => void out.push(text),
    warn: (text) => void err.push(text),
    paint: plain,
    width: 100,
    cwd,
    env,
    ...more,
  });
  return { exit, out: out.join('\n'), err: err.join('\n') };
}

/** Temporary folders that a command has left behind. */
export const leftBehind = (): string[] => readdirSync(HOME).filter((name) => name.startsWith('reprise-'));
