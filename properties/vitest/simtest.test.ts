/** Simulated tests in projects of users: their vitest, their DBOS code, the package as npm installs it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SavedScript } from '../../harness/seeds/file.ts';
import { type Project, type Said, Workspace } from './projects.ts';

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

/** A module with memory, which dies with its process. */
const COUNTING = `import { DBOS } from '@dbos-inc/dbos-sdk';

let times = 0;

export const counting = DBOS.registerWorkflow(
  async () => {
    await DBOS.runStep(() => Promise.resolve(), { name: 'before' });
    return ++times;
  },
  { name: 'counting' },
);
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

simTest('an application of its own', {
  app: () => import('./counting'),
  start: (app) => DBOS.startWorkflow(app.counting, { workflowID: 'c-1' })(),
  check: ({ results }) => expect(results['c-1']).toEqual({ status: 'SUCCESS', value: 1 }),
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

const newProject = (): Project =>
  workspace.project({ 'counting.ts': COUNTING, 'reading.ts': READING, 'reading.test.ts': TESTS });

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
    expect(tests['an application of its own']).toEqual({ status: 'passed', message: '' });
    expect(tests[BUG]!.message).toMatch(/^FindingError: ✗ reading > two sites side by side {3}timing decides/);
    expect(tests[BUG]!.message).toContain('start each sequence as a child workflow');
    expect(tests[BUG]!.message).toMatch(/npx reprise replay __seeds__\/reading\.test\.ts\.json#[0-9a-f]{8}$/m);
    const timeline = /^ {2}timeline (\S+\.html)$/m.exec(tests[BUG]!.message)![1]!;
    expect(project.read(timeline)).toContain('<title>reading &gt; two sites side by side');
    expect(project.files()).toEqual([
      SEEDS,
      'counting.ts',
      'package.json',
      'reading.test.ts',
      'reading.ts',
      'vitest.config.ts',
    ]);
    expect(output).toMatch(/[\d,]+ runs in [\d,]+ ms; .*\d of 9 fault windows entered, never: /);
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

  test('tries what failed last although nobody has saved it, and saves it', async () => {
    const before = project.read(SEEDS);
    project.remove('__seeds__');
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

describe('where CI is set', () => {
  const project = newProject();

  test('nothing is written: the entry is printed, with a command that needs no file, and the annotation is in the file of the user', async () => {
    const { tests, output } = await project.vitest(['--reporter=github-actions'], { CI: '1', REPRISE_SEED: 'a1b2c3' });
    expect(project.files()).not.toContain(SEEDS);
    const { message } = tests[BUG]!;
    expect(message).toMatch(/^ {2}replay {3}npx reprise replay r1\.[\w-]+$/m);
    const entry = JSON.parse(/^\{$[\s\S]*^\}$/m.exec(message)![0]) as SavedScript;
    expect(entry).toMatchObject({ scenario: BUG, check: 'lineage', found: { seed: 'a1b2c3' } });
    expect(output).toMatch(/::error file=\S*reading\.ts,/);
    expect(output).toMatch(/::error file=\S*reading\.test\.ts,/);
  });
});

describe('whatever pool vitest runs its tests in', () => {
  test.each(['threads', 'vmThreads'])('%s: the same bug is found, at the same lines', async (pool) => {
    const { tests } = await newProject().vitest([`--pool=${pool}`]);
    expect(tests[BUG]!.message).toMatch(/timing decides what is called[\s\S]* at fetchPage .*reading\.ts:9:/);
    expect(tests[FIXED]).toMatchObject({ status: 'passed' });
  });
});

/** Every shape of a simulated test, on the model engine. */
const SHAPES = `import { afterAll, beforeAll, describe, expect, vi } from 'vitest';
import { model } from 'reprise';
import { scenario, simTest } from 'reprise/vitest';

const say = (text) => () => text;
const counting = (names) => ({
  engine: model({ workflows: () => ({ program: async (ctx) => {
    for (const name of names) await ctx.step(name, say(name));
  } }) }),
  start: (client) => client.start('program', { id: 'w' }),
});
const shared = scenario({ name: 'a scenario of its own', ...counting(['a']) });

simTest.with({ forMs: null, runsMax: 3 })('three runs', { ...counting(['a', 'b']), check: ({ results }) => expect(results.w).toMatchObject({ status: 'SUCCESS' }) });
simTest(shared, { runsMax: 2 });
simTest('calm', { ...counting(['a']), limits: { crashesMax: 0 } });
simTest.each([{ steps: ['a'] }, { steps: ['a', 'b'] }])('with steps $steps', ({ steps }) => counting(steps));
simTest.skip('not now', counting(['a']));
simTest.todo('some day');
let times = 0;
simTest('remembers', { ...counting(['a']), start: (client) => client.start('program', { id: 'w' + times++ }) });
simTest('throws in setup', { ...counting(['a']), setup: () => { throw new Error('no bank'); } });
describe('with fake timers', () => {
  beforeAll(() => void vi.useFakeTimers());
  afterAll(() => void vi.useRealTimers());
  simTest('is refused', counting(['a']));
});
`;

describe('a simulated test', () => {
  const project = workspace.project({
    'shapes.test.ts': SHAPES,
    'only.test.ts': `${SHAPES}\nsimTest.only('this one', counting(['a']));\n`,
    'bare.config.ts': 'export default {};\n',
  });
  let said: Said;
  beforeAll(async () => void (said = await project.vitest(['shapes'])));
  const summaryOf = (name: string): string => said.output.split(`> ${name} `)[1]!.split('↳ ')[1]!.split('\n')[0]!;

  test('has the settings of its plugin, of its file and its own, and says how many runs there were', () => {
    expect(said.tests['three runs']).toMatchObject({ status: 'passed' });
    expect(summaryOf('three runs')).toMatch(/^3 runs in /);
  });

  test('may be a scenario that others use, too', () => {
    expect(said.tests['a scenario of its own']).toMatchObject({ status: 'passed' });
    expect(summaryOf('a scenario of its own')).toMatch(/^2 runs in /);
  });

  test('that entered no fault window says so', () => {
    expect(summaryOf('calm')).toContain('no fault window was ever entered: this says nothing of crashes');
  });

  test('may be one for each case, left out, or still to be written', () => {
    const { tests } = said;
    const names = Object.keys(tests).filter((name) => name.startsWith('with steps'));
    expect(names.map((name) => tests[name]!.status)).toEqual(['passed', 'passed']);
    expect([tests['not now']!.status, tests['some day']!.status]).toEqual(['skipped', 'todo']);
  });

  test('whose runs cannot be repeated fails with an error of its own, at the line of the test', () => {
    expect(said.tests['remembers']!.message).toMatch(/^NotDeterministicError: [\s\S]* at .*shapes\.test\.ts:\d+/);
  });

  test('whose setup throws fails with what was thrown', () => {
    expect(said.tests['throws in setup']!.message).toMatch(/^Error: no bank\n {4}at setup .*shapes\.test\.ts:\d+/);
  });

  test('under fake timers is told to undo them', () => {
    expect(said.tests['with fake timers > is refused']!.message).toMatch(
      /vi\.useRealTimers\(\)[\s\S]*shapes\.test\.ts/,
    );
  });

  test('may be the only one of its file', async () => {
    const { tests } = await project.vitest(['only']);
    const passed = Object.keys(tests).filter((name) => tests[name]!.status === 'passed');
    expect(passed).toEqual(['this one']);
  });

  test('says what to write where, when there is no plugin', async () => {
    const { tests } = await project.vitest(['shapes', '--config=bare.config.ts']);
    const { status, message } = tests['three runs']!;
    expect(status).toBe('failed');
    expect(message).toMatch(/needs the plugin of Reprise[\s\S]*plugins: \[reprise\(\)\][\s\S]*shapes\.test\.ts:\d+/);
  });
});
