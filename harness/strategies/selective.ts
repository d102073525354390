/**
 * Selectively uniform: each run picks one service of the outside world and makes every order of the calls to it that the
 * program allows as likely as any other, whatever else is going on. Everything else happens in any order.
 * Source: SURW (Zhao et al., ASPLOS 2025).
 */
import type { Decider, Option } from '../decision.ts';
import type { Random } from '../random.ts';
import { Chains, type Trace } from './chains.ts';
import { highest, sample, type Sampler } from './sample.ts';
import type { Strategy } from './strategy.ts';

/** Runs for ever. */
export const selective = (seed: string): Strategy => sample(seed, [selectively()]);

/** By name of a chain: how many calls it has to make. */
type Calls = Map<string, number>;

/** Makes every order of the calls to one service equally likely. */
export function selectively(): Sampler {
  /** By service, as in the calm run: which chains there are without faults, it tells best. */
  let services: Map<string, Calls> | null = null;
  return {
    name: 'selectively',
    learn: (trace) => void (services ??= callsIn(trace())),
    order: (draw) => {
      const shared = [...services!].filter(([, calls]) => calls.size > 1);
      const service = drawn(new Map(shared.map(([name, calls]) => [name, sum(calls)])), draw);
      return select(service, new Map(services!.get(service ?? '')), draw);
    },
  };
}

function callsIn({ chains: { names }, links }: Trace): Map<string, Calls> {
  const services = new Map<string, Calls>();
  for (const { chain, move } of links) {
    const service = serviceOf(move);
    if (service === null) continue;
    let calls = services.get(service);
    if (calls === undefined) services.set(service, (calls = new Map()));
    calls.set(names[chain]!, 1 + (calls.get(names[chain]!) ?? 0));
  }
  return services;
}

/** `bank` of `land bank.charge#1`. */
function serviceOf({ kind, label }: Option): string | null {
  const dot = kind === 'land' ? label.indexOf('.') : -1;
  return dot < 0 ? null : label.slice('land '.length, dot);
}

/** Who calls next is drawn before anybody calls; the others wait until it has called. */
function select(service: string | null, left: Calls, draw: Random): Decider {
  const chains = new Chains();
  const { on, names } = chains;
  const waiting = new Set<number>();
  const ranks: number[] = [];
  const rank = (index: number): number => (ranks[on[index]!] ??= draw.unit()) - (waiting.has(on[index]!) ? 1 : 0);
  const call = `land ${service}.`;
  let caller: string | null = null;
  return (choice) => {
    chains.see(choice);
    for (;;) {
      const index = highest(choice, rank);
      const chain = on[index]!;
      if (service !== null && choice.option(index).label.startsWith(call)) {
        const name = names[chain]!;
        // Everybody waits: whoever was drawn is not there to call.
        caller = waiting.has(chain) ? name : (caller ?? drawn(left, draw) ?? name);
        if (caller !== name) {
          waiting.add(chain);
          continue;
        }
        left.set(name, Math.max(0, (left.get(name) ?? 1) - 1));
        waiting.clear();
        caller = null;
      }
      ranks[chain] = draw.unit();
      chains.chose(index);
      return index;
    }
  };
}

/** A key with probability in proportion to its value; null if all are 0. */
function drawn(weights: ReadonlyMap<string, number>, draw: Random): string | null {
  let at = draw.unit() * sum(weights);
  for (const [key, weight] of weights) if ((at -= weight) < 0) return key;
  return null;
}

function sum(weights: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const weight of weights.values()) total += weight;
  return total;
}
