/**
 * Which moves belong together: a *chain* is a line of execution, each of whose moves comes up because of the one before.
 * Moves of one call share a chain; a move that first comes up after another continues its chain; what else comes up then
 * begins a chain of its own. If every call were a thread, what is proved of schedulers of few threads would say nothing.
 *
 * Online chain decomposition: PCTCP (Ozkan et al., OOPSLA 2018).
 */
import type { Choice, Option } from '../decision.ts';
import type { Run } from '../run.ts';
import { isFault } from './strategy.ts';

/** Stands for a chain that is not known yet. */
const FRESH = -2;

/** The chains of one run, numbered as they come up. Faults belong to none. */
export class Chains {
  /** By chain: the label of its first move, or which branch it is of its parent. The same in every run, as far as can be:
   *  labels of calls count on over all chains, and who makes the third call of a name differs from run to run. */
  readonly names: string[] = [];
  /** By chain: the chain it branched off from, or -1. */
  readonly parents: number[] = [];
  /** By chain: the move after which it came up. */
  readonly begunBy: string[] = [];
  /** By option of the choice that was seen last: its chain, or -1 for a fault. The same array every time. */
  readonly on: number[] = [];
  readonly #byLabel = new Map<string, number>();
  readonly #byCall = new Map<string, number>();
  /** By chain: how many chains branched off. */
  readonly #branches: number[] = [];
  #last = -1;

  /** Looks at a choice before it is answered. */
  see({ after, options }: Choice): void {
    const { on } = this;
    let fresh = -1;
    on.length = options.length;
    for (let index = 0; index < options.length; index++) {
      on[index] = this.#known(options[index]!);
      if (on[index] === FRESH) fresh = index;
    }
    if (fresh >= 0) this.#begin(after, options, fresh);
  }

  /** Remembers the answer: moves that nobody was asked about continue its chain. What follows a fault continues none. */
  chose(index: number): void {
    this.#last = this.on[index]!;
  }

  /** The chain of a move, if it or its call has been on offer. */
  of(label: string): number | undefined {
    return this.#byLabel.get(label) ?? this.#byCall.get(callOf(label));
  }

  #known({ kind, label }: Option): number {
    if (isFault(kind)) return -1;
    const known = this.#byLabel.get(label);
    if (known !== undefined) return known;
    const chain = kind === 'reply' || kind === 'timer' ? this.#byCall.get(callOf(label)) : undefined;
    if (chain !== undefined) this.#byLabel.set(label, chain);
    return chain ?? FRESH;
  }

  /** The last to come up continues the chain of the move just made, if that is free: who starts others goes on after them. */
  #begin(after: string, options: readonly Option[], last: number): void {
    const { on } = this;
    const parent = this.of(after) ?? this.#last;
    const free = parent >= 0 && !on.includes(parent);
    for (let index = 0; index <= last; index++) {
      if (on[index] !== FRESH) continue;
      const { label } = options[index]!;
      const chain = free && index === last ? parent : this.#branch(parent, label, after);
      this.#byLabel.set(label, chain);
      this.#byCall.set(callOf(label), chain);
      on[index] = chain;
    }
  }

  #branch(parent: number, label: string, after: string): number {
    this.names.push(parent < 0 ? label : `${this.names[parent]}.${++this.#branches[parent]!}`);
    this.#branches.push(0);
    this.begunBy.push(after);
    return this.parents.push(parent) - 1;
  }
}

/** `charge#1` of `land charge#1` and of `reply charge#1`. */
const callOf = (label: string): string => label.slice(label.indexOf(' ') + 1);

/** A move of a run, forced ones included, with its chain. */
export interface Link {
  readonly chain: number;
  readonly move: Option;
}

/** What a run that has been made tells about its chains. Moves before its first decision belong to none: they are left out. */
export interface Trace {
  readonly chains: Chains;
  readonly links: readonly Link[];
}

/** The chains of a run that has been made. */
export function retrace({ decisions, history }: Run): Trace {
  const chains = new Chains();
  for (const decision of decisions) {
    chains.see(decision);
    chains.chose(decision.chose);
  }
  const links: Link[] = [];
  let chain = -1;
  for (const event of history) {
    if (event.type !== 'move.made' || isFault(event.kind)) continue;
    chain = chains.of(event.label) ?? chain;
    if (chain >= 0) links.push({ chain, move: event });
  }
  return { chains, links };
}
