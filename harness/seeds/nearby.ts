/**
 * Looks near a script: the way back to a failure from a script that was recorded before the program was edited. Each run
 * does nearly what the script says; the nearest come first.
 */
import type { Deviation, Script } from '../decision.ts';
import type { Run } from '../run.ts';
import { shorterScripts } from '../shrink.ts';
import { followLoosely, stem } from '../strategies/script.ts';
import type { Strategy } from '../strategies/strategy.ts';

/** What of `script` applies; then each decision of it elsewhere; then fewer of them. `see` is told of every run. */
export function* nearby(script: Script, see: (run: Run) => void = () => undefined): Strategy {
  const tried = new Set<string>();
  const plan = function* (candidate: Script): Generator<ReturnType<typeof followLoosely>, Run | null, Run> {
    const text = JSON.stringify(candidate);
    if (tried.has(text)) return null;
    tried.add(text);
    const run = yield followLoosely(candidate);
    see(run);
    return run;
  };
  yield* plan(script);
  for (const deviation of script) {
    const others = script.filter((other) => other !== deviation);
    const base = yield* plan(others);
    for (const moved of base === null ? [] : elsewhere(deviation, base)) yield* plan([...others, moved]);
  }
  for (const shorter of shorterScripts(script)) yield* plan(shorter);
  return null;
}

/** Every deviation that was on offer in `run`, what is most like this one first: the same after other moves, then others. */
function elsewhere({ after, choose }: Deviation, { decisions }: Run): Deviation[] {
  const offered = decisions.flatMap((decision) =>
    decision.options.slice(1).map(({ label }) => ({ after: decision.after, choose: label })),
  );
  const distance = (other: Deviation): number => 2 * unlike(choose, other.choose) + unlike(after, other.after);
  return offered
    .map((other) => ({ other, far: distance(other) }))
    .toSorted((a, b) => a.far - b.far)
    .map(({ other }) => other);
}

const kindOf = (label: string): string => label.slice(0, label.indexOf(' '));

/** How unlike two moves are: 0 the same, 1 the same call at another time, 2 of one kind, 3 nothing in common. */
function unlike(a: string, b: string): number {
  if (a === b) return 0;
  if (stem(a) === stem(b)) return 1;
  return kindOf(a) === kindOf(b) ? 2 : 3;
}
