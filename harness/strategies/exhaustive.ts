/**
 * Every run of a scope, once: depth first over decisions, each run replaying a prefix and calm from there on.
 */
import type { Decider, Decision } from '../decision.ts';
import { isCrash, type Scope, type Strategy } from './strategy.ts';

/** Every run with at most so many deviations. Ends when all have been made. */
export function* exhaustive(scope: Scope): Strategy {
  let prefix: readonly number[] | null = [];
  while (prefix !== null) {
    const { decisions } = yield fromPrefix(prefix);
    prefix = next(decisions, scope);
  }
  return scope;
}

/** Scopes one after another, smallest first: the first failure found then has fewest deviations. */
export function* deepening(scopes: readonly Scope[]): Strategy {
  let exhausted: Scope | null = null;
  for (const scope of scopes) exhausted = yield* exhaustive(scope);
  return exhausted;
}

const fromPrefix =
  (prefix: readonly number[]): Decider =>
  ({ at }) =>
    prefix[at] ?? 0;

/** Deviations spent before each decision. */
interface Spent {
  crashes: number;
  others: number;
}

/** The prefix of the next run: the deepest decision that still has an option within the scope takes it. */
function next(decisions: readonly Decision[], scope: Scope): number[] | null {
  const spent: Spent[] = [{ crashes: 0, others: 0 }];
  for (const decision of decisions) spent.push(spend(spent.at(-1)!, decision, decision.chose));
  for (let depth = decisions.length - 1; depth >= 0; depth--) {
    const decision = decisions[depth]!;
    for (let chose = decision.chose + 1; chose < decision.size; chose++)
      if (within(spend(spent[depth]!, decision, chose), scope))
        return [...decisions.slice(0, depth).map((one) => one.chose), chose];
  }
  return null;
}

function spend({ crashes, others }: Spent, decision: Decision, chose: number): Spent {
  if (chose === 0) return { crashes, others };
  return isCrash(decision.option(chose).kind) ? { crashes: crashes + 1, others } : { crashes, others: others + 1 };
}

function within(
  { crashes, others }: Spent,
  { crashesMax, othersMax, deviationsMax = crashesMax + othersMax }: Scope,
): boolean {
  return crashes <= crashesMax && others <= othersMax && crashes + others <= deviationsMax;
}
