/** Made-up systems for the laws of search: no program, only chains of moves, and a crash that ends nothing. */
import { BEGIN, chosen, type Decider, type Decision, type MoveKind, type Option } from '../../harness/decision.ts';
import type { Event } from '../../harness/history.ts';
import { PLAIN } from '../../harness/idiom.ts';
import { Fork } from '../../harness/offer.ts';
import type { Run } from '../../harness/run.ts';
import type { Strategy } from '../../harness/strategies/strategy.ts';

/** At every decision the heads of all chains are on offer, and a crash while any is left. */
export interface Toy {
  /** Labels of moves, chain by chain. */
  readonly chains: readonly (readonly string[])[];
  readonly crashesMax: number;
  /** By chain: the move that begins it; without one it is there from the start. */
  readonly begunBy?: readonly (string | undefined)[];
}

/** Chains of so many moves each, which say of themselves only whose they are. */
export const toyOf = (lengths: readonly number[], crashesMax = 0): Toy => ({
  chains: lengths.map((length, chain) => Array.from({ length }, (_, move) => `reply ${chain}#${move + 1}`)),
  crashesMax,
});

const option = (label: string): Option => ({ kind: label.slice(0, label.indexOf(' ')) as MoveKind, label });

/** Interleaves the chains as `decide` says. */
export function play({ chains, crashesMax, begunBy = [] }: Toy, decide: Decider): Run {
  const made = chains.map(() => 0);
  const begun = chains.map((_, chain) => begunBy[chain] === undefined);
  const decisions: Decision[] = [];
  const history: Event[] = [];
  let after = BEGIN;
  let crashed = 0;
  for (;;) {
    const heads = chains.flatMap((labels, chain) =>
      begun[chain]! && made[chain]! < labels.length ? [option(labels[made[chain]!]!)] : [],
    );
    if (heads.length === 0) break;
    const options = crashed < crashesMax ? [...heads, option(`crash executor-1#${crashed + 1}`)] : heads;
    const fork = new Fork(decisions.length, after, options.length, options, null);
    if (fork.size > 1) {
      fork.chose = decide(fork);
      decisions.push(fork);
    }
    const { kind, label } = chosen(fork);
    if (kind === 'crash') crashed++;
    else made[chains.findIndex((labels, chain) => begun[chain]! && labels[made[chain]!] === label)]!++;
    begunBy.forEach((starter, chain) => (begun[chain] ||= starter === label));
    history.push({ type: 'move.made', kind, label, seq: history.length, atMs: history.length });
    after = label;
  }
  const nothing = { ending: { how: 'finished' }, results: {}, complaints: [] } as const;
  return { scenario: 'toy', idiom: PLAIN, decisions, history, ...nothing, moves: history.length };
}

/** Labels of the moves of a run, in order. */
export const labelsOf = ({ history }: Run): string[] =>
  history.flatMap((event) => (event.type === 'move.made' ? [event.label] : []));

/** The first `count` runs that `strategy` plans. */
export function sampleOf(toy: Toy, strategy: Strategy, count: number): Run[] {
  const runs: Run[] = [];
  for (let step = strategy.next(); runs.length < count && step.done !== true; step = strategy.next(runs.at(-1)!))
    runs.push(play(toy, step.value));
  return runs;
}
