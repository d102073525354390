/**
 * What `npm run conformance -- --sequences N` does, with its surroundings handed in: random sequences of calls on our system
 * database and on the SDK's own, over a real database.
 */
import { DATABASES } from '../databases.ts';
import { agrees, DisagreementError } from './laws.ts';
import type { Surroundings } from '../surroundings.ts';
import { witnessOf } from './witness.ts';

/** Compares so many sequences; returns the exit code: 0 if both sides agree on all, 1 after printing where they do not. */
export async function compareSequences(
  count: number,
  on: keyof typeof DATABASES,
  seed: number,
  { print, warn }: Surroundings,
): Promise<0 | 1> {
  const database = await DATABASES[on]();
  try {
    const sinceMs = performance.now();
    const onSequence = (done: number): void => void (done % 500 === 0 && warn(`${done} of ${count}`));
    const { sequences, calls } = await agrees(witnessOf(database), { count, seed, onSequence });
    const eachMs = (performance.now() - sinceMs) / sequences;
    const [tried, made] = [sequences, calls].map((number) => number.toLocaleString('en-US'));
    print(`${on}: ${tried} sequences, ${made} calls, ${eachMs.toFixed(1)} ms a sequence: 0 disagreements`);
    return 0;
  } catch (error) {
    if (!(error instanceof DisagreementError)) throw error;
    print(error.message);
    return 1;
  } finally {
    await database.close();
  }
}
