/** The documents are true: each block of code in them is run, and what they say is printed is printed. */
import { readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BLOCKS, filesOf, piecesOf, settled } from './documents.ts';
import { type Project, Workspace } from './projects.ts';

const files = filesOf(BLOCKS);
const TEST = 'home.sim.test.ts';
const SEEDS = '__seeds__/home.sim.test.ts.json';

/** What the first run of the tutorial saves. */
const SAVED = `{
  "version": 1,
  "entries": [
    {
      "id": "f7c672ca",
      "scenario": "the home page shows news and mail",
      "check": "lineage",
      "fingerprint": "9dadd3956229b179",
      "script": [
        {
          "after": "start home-1",
          "choose": "land load#2"
        }
      ],
      "course": "b77cb519e5427da0",
      "minimal": true,
      "found": {
        "seed": "reprise",
        "runs": 7,
        "reprise": "0.1.0",
        "engine": "DBOS SDK 5.3.0"
      }
    }
  ]
}
`;

/** Tests that the documents show failing; all others pass. */
const FAILING = [
  'harness/checkout.test.ts: an order is charged once',
  'harness/vitest/fakes.sim.test.ts: a fake that ignores its key',
  'harness/vitest/fakes.sim.test.ts: a fake that is never reset',
  'harness/vitest/fakes.sim.test.ts: a fake that reads a file',
  'harness/vitest/fakes.sim.test.ts: an effect that is recorded by the workflow',
  'harness/vitest/gather.test.ts: pages are gathered, whatever the sections, whatever the schedule',
  'harness/vitest/gather.test.ts: three sections at once',
  'harness/vitest/shelf.sim.test.ts: a shelf that is emptied by a crash',
  'home.sim.test.ts: the home page shows news and mail',
  'other/home.sim.test.ts: the home page shows news and mail',
];

/** Programs that print something when they are loaded. */
const PRINTING = `import { beforeEach, expect, test, vi } from 'vitest';
const said: unknown[] = [];
vi.spyOn(console, 'log').mockImplementation((...words) => void said.push(...words));
beforeEach(() => void said.splice(0));
test('an order that is charged twice', async () => {
  await import('./harness/checkout');
  expect(said).toEqual(['check: charged 2 times', [expect.anything()]]);
});
test('pages of two sections', async () => {
  await import('./harness/dbos/gather');
  expect(said).toEqual([expect.stringMatching(/^function id 2 of workflow w-1 belongs to two branches.* SUCCESS$/)]);
});
`;

interface Results {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
}

const workspace = new Workspace();
afterAll(() => workspace.remove());
let project: Project;
let output: string;
let testResults: Results['testResults'];

beforeAll(async () => {
  // The tutorial once more, from where it is mended.
  const mended = ['fixed', 'other'].flatMap((folder) => [
    [join(folder, TEST), files[TEST]!],
    [join(folder, SEEDS), SAVED],
  ]);
  project = workspace.project({ ...files, ...Object.fromEntries(mended), 'printing.test.ts': PRINTING });
  ({ output } = await project.vitest());
  ({ testResults } = JSON.parse(project.read('results.json')) as Results);
});

const fileOf = ({ name }: Results['testResults'][number]): string => relative(project.folder, name);

test('each block of code is a file, or stands in one of ours', () => {
  const ours = readFileSync(join(import.meta.dirname, '../../scenarios/interleaved.ts'), 'utf8');
  const nameless = BLOCKS.filter(({ language, name }) => language === 'ts' && name === null);
  const lines = nameless.flatMap(({ text }) => text.trimEnd().split('\n'));
  for (const line of lines) expect(ours).toContain(line.replace(/ *\/\/.*/, ''));
});

test('each file is run, or imported by one that is', () => {
  const all = [PRINTING, ...Object.values(files)].join('\n');
  const run = new Set(testResults.map(fileOf));
  const isUsed = (path: string): boolean =>
    run.has(path) || path === 'vitest.config.ts' || all.includes(`/${basename(path, '.ts')}'`);
  expect(Object.keys(files).filter((path) => !isUsed(path))).toEqual([]);
});

test('its tests pass, but for those that are shown failing', () => {
  expect(testResults.map(({ message }) => message).join('')).toBe('');
  const failed = testResults.flatMap((file) =>
    file.assertionResults.flatMap(({ title, status }) => (status === 'failed' ? [`${fileOf(file)}: ${title}`] : [])),
  );
  expect(failed.toSorted()).toEqual(FAILING);
});

test('its first finding takes at most 15 lines of the user', () => {
  const lines = ['vitest.config.ts', TEST].flatMap((path) => files[path]!.split('\n').slice(1));
  expect(lines.filter((line) => line !== '')).toHaveLength(9);
  expect(lines.length).toBeLessThanOrEqual(15);
});

/** Blocks that others hold: the first screen (`properties/harness`), and what a confirmation prints (`properties/conformance`). */
const ELSEWHERE = ['✗ interleaved-different-names ', '✗ reading-same-name   confirmed '];

test.each(
  BLOCKS.filter(({ language, text }) => language === 'text' && !ELSEWHERE.some((start) => text.startsWith(start))).map(
    (block) => [block.text.trim().split('\n')[0], block] as const,
  ),
)('it is printed: %s', (_, block) => {
  const printed = settled(`${output}\n${SAVED}`);
  for (const piece of piecesOf(block)) expect(printed).toContain(settled(piece));
});

test('the tutorial saves one seed, which passes after one fix and is stale after the other', () => {
  expect(project.read(SEEDS)).toBe(SAVED);
  for (const folder of ['fixed', 'other']) expect(project.read(join(folder, SEEDS))).toBe(SAVED);
  expect(output).toContain('StaleSeedError: a saved script of this test no longer applies');
});
