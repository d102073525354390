/**
 * How the users of an engine speak: what they call things, what their engine does when a law is broken, and what they can
 * change. Plain data that travels with each run: so checks and reports speak to them, and cannot tell engines apart.
 */

/**
 * Why an engine stops an execution. `fenced`: the workflow is another execution's now; `cancelled`; `mismatched`: the
 * position is recorded for a call of another name; `taken`: the execution recorded the position before.
 */
export type Refusal = 'fenced' | 'cancelled' | 'mismatched' | 'taken';

/** What a program can change, by what is wrong with it. */
export type Remedy =
  /** Sequences race for positions. */
  | 'sequences'
  /** Calls depend on more than the input and what is recorded. */
  | 'decisions'
  /** Steps cannot be told apart by their names. */
  | 'names'
  /** What memory holds decides what is done, and processes share it. */
  | 'memory'
  /** Which of two came first decides what is done. */
  | 'races'
  /** The class of an error decides what is done. */
  | 'classes'
  /** A clock, randomness or an id is read between steps. */
  | 'readings'
  /** A workflow ends with calls in flight. */
  | 'unawaited'
  /** A promise rejects with nobody listening. */
  | 'unheard'
  /** A call is made outside the async context of its workflow. */
  | 'strays'
  /** The engine stops an execution, and the program goes on. */
  | 'swallowed'
  /** The outside world is changed between steps. */
  | 'effects'
  /** A step is repeated. */
  | 'repeats'
  /** A result cannot be stored. */
  | 'values'
  /** A crash changes a result. */
  | 'results'
  | 'stuck'
  | 'escaped'
  | 'blocked';

/** What an engine does about a replay that makes another call than is recorded. */
export type Reaction =
  /** To a call of the same name: it can, and now it did. */
  | 'mayConfuse'
  | 'confuses'
  /** To a call of another name. */
  | 'mayRefuse'
  | 'refuses'
  /** It refused, and the program went on as if it had not. */
  | 'refusedInVain'
  /** To a replay that comes to its end without a recorded call. */
  | 'overlooks';

/** A promise that an engine is known not to keep. */
export interface Defect {
  /**
   * `shared`: two calls get one position. `unrecorded`: an answer is given that is not on record. `denied`: a call does its
   * work, and throws all the same. `skipped`: a schedule that is to make up for what it missed leaves out a time.
   */
  readonly promise: 'shared' | 'unrecorded' | 'denied' | 'skipped';
  /** How the names of the calls, or of the schedules, begin that it is about. */
  readonly call: string;
  /** The class of the error that is the answer; absent: the answer is a value. */
  readonly threw?: string;
  /** What the engine does, in a sentence. */
  readonly because: string;
  /** How a program avoids it. */
  readonly fix: string;
}

export interface Idiom {
  /** The engine, with its version if it has one. */
  readonly engine: string;
  /** What its users call a position, and the short form that heads a column. */
  readonly position: readonly [name: string, short: string];
  /** Sentences, or nothing. */
  readonly reactions: Readonly<Record<Reaction, string>>;
  readonly remedies: Readonly<Record<Remedy, string>>;
  /** The names of the errors with which it stops an execution. */
  readonly refusals: Readonly<Record<Refusal, string>>;
  readonly defects: readonly Defect[];
}

/** An engine whose durable calls are methods of a context. */
export const PLAIN: Idiom = {
  engine: 'the engine',
  position: ['position', 'pos'],
  reactions: {
    mayConfuse: 'After a crash the replay may come out the other way: then calls get wrong results, or are refused',
    confuses: 'The engine compares names only, so the call silently gets the result of the other.',
    mayRefuse: 'After a crash the replay may come out the other way: then calls get wrong results, or are refused',
    refuses: 'The engine refuses this, and refuses every later recovery too.',
    overlooks: 'The engine does not notice.',
    refusedInVain: 'The engine refuses this, but the program swallows the error and ends as if nothing had happened.',
  },
  remedies: {
    sequences: 'start each sequence as a child workflow, or start all steps before awaiting any',
    decisions: 'let what a workflow calls depend on nothing but its input and recorded results',
    names: 'give each step a name of its own, so that the engine can tell them apart',
    memory: 'keep nothing outside the program: what all processes share does not die with one of them',
    races: 'decide by recorded outcomes: what a step, recv or sleep returned, not which came first',
    classes:
      'branch on what a recorded error keeps (its name, its message, fields of its own), or let the step return what matters',
    readings: 'read it in a durable call (ctx.now(), ctx.random(), ctx.uuid()) or inside a step',
    unawaited: 'await every durable call before returning (Promise.allSettled, not Promise.all or Promise.race)',
    unheard: 'await every promise, or start listening (allSettled) before awaiting anything else',
    strays: 'make durable calls where the workflow awaits them, not in callbacks of something that lives outside it',
    swallowed: 'let errors of the engine through: catch only errors of your own',
    effects: 'call the outside world inside a step',
    repeats:
      'a step can run again until its result is recorded, so give the outside call an idempotency key that stays the same, or make repeating it harmless',
    values: 'return plain data (JSON, Date, Map, Set, BigInt); keep functions and live objects out of results',
    results: 'let every result depend on nothing but the input and recorded outcomes',
    stuck: 'give every wait a timeout, or make sure that what it waits for is always sent',
    escaped:
      'do real I/O through a service of the simulated world, inside a step; settle every promise the workflow awaits',
    blocked: 'wait in durable calls (ctx.sleep), and let the process go on in the meantime',
  },
  refusals: {
    fenced: 'ConflictError (5)',
    cancelled: 'CancelledError (24)',
    mismatched: 'UnexpectedStepError (26)',
    taken: 'PositionTakenError (37)',
  },
  defects: [],
};
