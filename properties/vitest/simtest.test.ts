/** Simulated tests in projects of users: their vitest, their DBOS code, the package as npm installs it. */
import { afterAll, describe, expect, test } from 'vitest';
import { type Project, Workspace } from './projects.ts';

const workspace = new Workspace();
afterAll(() => workspace.remove());

/** Unmodified DBOS code: the bug, its fix, and something that others may change. */
const READING = `import { DBOS } from '@dbos-inc/dbos-sdk';

interface Page {
  readonly text: string;
}

const download = (page: string): Promise<Page> => Promise.resolve({ text: 'text of ' + page });

const fetchPage = (page: string): Promise<Page> => DBOS.runStep(() => download(page), { name: 'fetch' });

async function readSite(site: string): Promise<Page[]> {
  return [await fetchPage(site + '/1'), await fetchPage(site + '/2')];
}

const reading = DBOS.registerWorkflow(readSite, { name: 'readSite' });

export const together = DBOS.registerWorkflow(() => Promise.all([readSite('a'), readSite('b')]), { name: 'together' });

export const children = DBOS.registerWorkflow(
  async () => {
    const a = await DBOS.startWorkflow(reading)('a');
    const b = await DBOS.startWorkflow(reading)('b');
    return [await a.getResult(), await b.getResult()];
  },
  { name: 'children' },
);

export const charges: number[] = [];
const charge = (): Promise<void> => DBOS.runStep(() => Promise.resolve(void charges.push(1)), { name: 'charge' });
export const paying = DBOS.registerWorkflow(charge, { name: 'paying' });
`;

const TESTS = `import { describe, expect, test } from 'vitest';
import { simTest } from 'reprise/vitest';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { charges, children, paying, together } from './reading';

interface Unused {
  readonly forTheSakeOf: 'lines that are gone when the code runs';
}

test('an ordinary test', () => expect(Date.now()).toBeGreaterThan(1e12));

describe('reading', () => {
  simTest('two sites side by side', {
    start: () => DBOS.startWorkflow(together, { workflowID: 'w-1' })(),
  });
});

simTest('two sites, each in a child', {
  start: () => DBOS.startWorkflow(children, { workflowID: 'w-1' })(),
});

simTest('an order is charged once', {
  setup: () => charges.splice(0),
  start: () => DBOS.startWorkflow(paying, { workflowID: 'order-1' })(),
  check: () => {
    expect(charges).toHaveLength(1); // here
  },
});
`;

const SEEDS = '__seeds__/reading.test.ts.json';
const BUG = 'reading > two sites side by side';
const FIXED = 'two sites, each in a child';
const CHARGED = 'an order is charged once';

const newProject = (): Project => workspace.project({ 'reading.ts': READING, 'reading.test.ts': TESTS });

describe('a project of a user', () => {
  const project = newProject();
  const lineOf = (path: string, text: string): number =>
    project
      .read(path)
      .split('\n')
      .findIndex((line) => line.includes(text)) + 1;

  test('finds what is wrong, tells it in full, and saves it', async () => {
    const { exit, tests, output } = await project.vitest();
    expect(exit).toBe(1);
    expect(tests['an ordinary test']).toMatchObject({ status: 'passed' });
    expect(tests[FIXED]).toMatchObject({ status: 'passed' });
    expect(tests[BUG]!.message).toMatch(/^FindingError: ✗ reading > two sites side by side {3}timing decides/);
    expect(tests[BUG]!.message).toContain('start each sequence as a child workflow');
    expect(tests[BUG]!.message).toMatch(/npx reprise replay __seeds__\/reading\.test\.ts\.json#[0-9a-f]{8}$/m);
    expect(project.files()).toEqual([SEEDS, 'package.json', 'reading.test.ts', 'reading.ts', 'vitest.config.ts']);
    expect(output).toMatch(/\d+ runs in \d+ ms; .*\d of 9 fault windows entered, never: /);
  });

  test('points to the lines of the user: of the calls that race, or of the assertion', async () => {
    const { tests, output } = await project.vitest();
    const fetch = lineOf('reading.ts', 'const fetchPage');
    expect(tests[BUG]!.message).toContain(`reading.ts:${fetch}:`);
    const assertion = `reading.test.ts:${lineOf('reading.test.ts', '// here')}`;
    expect(tests[CHARGED]!.message).toContain(assertion);
    expect(output).toContain(`❯ check ${assertion}`);
    expect(output).toMatch(/Caused by: AssertionError: expected .* to have a length of 1 but got 2/);
    expect(output).not.toContain('node_modules/reprise');
  });

  test('fails again at once the next time, and writes nothing new', async () => {
    const before = project.read(SEEDS);
    const { tests } = await project.vitest();
    expect(tests[BUG]!.message).toMatch(/timing decides what is called\s+2 runs/);
    expect(project.read(SEEDS)).toBe(before);
  });

  test('is green after the fix, and keeps what was saved as a regression', async () => {
    project.edit('reading.test.ts', 'startWorkflow(together', 'startWorkflow(children');
    project.edit('reading.ts', 'void charges.push(1)', 'void (charges[0] = 1)');
    const before = project.read(SEEDS);
    const { tests } = await project.vitest();
    expect(tests[CHARGED]).toEqual({ status: 'passed', message: '' });
    expect(project.read(SEEDS)).toBe(before);
    // The program is another one now, and what was saved of the old one says nothing of it.
    expect(tests[BUG]).toMatchObject({ status: 'failed' });
    expect(tests[BUG]!.message).toMatch(/^StaleSeedError: /);
    expect(tests[BUG]!.message).toContain('npx reprise seeds --update');
  });
});
