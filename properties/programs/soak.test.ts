/** `npm run soak`: what it prints, what it refuses, and that a seed fixes all of it. */
import { describe, expect, test } from 'vitest';
import { hazardsAreCaught } from './laws.ts';
import { soak } from './soaking.ts';

interface Ran {
  readonly code: number;
  readonly printed: string;
  readonly warned: string;
}

/** Runs the command. Each look at the clock finds a second gone. */
async function run(...args: readonly string[]): Promise<Ran> {
  const [printed, warned]: [string[], string[]] = [[], []];
  let seconds = 0;
  const code = await soak(args, {
    print: (text) => printed.push(text),
    warn: (text) => warned.push(text),
    nowMs: () => seconds++ * 1_000,
  });
  return { code, printed: printed.join('\n'), warned: warned.join('\n') };
}

describe('npm run soak', () => {
  test('tells what was tried and what caught it, the same for the same seed', async () => {
    const first = await run('--programs', '20', '--runs', '2', '--seed', 'd');
    expect(first.code).toBe(0);
    expect(first.printed).toMatch(/^20 safe programs, \d+ runs, [\d,]+ decisions: no violation\n2 hazardous programs/);
    expect(await run('--programs', '20', '--runs', '2', '--seed', 'd')).toEqual(first);
    expect(await run('--programs', '20', '--runs', '2', '--seed', 'e')).not.toEqual(first);
  });

  test('goes on in batches until the time is up', async () => {
    const { code, printed, warned } = await run('--for', '2s', '--runs', '1', '--json');
    expect(code).toBe(0);
    expect(warned.split('\n')).toHaveLength(1);
    expect(JSON.parse(printed)).toMatchObject({ holds: true, safe: { programs: 100 }, hazardous: { programs: 10 } });
  });

  test.each([
    [['--for', '10'], '--for takes a time up to 500h, as in 90s, 20m or 8h, not "10"'],
    [['--programs', '0'], '--programs takes a whole number from 1 on, not "0"'],
    [['--runs', '1.5', '--programs', '1'], '--runs takes a whole number'],
    [['--for', '1s', '--programs', '1'], 'exclude each other'],
    [['--fro', '1s'], "Unknown option '--fro'"],
  ])('refuses %j', async (args, because) => {
    const { code, printed, warned } = await run(...args);
    expect([code, printed]).toEqual([2, '']);
    expect(warned).toContain(because);
  });

  test('explains itself', async () => {
    expect(await run('--help')).toMatchObject({ code: 0, printed: expect.stringContaining('--for TIME') as string });
  });
});

describe('a broken law', () => {
  test('is told with the smallest program that breaks it, as TypeScript, and the seed', async () => {
    // No race shows in a single run.
    const law = hazardsAreCaught({ seed: 'one run', programs: 100, runsMax: 1 });
    await expect(law).rejects.toThrow(/goes unseen in 1 runs\n[^]*async main\(ctx, input\) \{\n[^]*seed: one run$/);
  });
});
