/** The life of a saved script in the project of a user: found, followed through edits, and kept when the bug is gone. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { join } from 'node:path';
import { existsSync } from 'node:fs';
import { readSeeds } from '../../harness/seeds/file.ts';
import { run } from '../cli/project.ts';
import { type Project, Workspace } from '../vitest/projects.ts';

const SEEDS = '__seeds__/pages.test.js.json';
const TEST = `import { model } from 'reprise';
import { simTest } from 'reprise/vitest';
import { pages } from './pages.js';

simTest('pages are read', {
  engine: model({ workflows: () => ({ pages }) }),
  start: (client) => client.start('pages', { id: 'w-1' }),
  forMs: 200,
});
`;
const PROGRAM = `const read = (ctx, page) => ctx.step('read', () => page);
export async function pages(ctx) {
  const news = async () => { await read(ctx, 'a'); return read(ctx, 'b'); };
  const mail = async () => { await read(ctx, 'c'); return read(ctx, 'd'); };
  return Promise.all([news(), mail()]);
}
`;

describe('a saved script', { timeout: 120_000 }, () => {
  let workspace: Workspace;
  let project: Project;
  beforeAll(() => {
    workspace = new Workspace();
    project = workspace.project({ 'pages.test.js': TEST, 'pages.js': PROGRAM });
  }, 120_000);
  afterAll(() => workspace.remove());

  const failing = async (): Promise<string | null> => {
    const { tests } = await project.vitest();
    const { status, message } = tests['pages are read']!;
    return status === 'passed' ? null : message;
  };
  const saved = (): ReturnType<typeof readSeeds> => readSeeds(join(project.folder, SEEDS));

  test('is what a test finds', async () => {
    expect(await failing()).toContain('belongs to two branches');
    expect(saved()).toMatchObject([{ scenario: 'pages are read', check: 'lineage' }]);
  });

  test('is followed through an edit that leaves the bug, and saved as what it is now', async () => {
    const before = saved();
    project.edit('pages.js', "'read'", "'fetch'");
    expect(await failing()).toContain('belongs to two branches');
    expect(saved()).toHaveLength(1);
    expect(saved()).not.toEqual(before);
    const { exit, out } = await run(project.folder, ['seeds', '--prune']);
    expect([exit, out]).toEqual([1, expect.stringContaining('kept      fails: ')]);
  });

  test('is stale when nothing near it fails any more, until it is recorded again: then it passes, whatever is edited', async () => {
    project.edit('pages.js', 'Promise.all([news(), mail()])', '[await news(), await mail()]');
    expect(await failing()).toContain('no longer applies');
    const { exit, out } = await run(project.folder, ['seeds', '--update']);
    expect([exit, out]).toEqual([0, expect.stringMatching(/recorded again {2}stale: [\s\S]*which passes/)]);
    expect(saved()).toHaveLength(1);
    expect(await failing()).toBeNull();
    project.edit('pages.js', 'const news', "await ctx.step('log', () => 'begins');\n  const news");
    expect(await failing()).toBeNull();
  });

  test('is removed when it is asked for, and its file with it', async () => {
    const { exit, out } = await run(project.folder, ['seeds', '--prune']);
    expect([exit, out]).toEqual([0, expect.stringContaining('removed   passes: it breaks no law any more')]);
    expect(existsSync(join(project.folder, SEEDS))).toBe(false);
  });
});
