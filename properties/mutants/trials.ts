/**
 * Trials of planted trees: each in a process of its own, which may crash, hang or eat all the memory it is given, a few at
 * a time, told in the order of the trees.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Tree } from './plant.ts';
import type { Saying } from './trial.ts';

/** What came of one tree. */
export type Verdict =
  /** Every law held. */
  | { readonly how: 'survived'; readonly runs: number }
  /** A law is broken; or, while it was tried, the process did not end in time, or ended by itself. */
  | {
      readonly how: 'killed';
      readonly by: 'law' | 'does not end' | 'dies';
      readonly law: string;
      readonly runs: number;
      readonly because: string;
    }
  /** Not even the first law was tried: the harness cannot be loaded. */
  | { readonly how: 'unborn'; readonly because: string };

/** How long each law took, in milliseconds. */
export type Pace = ReadonlyMap<string, number>;

/** How long a law may take, in milliseconds. */
export type Patience = (law: string) => number;

const MEMORY_MB = 512;

/** Tries the laws of its parts on a tree. */
export function trial(
  { folder, parts, first = '' }: Tree,
  patience: Patience,
): Promise<{ verdict: Verdict; pace: Pace }> {
  const measured = new Map<string, number>();
  const script = join(folder, 'properties/mutants/trial.js');
  const child = spawn(process.execPath, [`--max-old-space-size=${MEMORY_MB}`, script, first, ...parts], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let last: Saying | null = null;
  let sinceMs = performance.now();
  let errors = '';
  let late = false;
  let timer: NodeJS.Timeout | undefined;
  const hear = (line: string): void => {
    const nowMs = performance.now();
    if (last !== null && 'trying' in last) measured.set(last.trying, nowMs - sinceMs);
    [last, sinceMs] = [JSON.parse(line) as Saying, nowMs];
    clearTimeout(timer);
    const law = 'trying' in last ? last.trying : '';
    timer = setTimeout(() => (late = child.kill('SIGKILL')), patience(law));
  };
  createInterface({ input: child.stdout }).on('line', hear);
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-ERRORS_MAX)));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timer);
      resolve({ verdict: verdictOf(last, late, errors), pace: measured });
    });
  });
}

/** What is kept of standard error: its end says why. */
const ERRORS_MAX = 4_000;

function verdictOf(last: Saying | null, late: boolean, errors: string): Verdict {
  if (last === null) return { how: 'unborn', because: errors };
  const { runs } = last;
  if ('held' in last) return { how: 'survived', runs };
  if ('broken' in last) return { how: 'killed', by: 'law', law: last.broken, runs, because: last.because };
  // Out of memory is the other way of never coming to an end.
  const endless = late || errors.includes('heap out of memory');
  return { how: 'killed', by: endless ? 'does not end' : 'dies', law: last.trying, runs, because: errors };
}

/** Tries every tree, `atOnce` at a time. `tell` hears of each, in the order of the trees. */
export async function trials(
  trees: readonly Tree[],
  patience: Patience,
  atOnce: number,
  tell: (verdict: Verdict, index: number) => void,
): Promise<void> {
  const verdicts: Verdict[] = [];
  let next = 0;
  let told = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < trees.length; index = next++) {
      verdicts[index] = (await trial(trees[index]!, patience)).verdict;
      for (let verdict = verdicts[told]; verdict !== undefined; verdict = verdicts[++told]) tell(verdict, told);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, trees.length) }, worker));
}
