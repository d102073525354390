/** The faults that `npm run mutants` plants are well-formed, and what it says of them can be believed. */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHECKS } from '../../harness/index.ts';
import { FaultFormatError, faultsIn, type Mutant, mutants } from './mutants.ts';
import { plant, staleness, type Tree } from './plant.ts';
import { table } from './table.ts';
import { trials, type Verdict } from './trials.ts';

const PROJECT = process.cwd();
const all = mutants();
const files = new Set(all.map(({ file }) => file));

describe('the list of faults', () => {
  test('is up to date: the line of each occurs exactly once in its file', () => {
    expect(staleness(all, PROJECT)).toEqual([]);
  });

  test('names each fault once, and each changes something', () => {
    expect(new Set(all.map(({ fault }) => fault)).size).toBe(all.length);
    expect(all.filter(({ from, to }) => from === to)).toEqual([]);
  });

  test('has faults of every part whose failure nobody would see', () => {
    const parts = [
      ...['journal', 'execution', 'runtime', 'retry', 'scheduler', 'queue', 'offer', 'cluster', 'executor', 'clock'],
      ...['globals', 'ambient', 'lineage', 'world', 'settle', 'client', 'model', 'simulation', 'decision', 'run'],
      ...['values', 'random', 'shrink', 'campaign', 'reference', 'observe', 'windows', 'checker', 'ending', 'scenario'],
      ...[
        'strategies/exhaustive',
        'strategies/crashes',
        'strategies/script',
        'strategies/standard',
        'strategies/sample',
      ],
      ...['strategies/faults', 'strategies/priorities', 'strategies/uniform', 'strategies/selective'],
      ...['seeds/rewrite', 'seeds/entry', 'seeds/file', 'seeds/outcome', 'adapters/fast-check'],
    ];
    expect(parts.filter((part) => !files.has(`${part}.ts`))).toEqual([]);
  });

  test('has at least two for every check: one that blinds it, one that makes it cry wolf', () => {
    const few = CHECKS.map(({ name }) => name).filter(
      (name) => all.filter(({ fault }) => fault.startsWith(`${name}: `)).length < 2,
    );
    expect(few).toEqual([]);
  });

  test('is refused when it is not written in threes', () => {
    expect(() => faultsIn('x.ts', 'a fault\n- from')).toThrow(FaultFormatError);
    expect(() => faultsIn('x.ts', 'a fault\n- from\n+ to\n+ more')).toThrow('a fault is three lines');
    expect(faultsIn('x.ts', 'a fault\n- from\n+\n\nanother\n- one\n+ other')).toEqual([
      { fault: 'a fault', file: 'x.ts', from: 'from', to: '' },
      { fault: 'another', file: 'x.ts', from: 'one', to: 'other' },
    ]);
  });
});

describe('planting and trying', () => {
  const home = resolve('.tools/mutants.test');
  const ground = { project: PROJECT, built: join(home, 'built'), into: join(home, 'planted') };
  const planted = (...some: readonly Mutant[]): Tree[] => plant(some, ground);

  beforeAll(() => {
    const compiler = resolve('node_modules/typescript/bin/tsc');
    const args = [compiler, '-p', '.ci/tsconfig.tools.json', '--outDir', ground.built];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, '']);
  });

  afterAll(() => {
    rmSync(home, { recursive: true, force: true });
  });

  const harmless: Mutant = {
    fault: 'nothing at all',
    file: 'journal.ts',
    from: 'if (row.owner === owner) return row;',
    to: 'if (owner === row.owner) return row;',
  };
  const called = (fault: string): Mutant => all.find((mutant) => mutant.fault === fault)!;
  const endless: Mutant = { ...harmless, fault: 'never ends', to: 'for (;;);' };

  test('kills what is broken, by a law, and lets live what is not', async () => {
    const some = [called('the fence is down: any execution may write'), endless, harmless];
    const [, ...trees] = planted(...some);
    // The same once more, but a law that comes later is tried first; and who is remembered may be gone.
    const fenced = 'what was replaced is fenced, even in the process that replaces it';
    trees.push({ ...trees[0]!, first: fenced }, { ...trees[0]!, first: 'nobody' });
    const verdicts: Verdict[] = [];
    const law = 'the journal answers as a naive one would';
    // Only the law that the endless one meets is impatient: a busy machine makes all laws slow, and kills nothing.
    await trials(
      trees,
      (tried) => (tried === law ? 15_000 : 300_000),
      2,
      (verdict) => verdicts.push(verdict),
    );
    expect(verdicts).toMatchObject([
      { how: 'killed', by: 'law', law },
      { how: 'killed', by: 'does not end', law },
      { how: 'survived' },
      { how: 'killed', by: 'law', law: fenced },
      { how: 'killed', by: 'law', law },
    ]);
    const lines = table(
      verdicts.slice(0, some.length).map((verdict, index) => ({ mutant: some[index]!, verdict })),
    ).split('\n');
    expect(lines.map((line) => line.slice(0, 1))).toEqual([' ', '✓', '✓', '✗']);
    expect(lines[2]).toContain(`${law} (does not end)`);
    expect(lines[3]).toContain('nobody: it survived');
  });

  test.each<[what: string, change: Partial<Mutant>, message: string]>([
    ['is not there', { from: 'no such line' }, 'stale mutant "odd": nowhere in harness/journal.ts: no such line'],
    ['is not unique', { from: 'return' }, 'times in harness/journal.ts: return'],
    ['does not compile', { to: 'return 7;' }, 'mutant "odd" does not compile: sources'],
    ['changes nothing', { to: `${harmless.from} // same` }, 'mutant "odd" changes nothing that runs'],
  ])('refuses, by name, a fault whose line %s', (_, change, message) => {
    expect(() => planted({ ...harmless, fault: 'odd', ...change })).toThrow(message);
  });
});
