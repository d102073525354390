/**
 * The user's own code between simulated moves.
 */
import type { Loop } from './loop.ts';
import { hear } from './settle.ts';

/**
 * Runs `body`, which may be async but has to end without waiting for the outside. Throws what it throws; an Error that names
 * the hook and the scenario if it is still waiting when promises have settled.
 */
export function* awaited(scenario: string, hook: string, body: () => unknown): Loop<void> {
  let state: 'waiting' | 'done' | { readonly error: unknown } = 'waiting';
  hear(
    body,
    () => (state = 'done'),
    (error) => (state = { error }),
  );
  yield 'settle';
  const end = state as 'waiting' | 'done' | { readonly error: unknown };
  if (end === 'waiting')
    throw new Error(
      `${hook} of scenario "${scenario}" awaits something that is not simulated (real I/O?); it runs between simulated moves and must not wait`,
    );
  if (end !== 'done') throw end.error;
}
