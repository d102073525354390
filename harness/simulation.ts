/**
 * The loop of one run: ask what can happen, let the decider choose, make it happen, let promises settle. Nothing else
 * runs programs. Written as a generator so that `settle.ts` can drive it synchronously or by turns of the event loop.
 */
import { type Ambient } from './ambient.ts';
import { Cluster } from './cluster.ts';
import { BEGIN, type Decider, type Decision } from './decision.ts';
import { died, livelock, messageOf, stuckOrEscaped } from './ending.ts';
import type { Machine, Session, Unfinished } from './engine.ts';
import { installGlobals } from './globals.ts';
import { type Event, type Note, LATER } from './history.ts';
import { awaited } from './hook.ts';
import type { Loop } from './loop.ts';
import { type Move, Offer } from './offer.ts';
import type { Complaint, Ending, Run } from './run.ts';
import { inAttempt, place } from './lineage.ts';
import { type AnyScenario, endedOf, limitsOf, type State } from './scenario.ts';
import { Scheduler } from './scheduler.ts';
import { hear, type Stray } from './settle.ts';
import { captureSites } from './site.ts';

/** How a run is observed. */
interface Watch {
  /** Filled by whoever drives the loop: what escaped every promise since the last look. */
  readonly strays: Stray[];
  /** Capture source lines for a report: slower, same behaviour. */
  readonly evidence?: boolean;
  /** Leave out the user's `setup`: what the last run left in memory stays. */
  readonly keep?: boolean;
}

/** The run being simulated, for the shims: code without a context belongs to whose turn it is. */
let current: Simulation | null = null;
const whoAmI = (): Ambient | null => (current === null ? null : (place()?.executor ?? current.machine.scheduler.turn));

/** One run of `scenario` under `decide`. Yields whenever promises must settle. */
export function* simulate(scenario: AnyScenario, decide: Decider, watch: Watch): Loop<Run> {
  installGlobals(whoAmI);
  captureSites(watch.evidence ?? false);
  watch.strays.length = 0;
  const preparing = scenario.engine.prepare?.(limitsOf(scenario)) ?? null;
  if (preparing !== null) yield preparing;
  const simulation = new Simulation(scenario, decide, watch);
  try {
    if (watch.keep !== true) yield* simulation.setup();
    current = simulation;
    simulation.boot();
    // The client calls processes that are up.
    yield 'settle';
    simulation.begin();
    yield 'settle';
    let ending = simulation.halted();
    while (ending === null) {
      const next = simulation.move();
      if (next === 'settle') yield 'settle';
      else if (next !== 'go on') {
        ending = next;
        break;
      }
      simulation.checkInvariant();
      ending = simulation.halted();
    }
    current = null;
    return yield* simulation.conclude(ending);
  } finally {
    current = null;
    simulation.end();
  }
}

/** Timers that still fire once every workflow has ended: enough for a straggler, not for an interval without end. */
const AFTER_END_MAX = 8;

class Simulation {
  readonly machine: Machine;
  readonly #scenario: AnyScenario;
  readonly #decide: Decider;
  readonly #strays: Stray[];
  readonly #session: Session<never, never, never>;
  readonly #history: Event[] = [];
  readonly #decisions: Decision[] = [];
  readonly #complaints: Complaint[] = [];
  readonly #offer = new Offer();
  #after = BEGIN;
  #moves = 0;
  #afterEnd = 0;
  #client: 'running' | 'done' = 'running';

  constructor(scenario: AnyScenario, decide: Decider, watch: Watch) {
    this.#scenario = scenario;
    this.#decide = decide;
    this.#strays = watch.strays;
    const limits = limitsOf(scenario);
    const scheduler = new Scheduler();
    // Stamped in place: events are made to be noted, and a copy of each would cost a tenth of the run.
    const note: Note = (event) => {
      const stamped = event as { -readonly [K in keyof Event]: Event[K] };
      stamped.seq = this.#history.length;
      stamped.atMs = cluster.atMs;
      this.#history.push(stamped as Event);
    };
    const cluster = new Cluster(limits, scheduler, note);
    this.machine = { scheduler, cluster, limits, note };
    this.#session = scenario.engine.begin(this.machine);
  }

  end(): void {
    this.machine.cluster.end();
    this.#session.end?.();
  }

  *setup(): Loop<void> {
    const { setup } = this.#scenario;
    if (setup !== undefined) yield* awaited(this.#scenario.name, 'setup', setup);
  }

  boot(): void {
    for (const executor of this.machine.cluster.executors) this.#session.boot(executor);
  }

  /** Starts the client. */
  begin(): void {
    const { client } = this.machine.cluster;
    const done = (): void => void (this.#client = 'done');
    const failed = (error: unknown): void => {
      done();
      this.#complain('check', new Error(`start failed: ${messageOf(error)}`, { cause: error }));
    };
    inAttempt(client, null, () => hear(() => this.#scenario.start(this.#session.client), done, failed));
  }

  /** Why nothing more may be tried: a process has died, or will never go on. */
  halted(): Ending | null {
    if (this.#strays.length > 0) return this.#died(this.#strays.shift()!);
    const { blocked } = this.machine.cluster;
    return blocked === null ? null : { how: 'blocked', because: blocked };
  }

  /** Makes the next move, after which promises may have to settle; or says how the run has ended. */
  move(): Ending | 'settle' | 'go on' {
    const ended = this.#fill(this.#offer);
    if (ended !== null) return ended;
    return this.#make(this.#choose(this.#offer)) ? 'settle' : 'go on';
  }

  /** Fills in what can happen now, calmest first; or says how the run has ended. */
  #fill(offer: Offer): Ending | null {
    const { scheduler, cluster, limits } = this.machine;
    offer.clear();
    scheduler.progress(offer, cluster.deaf);
    this.#session.moves(offer);
    const active = offer.size > 0;
    cluster.progress(this.#session, offer);
    if (!active && !offer.has('wake')) {
      if (this.#client === 'done' && this.#session.finished()) return this.#epilogue(offer);
      if (offer.size === 0) return stuckOrEscaped(this.#unfinished());
    }
    if (this.#moves >= limits.movesMax) return livelock(limits.movesMax, this.#after, this.#unfinished());
    cluster.faults(this.#session, offer);
    return null;
  }

  /** What was left running when everything had ended goes on for a while: its effects are facts, too. */
  #epilogue(offer: Offer): Ending | null {
    offer.keepOnly('timer');
    return offer.size === 0 || this.#afterEnd++ >= AFTER_END_MAX ? { how: 'finished' } : null;
  }

  #unfinished(): Unfinished[] {
    const rest = this.#session.unfinished();
    if (this.#client === 'done') return rest;
    return [...rest, { who: 'the client (`start`)', inFlight: this.machine.scheduler.inFlight(null), lastCall: null }];
  }

  /** No decision is put on record when there is nothing to decide. */
  #choose(offer: Offer): Move {
    if (offer.size === 1) return offer.at(0);
    const fork = offer.fork(this.#decisions.length, this.#after);
    const chose = this.#decide(fork);
    if (!(chose >= 0 && chose < offer.size))
      throw new RangeError(`the decider answered ${chose}; there are ${offer.size} options`);
    fork.chose = chose;
    this.#decisions.push(fork);
    return offer.at(chose);
  }

  #make(move: Move): boolean {
    this.machine.cluster.tick();
    this.#after = move.label;
    this.#moves++;
    this.machine.note({ type: 'move.made', kind: move.kind, label: move.label, seq: LATER, atMs: LATER });
    try {
      return move.apply();
    } catch (error) {
      // Only a timer's callback throws out of a move: nothing awaits it.
      this.#strays.push({ kind: 'uncaughtException', error });
      return true;
    }
  }

  #died(stray: Stray): Ending {
    const executor = this.machine.scheduler.turn?.id ?? 'the client';
    const error = messageOf(stray.error);
    this.machine.note({ type: 'process.died', executor, kind: stray.kind, error });
    return died(stray.kind, error, executor);
  }

  checkInvariant(): void {
    const { invariant } = this.#scenario;
    if (invariant === undefined || this.#complaints.length > 0) return;
    const simulation = current;
    current = null;
    try {
      invariant(this.#state());
    } catch (error) {
      this.#complain('invariant', error);
    }
    current = simulation;
  }

  #state(): State<never, never> {
    const { world, tables } = this.#session.view();
    return { world, tables, results: endedOf(this.#session.results()) };
  }

  #complain(from: Complaint['from'], error: unknown): void {
    this.#complaints.push({ from, message: messageOf(error), seq: this.#history.length - 1 });
  }

  *conclude(ending: Ending): Loop<Run> {
    const { check, name, engine } = this.#scenario;
    if (ending.how === 'finished' && check !== undefined) {
      try {
        yield* awaited(name, 'check', () => check(this.#state()));
      } catch (error) {
        this.#complain('check', error);
      }
    }
    return {
      scenario: name,
      idiom: engine.idiom,
      decisions: this.#decisions,
      history: this.#history,
      ending,
      results: this.#session.results(),
      complaints: this.#complaints,
      moves: this.#moves,
    };
  }
}
