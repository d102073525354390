/** The commands in a project with this package as npm would install it: what one prints, another takes. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Project, Workspace } from '../vitest/projects.ts';
import { run } from './project.ts';

const TEST = `import { model } from 'reprise';
import { simTest } from 'reprise/vitest';
import { test } from 'vitest';
import { pages } from './pages.js';

test('an ordinary test is not run', () => { throw new Error('it was'); });
for (const name of ['pages are read', 'nothing is'])
  simTest(name, {
    engine: model({ workflows: () => ({ pages }) }),
    start: (client) => (name === 'nothing is' ? undefined : client.start('pages', { id: 'w-1' })),
  });
`;
const PROGRAM = `const read = (ctx, page) => ctx.step('read', () => page);
export async function pages(ctx) {
  const news = async () => { await read(ctx, 'a'); return read(ctx, 'b'); };
  const mail = async () => { await read(ctx, 'c'); return read(ctx, 'd'); };
  return Promise.all([news(), mail()]);
}
`;

describe('a finding', { timeout: 120_000 }, () => {
  let workspace: Workspace;
  let project: Project;
  let command: string;
  let out: string;
  beforeAll(async () => {
    workspace = new Workspace();
    project = workspace.project({ 'pages.test.js': TEST, 'pages.js': PROGRAM, 'other.test.js': '' });
    const fuzzed = await run(project.folder, ['fuzz', '--runs', '200', '--out', 'out']);
    expect([fuzzed.exit, fuzzed.err]).toEqual([1, '']);
    ({ out } = fuzzed);
    command = /npx reprise (replay \S+)/.exec(out)![1]!;
  }, 120_000);
  afterAll(() => workspace.remove());

  test('is told by the test that has it, among others that have none', () => {
    expect(out).toContain('belongs to two branches');
    expect(out).toMatch(/^2 simulated tests: /m);
    expect(out.match(/found .*/g)).toEqual([`found    pages are read: lineage   npx reprise ${command}`]);
  });

  test('is there to look at: a page, a trace, and a diagram in the summary of a CI job', () => {
    const [id] = readdirSync(join(project.folder, 'out')).flatMap((name) => /^(.*)\.html$/.exec(name)?.[1] ?? []);
    const read = (name: string): string => readFileSync(join(project.folder, 'out', name), 'utf8');
    expect(read(`${id}.html`)).toMatch(/^<!doctype html>/i);
    expect(JSON.parse(read(`${id}.trace.json`))).toHaveProperty('traceEvents');
    expect(read('summary.md')).toMatch(/```mermaid\nsequenceDiagram\n[\s\S]*? → "b"/);
  });

  test('is replayed by the command that was printed, as it is', async () => {
    const { exit, out: story, err } = await run(project.folder, command.split(' '));
    expect({ exit, err }).toEqual({ exit: 1, err: '' });
    expect(story).toMatch(/✗ pages are read .*\n[\s\S]*belongs to two branches/);
  });

  test('is confirmed by its own test, and by no other', async () => {
    const [, target] = command.split(' ') as [string, string];
    const { exit, err } = await run(project.folder, ['confirm', target]);
    expect([exit, err]).toEqual([2, expect.stringMatching(/pages are read: .* only dbos\(\) has a real database/)]);
  });

  test('comes of the same search whenever it is made: of one shard, as of the whole', async () => {
    const searched = async (...args: string[]): Promise<string> => {
      const env = { ...process.env, CI: 'true' };
      return (await run(project.folder, ['fuzz', '--runs', '99', ...args], { env })).out.replace(
        / in .* a second\)/,
        '',
      );
    };
    expect(await searched('--shard', '2/2')).toBe(await searched('--shard', '2/2'));
  });

  test('is stale when the program has changed', async () => {
    project.edit('pages.js', 'Promise.all([news(), mail()])', '[await news(), await mail()]');
    const { exit, err } = await run(project.folder, command.split(' '));
    expect([exit, err]).toEqual([3, expect.stringMatching(/pages are read: stale script: /)]);
  });
});
