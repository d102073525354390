/**
 * The two laws about generated programs: safe ones raise no violation under any schedule; hazardous ones always do, by a
 * check that names the hazard. For tests, for `npm run soak`, and for whoever breaks the harness to see who notices.
 */
import fc from 'fast-check';
import {
  CHECKS,
  crashes,
  explore,
  type Finding,
  type Findings,
  type Limits,
  random,
  strategiesFor,
  type Strategy,
} from '../../harness/index.ts';
import { random as stream } from '../../harness/random.ts';
import { deepening } from '../../harness/strategies/exhaustive.ts';
import { priorities } from '../../harness/strategies/priorities.ts';
import { safePrograms } from './arbitrary.ts';
import { EXPECTED, hazardousPrograms } from './hazardous.ts';
import { interpret, scenarioOf } from './interpret.ts';
import { print } from './print.ts';
import type { HazardKind, Program } from './program.ts';
import { dependsOnTiming } from './walk.ts';

/** How many programs; equal seeds make equal programs and equal runs. */
interface Amount {
  readonly seed: string;
  readonly programs: number;
}

/** What was made to find out. */
export interface Figures {
  readonly programs: number;
  readonly runs: number;
  readonly decisions: number;
}

/** One hazard that was caught: by which check, in which run. */
export interface Caught {
  readonly hazard: HazardKind;
  readonly check: string;
  readonly runs: number;
}

/** A program under the conditions in which it is tried. */
interface Trial {
  readonly program: Program;
  readonly limits: Partial<Limits>;
  readonly plan: keyof typeof PLANS;
  readonly seed: string;
}

/** All strategies there are, alone and as they are used when nobody says otherwise. */
const PLANS = {
  standard: strategiesFor,
  random: (seed: string) => [random(seed)],
  priorities: (seed: string) => [priorities(seed)],
  crashes: (seed: string) => [crashes(2), random(seed)],
  deepening: () => [deepening([1, 2].map((othersMax) => ({ crashesMax: 1, othersMax })))],
} satisfies Record<string, (seed: string) => readonly Strategy[]>;

const ONE_PROCESS: readonly Partial<Limits>[] = [
  {},
  { crashesMax: 1 },
  { crashesMax: 3 },
  { failuresMax: 1, crashesMax: 1 },
  { failuresMax: 3 },
];
const TWO_PROCESSES: readonly Partial<Limits>[] = [
  { executors: 2 },
  { executors: 2, suspensionsMax: 1, crashesMax: 1, skewMs: 500 },
  { executors: 2, suspensionsMax: 2, crashesMax: 0, failuresMax: 1, skewMs: 5_000 },
  { executors: 2, suspensionsMax: 1, crashesMax: 3, failuresMax: 2 },
];
const CRASHLESS: readonly Partial<Limits>[] = [{ crashesMax: 0 }, { crashesMax: 0, failuresMax: 2 }];

const seeds = fc.noShrink(fc.nat()).map(String);

/** Throws an Error with the smallest safe program that raises a violation, if there is one among so many. */
export async function safeProgramsHold({
  seed,
  programs,
  runsEach,
}: Amount & { readonly runsEach: number }): Promise<Figures> {
  const total = { programs: 0, runs: 0, decisions: 0 };
  const trials = fc.record<Trial>({
    program: safePrograms,
    limits: fc.constantFrom(...ONE_PROCESS, ...TWO_PROCESSES, ...CRASHLESS),
    plan: fc.constantFrom(...(Object.keys(PLANS) as (keyof typeof PLANS)[])),
    seed: seeds,
  });
  await assertAll({ seed, programs }, trials, total, async (trial) => {
    const findings = await search(trial, runsEach);
    count(total, findings);
    return findings.finding === null ? null : explained('a safe program raises a violation', trial, findings.finding);
  });
  return total;
}

/** Throws an Error with the smallest hazardous program that goes unseen, or is seen as something else. */
export async function hazardsAreCaught({
  seed,
  programs,
  runsMax,
}: Amount & { readonly runsMax: number }): Promise<Figures & { readonly caught: readonly Caught[] }> {
  const total = { programs: 0, runs: 0, decisions: 0 };
  const caught: Caught[] = [];
  const trials = fc
    .record({ made: hazardousPrograms, limits: fc.constantFrom(...ONE_PROCESS, ...TWO_PROCESSES), seed: seeds })
    .map(({ made: { program, hazard }, limits, seed: runs }) => ({
      ...{ program, hazard, plan: 'standard' as const, seed: runs },
      limits: { ...limits, ...NEEDED, ...EXPECTED[hazard].limits },
    }));
  await assertAll({ seed, programs }, trials, total, async (trial) => {
    const { hazard } = trial;
    const findings = await search(trial, runsMax);
    count(total, findings);
    const { finding } = findings;
    if (finding === null) return explained(`the hazard "${hazard}" goes unseen in ${findings.runs} runs`, trial, null);
    const { check } = finding.violations[0]!;
    caught.push({ hazard, check, runs: finding.runs.found });
    if (EXPECTED[hazard].checks.includes(check)) return null;
    return explained(`the hazard "${hazard}" is taken for something else`, trial, finding);
  });
  return { ...total, caught };
}

/** Most hazards show when a replay differs. */
const NEEDED: Partial<Limits> = { crashesMax: 2 };

const search = ({ program, limits, plan, seed }: Trial, runsMax: number): Promise<Findings> =>
  explore(scenarioOf(interpret(program), limits), {
    ...{ seed, runsMax, strategies: PLANS[plan](seed), checks: checksFor(program, limits) },
  });

/**
 * All checks; but where an outcome hangs on timing or on a failing call, `results` would have to know every crash-free
 * outcome there is, and can only sample them.
 */
function checksFor(program: Program, { failuresMax = 0 }: Partial<Limits>): string[] {
  const names = CHECKS.map(({ name }) => name);
  return failuresMax > 0 || dependsOnTiming(program) ? names.filter((name) => name !== 'results') : names;
}

function count(total: { programs: number; runs: number; decisions: number }, { runs, decisions }: Findings): void {
  total.programs++;
  total.runs += runs;
  total.decisions += decisions;
}

/** Runs that may be spent on smaller programs when one has failed. */
const SHRINK_RUNS_MAX = 20_000;

/** Tries `programs` trials; shrinks the first to which there is an objection, and throws what was objected. */
async function assertAll<T extends Trial>(
  { seed, programs }: Amount,
  trials: fc.Arbitrary<T>,
  total: Figures,
  objection: (trial: T) => Promise<string | null>,
): Promise<void> {
  let last: string | null = null;
  let runsMax = Infinity;
  const property = fc.asyncProperty(trials, async (trial) => {
    // A hazard that goes unseen costs all its runs each time: better a program that could be smaller than none.
    if (total.runs > runsMax) return true;
    const because = await objection(trial).catch((error: unknown) => explained(String(error), trial, null));
    if (because === null) return true;
    if (last === null) runsMax = total.runs + SHRINK_RUNS_MAX;
    last = because;
    return false;
  });
  const { failed } = await fc.check(property, { numRuns: programs, seed: stream(seed, 'programs').below(2 ** 31) });
  if (failed) throw new Error(`${last}\n\nseed: ${seed}`);
}

/** All that is needed to see it for oneself. */
function explained(what: string, { program, limits, plan, seed }: Trial, finding: Finding | null): string {
  const objections = finding?.violations.map(({ check, because }) => `${check}: ${because}`) ?? [];
  return [
    [what, ...objections].join('\n  '),
    print(program),
    ...(finding === null ? [] : [`script: ${JSON.stringify(finding.script)}`]),
    `limits: ${JSON.stringify(limits)}; strategy: ${plan}, seeded with "${seed}"`,
  ].join('\n\n');
}
