/**
 * `scripts()` for fast-check: schedules as an arbitrary, next to arbitraries of workflow inputs.
 *
 * A schedule cannot be drawn before the program runs: nobody knows what will be on offer. So a generated script is empty,
 * decides its first run (`replay` or `verify`) at random, and is written by it. fast-check shrinks a value after running
 * it, so what it shrinks, and prints, is the recorded script.
 *
 * A recorded script is of one program with one input. Where fast-check makes the input beside it smaller, it clones the
 * script, and a clone follows what of it still applies: a stale script would pass for a counterexample.
 */
import * as fc from 'fast-check';
import { isDeviation, type Script } from '../decision.ts';
import { exchanges, shorterScripts } from '../shrink.ts';
import { isUnwritten, looseScript, randomScript, writerOf } from '../strategies/script.ts';

/** Arbitrary schedules. Shrinks to fewest deviations, crashes left out first; plain scripts may be given as `examples`. */
export function scripts(): fc.Arbitrary<Script> {
  return new Scripts();
}

class Scripts extends fc.Arbitrary<Script> {
  override generate(draw: fc.Random): fc.Value<Script> {
    return cloneable(randomScript, `${draw.nextInt()}`);
  }

  override canShrinkWithoutContext(value: unknown): value is Script {
    return Array.isArray(value) && value.every(isDeviation);
  }

  override shrink(script: Script): fc.Stream<fc.Value<Script>> {
    if (isUnwritten(script))
      throw new Error(
        "fast-check's `path` cannot replay a schedule, which is known only once it has run: pass the printed script in `examples` instead",
      );
    const run = writerOf(script);
    const candidates = fc
      .stream(shorterScripts(script))
      .join(fc.stream(run === undefined ? [].values() : exchanges(run)));
    return candidates.map((shorter) => cloneable(looseScript, shorter));
  }
}

/** The script that `open` makes of `source`. Its clones follow what it has become; before its first run, they are it anew. */
function cloneable<S extends string | Script>(open: (source: S) => Script, source: S): fc.Value<Script> {
  const script = open(source);
  const clone = (): Script => (isUnwritten(script) ? cloneable(open, source) : cloneable(looseScript, script)).value_;
  // Not enumerable: to whoever compares or prints it, a script is its deviations.
  Object.defineProperty(script, fc.cloneMethod, { value: clone });
  return new fc.Value(script, undefined);
}
