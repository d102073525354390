/**
 * The loop over runs: plan, run, judge, until a law is broken or the budget is spent. A finding is run again and must be
 * the same byte for byte, then made as small as can be, and shown to be so when the budget allows.
 */
import { CHECKS, checksNamed, judge } from './checker.ts';
import type { Check } from './checks/check.ts';
import { IN_DOUBT, unsettled } from './checks/results.ts';
import { isFaulty } from './observe.ts';
import { calm, type Decider, type Script, scriptOf } from './decision.ts';
import type { Budget, Finding, Findings } from './findings.ts';
import { native } from './globals.ts';
import { assertSame, type Run } from './run.ts';
import { Interleavings } from './interleavings.ts';
import { memoryViolation } from './memory.ts';
import { KnownRuns } from './reference.ts';
import { Plan } from './plan.ts';
import { type AnyScenario, limitsOf } from './scenario.ts';
import type { Loop } from './loop.ts';
import type { Stray } from './settle.ts';
import { prove, shrink } from './shrink.ts';
import { simulate } from './simulation.ts';
import { deepening } from './strategies/exhaustive.ts';
import { priorities } from './strategies/priorities.ts';
import { random } from './strategies/random.ts';
import { decidedBy, follow } from './strategies/script.ts';
import { strategiesFor } from './strategies/standard.ts';
import { larger, type Scope, type Strategy } from './strategies/strategy.ts';
import type { Violation } from './verdict.ts';
import { type Window, WINDOWS, windowsOf } from './windows.ts';

const RUNS_MAX = 2_000;
/** Runs that may be spent on shrinking a finding, and on proving it minimal. */
const SIDE_RUNS_MAX = 4_000;
/** Where time is limited, each of the two takes at most so long, in milliseconds. */
const SIDE_MS = 10_000;
/** Runs that may be spent on what a program comes to without crashes: systematic ones, and random ones after them. */
const CRASH_FREE_RUNS_MAX = 1_000;
const CRASH_FREE_SAMPLES = 500;

/** One campaign over one scenario. Its generators yield whenever promises must settle, and between runs. */
export class Campaign {
  readonly strays: Stray[] = [];
  readonly #scenario: AnyScenario;
  readonly #budget: Budget;
  readonly #checks: readonly Check[];
  readonly #known: KnownRuns;
  readonly #reached = Object.fromEntries(WINDOWS.map((window) => [window, 0])) as Record<Window, number>;
  /** Whether crash-free runs were looked at; in vain, as long as `#known` does not say so. */
  #looked = false;
  #doubtful = false;
  /** Counted only for whoever wants to hear of it. */
  #interleavings: Interleavings | null = null;
  #runs = 0;
  #decisions = 0;

  constructor(scenario: AnyScenario, budget: Budget) {
    this.#scenario = scenario;
    this.#budget = budget;
    this.#checks = budget.checks === undefined ? CHECKS : checksNamed(budget.checks);
    this.#known = new KnownRuns(scenario.compare ?? null);
  }

  *search(): Loop<Findings> {
    const seed = this.#budget.seed ?? 'reprise';
    const strategies = this.#budget.strategies ?? strategiesFor(seed);
    const { runsMax = RUNS_MAX, forMs = Infinity, runsMin = 0 } = this.#budget;
    let exhausted: Scope | null = null;
    const ended = (scope: Scope | null): void =>
      void (exhausted = larger(exhausted, scope, limitsOf(this.#scenario).crashesMax));
    const plan = new Plan(strategies, { runsMax, inTurns: forMs < Infinity }, ended);
    const calmRun = yield* this.#begin();
    const isTimeUp = this.#deadline(forMs);
    let finding = yield* this.#judged(calmRun, this.#judge(calmRun));
    while (finding === null && this.#runs < runsMax && !(this.#runs > runsMin && isTimeUp())) {
      const line = plan.turn(this.#runs);
      if (line === null) break;
      const run = yield* this.#run(line.decide!);
      this.#count(run);
      const violations = this.#judge(run);
      if (violations.length > 0) finding = yield* this.#judged(run, violations);
      if (finding !== null) break;
      this.#known.learn(run);
      line.see(run);
    }
    return {
      scenario: this.#scenario.name,
      seed,
      runs: this.#runs,
      decisions: this.#decisions,
      exhausted,
      complete: finding === null && plan.turn(this.#runs) === null,
      reached: { ...this.#reached },
      unjudged: unsettled(this.#known) ?? (this.#doubtful ? IN_DOUBT : null),
      finding,
    };
  }

  /** Where time is limited: whether from now on so many milliseconds have passed. */
  #deadline(ms: number): () => boolean {
    const endMs = (this.#budget.forMs ?? Infinity) < Infinity ? native.nowMs() + ms : Infinity;
    return () => endMs < Infinity && native.nowMs() >= endMs;
  }

  /** The calm run comes first, and twice: it is what all others are held against. */
  *#begin(): Loop<Run> {
    const run = yield* this.#run(calm);
    this.#count(run);
    yield* this.#repeat(run, []);
    this.#known.learn(run);
    return run;
  }

  *#run(decide: Decider, how: { readonly evidence?: boolean; readonly keep?: boolean } = {}): Loop<Run> {
    const run = (yield simulate(this.#scenario, decide, { strays: this.strays, ...how })) as Run;
    yield 'breathe';
    return run;
  }

  #count(run: Run): void {
    this.#runs++;
    this.#decisions += run.decisions.length;
    for (const window of windowsOf(run)) this.#reached[window]++;
    const { onProgress } = this.#budget;
    if (onProgress === undefined) return;
    this.#interleavings ??= new Interleavings();
    this.#interleavings.see(run);
    onProgress({ runs: this.#runs, interleavings: this.#interleavings.count, reached: this.#reached });
  }

  /** What becomes of `violations` once those in doubt are looked into; null: nothing. */
  *#judged(run: Run, violations: readonly Violation[]): Loop<Finding | null> {
    const certain = yield* this.#lookInto(run, violations);
    return certain.length === 0 ? null : yield* this.#finding(run, certain);
  }

  *#lookInto(run: Run, violations: readonly Violation[]): Loop<readonly Violation[]> {
    const certain = this.#beyondDoubt(violations);
    if (certain.length > 0 || violations.length === 0) return certain;
    // A result may be new only because nobody has looked: look at crash-free runs, once, before calling it wrong.
    if (!this.#looked) yield* this.#searchCrashFree();
    const found = this.#certain(run);
    this.#doubtful ||= this.#known.searched === null && this.#judge(run).length > 0;
    return found;
  }

  #judge(run: Run): readonly Violation[] {
    return judge(run, this.#known, this.#checks);
  }

  /** The laws that `run` breaks beyond doubt. */
  #certain(run: Run): readonly Violation[] {
    return this.#beyondDoubt(this.#judge(run));
  }

  /** A new result is in doubt until crash-free runs were searched for it. */
  #beyondDoubt(violations: readonly Violation[]): readonly Violation[] {
    return this.#known.searched === null ? violations.filter(({ check }) => check !== 'results') : violations;
  }

  *#searchCrashFree(): Loop<void> {
    let runs = 0;
    let news = 0;
    const learn = (run: Run): void => {
      if (isFaulty(run)) return;
      runs++;
      if (this.#known.learnOutcome(run)) news++;
    };
    this.#looked = true;
    // As long as the search itself: with less, the doubt remains.
    const isTimeUp = this.#deadline(this.#budget.forMs ?? Infinity);
    const scopes = [1, 2, 3].map((othersMax) => ({ crashesMax: 0, othersMax }));
    const all = yield* this.#side(deepening(scopes), CRASH_FREE_RUNS_MAX, learn, isTimeUp);
    yield* this.#side(random('crash-free'), CRASH_FREE_SAMPLES, learn, isTimeUp);
    const before = news;
    const last = yield* this.#side(priorities('crash-free'), CRASH_FREE_SAMPLES, learn, isTimeUp);
    if (isTimeUp()) return;
    this.#known.searched = { runs, scope: all.ended ? scopes.at(-1)! : null, news: (news - before) / last.runs };
  }

  // ---- from a failing run to a finding -----------------------------------------------------------------------------

  *#finding(failing: Run, violations: readonly Violation[]): Loop<Finding> {
    const law = violations[0]!.check;
    const lawsBroken = (run: Run): string[] => this.#certain(run).map(({ check }) => check);
    let best = failing;
    const keep = (run: Run): void => void (best = run);
    const beside = (strategy: Strategy) => this.#side(strategy, SIDE_RUNS_MAX, undefined, this.#deadline(SIDE_MS));
    const shrinking = yield* beside(shrink(best, (run) => lawsBroken(run).includes(law), keep));
    // Whatever law a simpler run breaks, it is the better finding.
    const fails = (run: Run): boolean => lawsBroken(run).length > 0;
    const proof = yield* beside(prove(scriptOf(best.decisions).length, fails, keep));
    const broken = lawsBroken(best);
    const check = broken.includes(law) ? law : broken[0]!;
    const told = yield* this.#tell(best, check);
    return { ...told, minimal: proof.ended, runs: { found: told.runs.found, shrunk: shrinking.runs + proof.runs } };
  }

  /** Makes the run once more for the same bytes, then with source lines, next to the run it is held against. */
  *#tell(failing: Run, check: string): Loop<Finding> {
    const script = scriptOf(failing.decisions);
    yield* this.#repeat(failing, script);
    const run = yield* this.#run(follow(script).decide, { evidence: true });
    const violations = this.#certain(run);
    const main = violations.filter((violation) => violation.check === check);
    const others = violations.filter((violation) => violation.check !== check);
    const reference = yield* this.#run(follow(main[0]?.against ?? []).decide, { evidence: true });
    const runs = { found: this.#runs, shrunk: 0 };
    return {
      scenario: this.#scenario.name,
      script,
      minimal: null,
      run,
      reference,
      violations: [...(yield* this.#memory(run, main)), ...main, ...others],
      runs,
    };
  }

  /** Whether it was memory that a crash should have cleared. */
  *#memory(run: Run, [main]: readonly Violation[]): Loop<Violation[]> {
    if (main === undefined || !isFaulty(run)) return [];
    const before = yield* this.#run(calm);
    const violation = memoryViolation(main, before, yield* this.#run(calm, { keep: true }));
    return violation === null ? [] : [violation];
  }

  /** Makes the runs that `strategy` plans, outside the budget of the search but with one of their own. */
  *#side(
    strategy: Strategy,
    runsMax: number,
    see: (run: Run) => void = () => undefined,
    isTimeUp: () => boolean = () => false,
  ): Loop<{ runs: number; ended: boolean }> {
    let runs = 0;
    for (let step = strategy.next(); step.done !== true; runs++) {
      if (runs >= runsMax || isTimeUp()) return { runs, ended: false };
      const run = yield* this.#run(step.value);
      see(run);
      step = strategy.next(run);
    }
    return { runs, ended: true };
  }

  /** Makes the same run again. Anything but the same bytes means that something outside the schedule has a say. */
  *#repeat(run: Run, script: Script): Loop<void> {
    const again = yield* this.#run(follow(script).decide);
    assertSame(run, again);
  }

  /** Judges the run of a saved script as it stands, held against the calm run. */
  *tryScript(script: Script): Loop<Finding | null> {
    yield* this.#begin();
    const { decide, done } = decidedBy(script);
    const run = yield* this.#run(decide);
    done(run);
    this.#count(run);
    const [violation] = yield* this.#lookInto(run, this.#judge(run));
    return violation === undefined ? null : yield* this.#tell(run, violation.check);
  }
}
