/** The two ways to settle, held against each other. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Pause } from '../../harness/loop.ts';
import { drive, type SettlingMode } from '../../harness/settle.ts';

test('both modes see the same things happen at the same moves, for any program of promises and ticks', async () => {
  const task = fc.array(fc.constantFrom('await', 'tick', 'microtask', 'reject', 'throw'), { maxLength: 6 });
  const program = fc.array(fc.array(task, { maxLength: 3 }), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(program, async (moves) => {
      const [byTick, byImmediate] = [await traceOf(moves, 'tick'), await traceOf(moves, 'immediate')];
      expect(byTick).toEqual(byImmediate);
    }),
  );
});

/** Every task starts at its move; the trace says what each move brought about, strays included, in no order. */
async function traceOf(moves: readonly string[][][], mode: SettlingMode): Promise<string[][]> {
  const trace: string[][] = [];
  const note = (text: string): void => void trace.at(-1)?.push(text);
  async function run(name: string, acts: readonly string[]): Promise<void> {
    for (const act of acts) {
      if (act === 'await') await Promise.resolve();
      else if (act === 'tick') await new Promise<void>((resolve) => process.nextTick(resolve));
      else if (act === 'microtask') await new Promise<void>((resolve) => queueMicrotask(resolve));
      else if (act === 'reject') throw new Error(`${name} rejects`);
      else {
        process.nextTick(() => {
          throw new Error(`${name} throws`);
        });
      }
      note(`${name} ${act}`);
    }
  }
  function* loop(): Generator<Pause, void, void> {
    for (const [move, tasks] of moves.entries()) {
      trace.push([]);
      tasks.forEach((acts, index) => void run(`${move}.${index}`, acts));
      yield 'settle';
    }
  }
  await drive(loop(), ({ kind, error }) => note(`${kind} ${(error as Error).message}`), mode);
  return trace.map((notes) => notes.toSorted());
}
