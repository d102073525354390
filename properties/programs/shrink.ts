/**
 * Makes programs shrink further than their parts do: what stands inside a statement may take the statement's place. Whatever
 * is left out of a safe program, or taken out of its surroundings, the rest is safe.
 */
import fc from 'fast-check';
import type { Block, Program } from './program.ts';
import { childBlocks, innerBlocks, withBlocks } from './walk.ts';

/** The programs of `inner`, which shrink as there, and then statement by statement. */
export const shrinkingInside = (inner: fc.Arbitrary<Program>): fc.Arbitrary<Program> => new ShrinkingInside(inner);

/** What the arbitrary inside keeps about a value that it made. */
interface Made {
  readonly context: unknown;
}

class ShrinkingInside extends fc.Arbitrary<Program> {
  readonly #inner: fc.Arbitrary<Program>;

  constructor(inner: fc.Arbitrary<Program>) {
    super();
    this.#inner = inner;
  }

  override generate(draw: fc.Random, bias: number | undefined): fc.Value<Program> {
    return wrap(this.#inner.generate(draw, bias));
  }

  override canShrinkWithoutContext(_: unknown): _ is Program {
    return false;
  }

  override shrink(program: Program, made: unknown): fc.Stream<fc.Value<Program>> {
    const simpler = fc.stream(simplerBlocks(program.main)).map((main) => new fc.Value({ ...program, main }, null));
    if (made === null) return simpler;
    return this.#inner
      .shrink(program, (made as Made).context)
      .map(wrap)
      .join(simpler);
  }
}

const wrap = ({ value, context }: fc.Value<Program>): fc.Value<Program> =>
  new fc.Value(value, { context } satisfies Made);

/** Blocks with one statement less, here or further inside, or with what was inside it. */
function* simplerBlocks(block: Block): Generator<Block> {
  for (const [index, statement] of block.entries()) {
    const inside = [...innerBlocks(statement), ...childBlocks(statement)];
    yield block.toSpliced(index, 1);
    for (const inner of inside) yield block.toSpliced(index, 1, ...inner);
    for (const [which, inner] of inside.entries())
      for (const simpler of simplerBlocks(inner))
        yield block.with(index, withBlocks(statement, inside.with(which, simpler)));
  }
}
