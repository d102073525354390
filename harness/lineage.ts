/**
 * Who is calling: the executor, the attempt, the step body, and the *branch*, kept in one AsyncLocalStorage store.
 *
 * A durable call makes a child place and enters it, synchronously. A continuation after `await` gets the context that
 * was captured at the await, not that of whoever resolved it, so the path of places that leads to a call depends on the
 * program's structure and never on the schedule.
 */
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import type { Executor } from './executor.ts';
import type { Origin } from './history.ts';

/** One execution of a workflow, as far as lineage cares. */
export interface Attempt {
  readonly workflow: string;
  readonly number: number;
}

/** A node of the lineage tree. */
export interface Place {
  readonly executor: Executor;
  /** null: code that runs in no workflow (the client). */
  readonly attempt: Attempt | null;
  /** The position whose body runs here; null between steps. */
  readonly position: number | null;
  /** Hash of the path from the root of the attempt: the identity of the branch. */
  readonly branch: number;
  /** The engine's own code runs here, on behalf of the program: what it reads is no concern of the program's. */
  readonly engine: boolean;
  children: number;
}

/** A place, and what a library keeps in a storage of its own while its code runs there. */
interface Context {
  readonly place: Place;
  readonly theirs: unknown;
}

const here = new AsyncLocalStorage<Context>();

/** Where the running code stands; undefined outside any simulated process. */
export const place = (): Place | undefined => here.getStore()?.place;

/** Runs `body` at a place. What a library keeps stays. */
const runAt = <A extends unknown[], T>(at: Place, body: (...args: A) => T, ...args: A): T =>
  here.run({ place: at, theirs: here.getStore()?.theirs }, body, ...args);

/** Gives the process back its speed: as long as a context is kept, Node 20 and 22 do more for every promise there is. */
export function releaseContext(): void {
  here.disable();
}

/** Whether the running code was begun by a simulated process. Also known when the context was given back. */
export function isSimulated(): boolean {
  if (here.getStore() !== undefined) return true;
  // What was kept is kept, but not shown: entering any place, somewhere else, brings it back.
  elsewhere.runInAsyncScope(() => runAt(NOWHERE, () => undefined));
  const found = here.getStore() !== undefined;
  here.disable();
  return found;
}

const elsewhere = new AsyncResource('reprise.lineage');
const NOWHERE = {} as Place;

/** FNV-1a, one round per level: O(1) for each call, no strings. */
const hash = (parent: number, ordinal: number): number => (Math.imul(parent ^ ordinal, 16777619) + ordinal) | 0;

/** Runs `body` at the root of the lineage of one attempt (or, without one, as code of the executor). */
export function inAttempt<T>(executor: Executor, attempt: Attempt | null, body: () => T): T {
  return runAt({ executor, attempt, position: null, branch: 17, engine: false, children: 0 }, body);
}

/** Runs the body of the step at `position`: what it calls belongs to the step and takes no positions. */
export function inStep<A extends unknown[], T>(
  { executor, attempt, branch }: Place,
  position: number,
  body: (...args: A) => T,
  args: A,
): T {
  return runAt({ executor, attempt, position, branch, engine: false, children: 0 }, body, ...args);
}

/** Runs code of the engine on behalf of the call at a place: an engine that is a library of its own reads clocks, too. */
export function inEngine<T>({ executor, attempt, position, branch }: Place, body: () => T): T {
  return runAt({ executor, attempt, position, branch, engine: true, children: 0 }, body);
}

/** Runs `body` as code that belongs to no simulated process: it sees the real time, and so does what it sets going. */
export function nowhere<T>(body: () => T): T {
  return here.run(undefined as never, body);
}

/**
 * Makes the child of the place of the running code, and stands on it. Must be called synchronously on entry of a durable
 * call. Code that lost its context (a callback fired from elsewhere) counts as a child of the attempt's root.
 */
export function enter(executor: Executor, attempt: Attempt): Place {
  const context = here.getStore();
  const child = childOf(context?.place, executor, attempt);
  here.enterWith({ place: child, theirs: context?.theirs });
  return child;
}

/** As `enter`, and runs `body` there as code of the engine: what it reads is no concern of the program's. */
export function enterEngine<T>(executor: Executor, attempt: Attempt, body: () => T): T {
  const context = here.getStore();
  const [child, theirs] = [childOf(context?.place, executor, attempt), context?.theirs];
  here.enterWith({ place: child, theirs });
  return here.run({ place: { ...child, engine: true }, theirs }, body);
}

function childOf(current: Place | undefined, executor: Executor, attempt: Attempt): Place {
  const known = current?.attempt === attempt ? current : undefined;
  const ordinal = known === undefined ? 0 : ++known.children;
  const branch = hash(known?.branch ?? 17, ordinal);
  return { executor, attempt, position: null, branch, engine: false, children: 0 };
}

/** What the history notes of the running code. */
export function origin(): Origin {
  const at = place();
  return {
    workflow: at?.attempt?.workflow ?? null,
    attempt: at?.attempt?.number ?? null,
    position: at?.position ?? null,
  };
}

/** What code that runs in simulated processes uses of a library's storage. */
type Storage = Pick<AsyncLocalStorage<unknown>, 'getStore' | 'run'>;

/** The storage that `look` looks into: libraries keep theirs to themselves. */
export function storageBehind(look: () => unknown): Storage {
  const descriptor = Object.getOwnPropertyDescriptor(AsyncLocalStorage.prototype, 'getStore')!;
  const define = (as: PropertyDescriptor): unknown =>
    Object.defineProperty(AsyncLocalStorage.prototype, 'getStore', as);
  const asked: Storage[] = [];
  define({
    ...descriptor,
    value(this: Storage): void {
      asked.push(this);
    },
  });
  try {
    look();
  } finally {
    define(descriptor);
  }
  if (asked[0] === undefined) throw new Error('no AsyncLocalStorage is looked into');
  return asked[0];
}

/**
 * What a library's storage does while code of simulated processes runs: it keeps its values beside our places, so that every
 * promise carries one context along and not two. For other code it is what it was.
 */
export function sharing(storage: Storage): Storage {
  const getStore = storage.getStore.bind(storage);
  const run = storage.run.bind(storage);
  return {
    getStore: () => {
      const context = here.getStore();
      return context === undefined ? getStore() : context.theirs;
    },
    run: <A extends unknown[], T>(theirs: unknown, body: (...args: A) => T, ...args: A): T => {
      const before = here.getStore();
      if (before === undefined) return run(theirs, body, ...args);
      let { place: at } = before;
      const inside = (): T => {
        try {
          return body(...args);
        } finally {
          at = place()!;
        }
      };
      try {
        return here.run({ place: at, theirs }, inside);
      } finally {
        // What was entered in between stays entered: places and values come and go independently of each other.
        if (at !== before.place) here.enterWith({ place: at, theirs: before.theirs });
      }
    },
  };
}
