/** The documents are true: each block of code in them is run, and what they say is printed is printed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BLOCKS, type Block, filesOf, piecesOf, settled } from './documents.ts';
import { type Project, type Said, Workspace } from './projects.ts';

const files = filesOf(BLOCKS);
const NEW_TEST = 'home.sim.test.ts';
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

/** Programs that print something, and what that is. */
const PRINTING = {
  'harness/checkout.ts': ['check: charged 2 times', expect.objectContaining({ length: 1 })],
  'harness/dbos/gather.ts': [expect.stringMatching(/^function id 2 of workflow w-1 belongs to two branches.*SUCCESS/s)],
};

/** In the order of the documents; whatever is not named here passes. */
const FAILING = [
  'the home page shows news and mail',
  'an order is charged once, for every schedule',
  'a shelf that is emptied by a crash',
  'a fake that is never reset',
  'a fake that ignores its key',
  'an effect that is recorded by the workflow',
  'a fake that reads a file',
  'pages are gathered, whatever the sections, whatever the schedule',
  'three sections at once',
];

const PRINTING_TEST = `import { beforeEach, expect, test, vi } from 'vitest';
const said: unknown[] = [];
vi.spyOn(console, 'log').mockImplementation((...words) => void said.push(...words));
beforeEach(() => void said.splice(0));
test('harness/checkout.ts prints', async () => {
  await import('./harness/checkout');
  expect(said).toEqual(['check: charged 2 times', [expect.anything()]]);
});
test('harness/dbos/gather.ts prints', async () => {
  await import('./harness/dbos/gather');
  expect(said).toEqual([expect.stringMatching(/^function id 2 of workflow w-1 belongs to two branches.*SUCCESS/)]);
});
`;

const workspace = new Workspace();
let project: Project;
let said: Said;

beforeAll(async () => {
  const again = Object.fromEntries(
    ['fixed', 'other'].flatMap((folder) => [
      [join(folder, NEW_TEST), files[NEW_TEST]!],
      [join(folder, SEEDS), SAVED],
    ]),
  );
  project = workspace.project({ ...files, ...again, 'printing.test.ts': PRINTING_TEST });
  said = await project.vitest();
});
afterAll(() => workspace.remove());
