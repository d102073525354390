/**
 * `npx reprise fuzz`: simulated tests search on, for as long as they are let, on as many machines as there are.
 */
import { setMaxListeners } from 'node:events';
import { parseArgs } from 'node:util';
import { native } from '../globals.ts';
import type { Note } from '../vitest/command.ts';
import { type Account, accountText, progressText } from './account.ts';
import { type Kept, keepFound } from './keep.ts';
import { writeOut } from './out.ts';
import { type Plan, planOf, seedOf, sliceMs } from './plan.ts';
import { type Vitest, vitestOf } from './project.ts';
import { type Found, Tally } from './tally.ts';
import { fromFolder } from '../seeds/naming.ts';
import { testFiles } from './testfiles.ts';
import { type Command, EXIT, folderOf, type Surroundings, UsageError } from './usage.ts';
import { runVitest } from './vitest.ts';

const help = `npx reprise fuzz [FILES] [options]

  Searches for new findings in the simulated tests of this project, by its own vitest. What is found is saved beside
  the tests, in __seeds__, one script for each failure; where CI is set nothing is saved, and it is printed instead.
  Ctrl-C ends the search and prints what it has.

  FILES          test files, or parts of their paths (default: all that import reprise/vitest)

  --for TIME     for so long in all, shared by the tests: 90s, 20m, 8h (default: 60s, if there is no --runs)
  --runs N       at most N runs of each test in each job
  --seed TEXT    any text; equal texts search the same (default: "reprise", never the clock)
  --shard I/N    part I of a search in N parts, on N machines: no two parts plan the same runs (default: 1/1)
  --jobs K       K processes of vitest at once (default: 1). Each searches all tests with a seed of its own, made of
                 seed, shard and number: job 1 of a shard plans the same runs however many there are.
                 What is systematic is left to job 1 of shard 1
  --out DIR      writes the findings to DIR: entries, stories, timelines (HTML), traces, summary.md for a CI
  -h, --help     this

  exit code  0  clean: nothing was found, in as much as was searched
             1  finding
             2  used wrongly: no such option or file, no vitest, no simulated test, or one that cannot be run
             4  not deterministic: the same schedule went two ways`;

/** `npx reprise fuzz`. */
export const fuzzCommand: Command = { help, run };

async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...{ for: { type: 'string' }, runs: { type: 'string' }, seed: { type: 'string' } },
      ...{ shard: { type: 'string' }, jobs: { type: 'string' }, out: { type: 'string' } },
    },
  });
  const plan = planOf(values);
  const { print, paint } = surroundings;
  const vitest = vitestOf(folderOf(surroundings), null);
  const files = await testFiles(vitest, positionals, surroundings);
  if (files === null) return EXIT.interrupted;
  const account = await search({ plan, vitest, files }, surroundings);
  print(accountText(account, paint, folderOf(surroundings)));
  if (values.out !== undefined) writeOut(values.out, account, vitest, surroundings);
  const { findings, failures } = account.tally;
  if (findings.length > 0) return EXIT.not;
  if (failures.some(({ error }) => error === 'NotDeterministicError')) return EXIT.notDeterministic;
  return failures.length > 0 || account.untried.length > 0 || account.broken ? EXIT.usage : EXIT.well;
}

interface Search {
  readonly plan: Plan;
  readonly vitest: Vitest;
  readonly files: readonly string[];
}

/** A search that hangs is ended this long after its time: a finding may take 20 seconds to be made small. */
const LATE_MS = 30_000;

async function search(asked: Search, surroundings: Surroundings): Promise<Account> {
  const { plan, files } = asked;
  const beganAtMs = native.nowMs();
  const elapsedMs = (): number => native.nowMs() - beganAtMs;
  const tally = new Tally();
  const kept = new Map<Found, Kept>();
  const show = shower(plan, tally, elapsedMs, surroundings);
  const hear = (seed: string, note: Note): void => {
    const what = tally.hear(seed, note);
    if (note.is === 'finding' && what !== null) {
      kept.set(note, keepFound(note, surroundings));
      if (what === 'new') tell(note, kept.get(note)!, surroundings);
    }
    show();
  };
  const { interrupted } = surroundings;
  const late = plan.forMs === null ? [] : [AbortSignal.timeout(plan.forMs + LATE_MS)];
  const end = AbortSignal.any([...(interrupted === undefined ? [] : [interrupted]), ...late]);
  // Every job listens to both.
  setMaxListeners(0, process, end);
  const output = await rounds(asked, { tally, elapsedMs, hear, end }, surroundings);
  surroundings.progress?.clear();
  const untried = interrupted?.aborted === true ? [] : tally.silent(files);
  const broken = output !== null && tally.failures.length === 0;
  if (broken) surroundings.warn(output.trimEnd());
  if (untried.length === files.length) {
    const silence = end.aborted
      ? 'none of them has said anything in time'
      : 'they call no simTest, or all of them are skipped';
    const names = files.map((file) => fromFolder(folderOf(surroundings), file)).join(', ');
    throw new UsageError(`no simulated test ran in ${names}: ${broken ? 'what vitest said is above' : silence}`);
  }
  return { plan, tally, kept, untried, broken, elapsedMs: elapsedMs() };
}

interface Course {
  readonly tally: Tally;
  readonly elapsedMs: () => number;
  readonly hear: (seed: string, note: Note) => void;
  readonly end: AbortSignal;
}

/** Searches until the time is up or nothing is left to search. Resolves to what a vitest printed that failed, if one did. */
async function rounds(
  { plan, vitest, files }: Search,
  { tally, elapsedMs, hear, end }: Course,
  surroundings: Surroundings,
): Promise<string | null> {
  const folder = folderOf(surroundings);
  let output: string | null = null;
  let last: { readonly forMs: number; readonly tookMs: number } | null = null;
  for (let round = 1; ; round++) {
    const forMs: number | null = plan.runsMax === null ? sliceMs(plan.forMs!, elapsedMs(), last) : plan.forMs;
    if (forMs === null && plan.runsMax === null) return output;
    const beganAtMs = elapsedMs();
    const jobs = Array.from({ length: plan.jobs }, async (_, index) => {
      const seed = seedOf(plan, index + 1, round);
      const systematic = plan.shard === 1 && index === 0;
      const task = { do: 'fuzz', seed, systematic, forMs, runsMax: plan.runsMax, folder } as const;
      const onNote = (note: Note): void => hear(seed, note);
      return runVitest({ vitest, files, task, onNote, interrupted: end }, surroundings);
    });
    for (const ended of await Promise.all(jobs)) if (ended.exit !== 0 && ended.exit !== null) ({ output } = ended);
    if (plan.runsMax !== null || end.aborted || tally.isOver) return output;
    last = { forMs: forMs!, tookMs: elapsedMs() - beganAtMs };
  }
}

/** A finding, at once: whoever watches may want to begin. */
function tell({ told }: Found, { replay, saved }: Kept, { print, progress }: Surroundings): void {
  progress?.clear();
  print(`${told.text}\n\n  replay   ${replay}\n  saved    ${saved}\n`);
}

const LINE_EVERY_MS = 30_000;

/** Says how far the search is: always on a line that is written over, else now and then. */
function shower(plan: Plan, tally: Tally, elapsedMs: () => number, { progress, warn }: Surroundings): () => void {
  let nextAtMs = LINE_EVERY_MS;
  return () => {
    const text = (): string => progressText(plan, tally.counts, elapsedMs());
    if (progress !== undefined) progress.show(text());
    else if (elapsedMs() >= nextAtMs) {
      nextAtMs += LINE_EVERY_MS;
      warn(text());
    }
  };
}
