/**
 * A workflow program as plain data: what is generated, run on an engine, and printed as TypeScript. No behaviour, and
 * nothing of any engine.
 *
 * A block binds values one after another; each statement binds at most one, and the value of a block is the list of those
 * it bound. A workflow is a block, too: it takes an input and returns its value.
 */

/** A text, or the value that was bound `back` values ago: the input of the workflow if there are not as many. */
export type Value = { readonly text: string } | { readonly back: number };

/** What the body of a step does. Only `pay` has an effect: it bears the order's name, so that a repeat changes nothing. */
export type Work =
  /** Says its own name and the value. */
  | 'echo'
  | 'look'
  | 'pay'
  | 'look, then pay'
  /** The world refuses, always. */
  | 'refused'
  /** The world refuses the first try. */
  | 'busy'
  | 'throw'
  /** Asks twice at once and takes both answers, or the first. */
  | 'look twice'
  | 'look for the first'
  /** Time and randomness, which are free inside a step. */
  | 'clock'
  | 'draw';

export interface Step {
  readonly call: 'step';
  readonly name: string;
  readonly work: Work;
  readonly of: Value;
  /** Whether the value is an argument of the step (compared on replay) or only seen by its body. */
  readonly passed: boolean;
  readonly attempts: number;
  /** Null: no limit. */
  readonly timeoutMs: number | null;
}

/** One durable call: whatever it is made of, it takes its positions at once. */
export type Call =
  | Step
  /** On the application's tables. `count` tells how many lines were appended so far. */
  | {
      readonly call: 'transaction';
      readonly name: string;
      readonly work: 'append' | 'count' | 'throw';
      readonly of: Value;
    }
  | { readonly call: 'sleep'; readonly ms: number }
  | { readonly call: 'now' | 'random' | 'uuid' }
  /** The next letter from the client or the parent; null if there is none in time. */
  | { readonly call: 'recv'; readonly timeoutMs: number }
  | { readonly call: 'setEvent'; readonly of: Value };

export type Block = readonly Statement[];

/** A program that uses these is safe: whatever is done side by side has taken its positions before. */
export type Safe =
  /** Guarded: what the call throws is caught, and its message bound. */
  | { readonly do: 'call'; readonly call: Call; readonly guarded: boolean }
  /** Single calls, side by side. */
  | { readonly do: 'gather'; readonly how: 'all' | 'allSettled'; readonly calls: readonly Call[] }
  /** Single calls, raced; but whoever is first, all are waited for and nothing depends on it. */
  | { readonly do: 'first'; readonly how: 'race' | 'any'; readonly calls: readonly Call[] }
  /** `.then` after `.then`: each call sees the value of the one before. */
  | { readonly do: 'chain'; readonly calls: readonly Call[] }
  /** Workers that share a queue. A task is one call, so position k is task k, whoever works on it. Its error is its result. */
  | { readonly do: 'pool'; readonly workers: number; readonly tasks: number; readonly step: Step }
  /** Decides by a value that is recorded. */
  | { readonly do: 'if'; readonly test: Value; readonly block: Block; readonly otherwise: Block }
  | { readonly do: 'repeat'; readonly times: Value; readonly block: Block }
  | { readonly do: 'try'; readonly block: Block; readonly otherwise: Block }
  | { readonly do: 'fail'; readonly because: string }
  | {
      readonly do: 'child';
      readonly block: Block;
      readonly of: Value;
      /** Left alone; waited for; sent a letter first; asked first for the event it sets. */
      readonly how: 'leave' | 'wait' | 'write' | 'watch';
    }
  | { readonly do: 'children'; readonly blocks: readonly Block[]; readonly of: Value; readonly together: boolean }
  /** A message to oneself. */
  | { readonly do: 'note'; readonly of: Value }
  /** An event set and read back. */
  | { readonly do: 'event'; readonly of: Value };

/** What is wrong, each in its own way. A hazardous program contains exactly one of these. */
export type Hazard =
  /** Two sequences of two steps race for positions. */
  | {
      readonly do: 'interleaved';
      readonly names: 'same' | 'different';
      readonly form: 'async' | 'then' | 'background';
      readonly passed: boolean;
    }
  /** Children, each started and waited for in a sequence of its own. */
  | { readonly do: 'started side by side'; readonly block: Block }
  /** A pool whose tasks take two steps. */
  | { readonly do: 'pool of sequences'; readonly workers: number; readonly tasks: number }
  /** Reads its surroundings between steps, and passes on what it read or decides by it. */
  | { readonly do: 'read'; readonly what: 'clock' | 'random' | 'uuid'; readonly use: 'pass' | 'decide' }
  /** Skips a step if another workflow of the process has made it before. */
  | { readonly do: 'cached' }
  /** A call that nobody waits for. Comes last in a workflow, so that it is still running at the end. */
  | { readonly do: 'dropped'; readonly call: Call }
  /** Gives up on the calls that are still running, at the end of a workflow. */
  | { readonly do: 'abandoned'; readonly how: 'all' | 'race' }
  /** An effect between the steps. */
  | { readonly do: 'effect outside' }
  /** An effect in a step that a repeat repeats: on the world, or on the tables. */
  | { readonly do: 'effect without key'; readonly on: 'world' | 'tables'; readonly attempts: number }
  /** Whoever is first decides what is called next, or is passed on. */
  | { readonly do: 'winner'; readonly against: 'step' | 'sleep'; readonly use: 'pass' | 'decide' }
  /** Values in the order in which they came. */
  | { readonly do: 'merged'; readonly use: 'pass' | 'return' }
  /** A call from a timer, beside the steps of the workflow. */
  | { readonly do: 'timer'; readonly ms: number }
  /** A call that fails before anybody listens. */
  | { readonly do: 'unheard' }
  /** Waits for what never comes: a promise nobody settles, a message nobody sends, a time for which it keeps asking. */
  | { readonly do: 'never'; readonly what: 'promise' | 'message' | 'clock' }
  /** Compensates whatever error there is: also that it no longer owns the workflow, or has been cancelled for a while. */
  | { readonly do: 'swallowed'; readonly by: 'takeover' | 'cancel' }
  /** A step comes to what cannot be recorded. */
  | { readonly do: 'unstorable'; readonly what: 'function' | 'promise' | 'symbol' }
  /** Decides by the class of an error, which the journal does not keep. */
  | { readonly do: 'error class' };

export type HazardKind = Hazard['do'];

export type Statement = Safe | Hazard;

/** What the client does: it starts the program once or twice, writes letters, cancels. */
export interface ClientPlan {
  /** One workflow; two side by side; a second one when the first has ended. */
  readonly starts: 'one' | 'two' | 'two in turn';
  /** Whether they wait to be claimed. */
  readonly queued: boolean;
  /** Letters to the first workflow. */
  readonly letters: number;
  /** What befalls the first workflow. */
  readonly cancels: 'never' | 'cancel' | 'cancel and resume';
}

export interface Program {
  readonly main: Block;
  readonly client: ClientPlan;
}
