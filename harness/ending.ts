/**
 * How a run that cannot finish ends, in words for someone who has to find out why.
 */
import type { Unfinished } from './engine.ts';
import type { Ending } from './run.ts';
import type { Stray } from './settle.ts';

/** What the error says, with the name of its class unless that says nothing. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'Error' ? error.message : `${error.name}: ${error.message}`;
}

/** Why nothing can happen any more, although `unfinished` have not ended. */
export function stuckOrEscaped(unfinished: readonly Unfinished[]): Ending {
  const escaped = unfinished.find(({ inFlight }) => inFlight.length === 0);
  if (escaped !== undefined) {
    const last =
      escaped.lastCall === null ? 'before its first durable call' : `after its last call, ${escaped.lastCall}`;
    return {
      how: 'escaped',
      because: `${escaped.who} awaits something that is not simulated, ${last}: real I/O, or a promise that nobody settles`,
    };
  }
  const waits = unfinished.map(({ who, inFlight }) => `${who} waits for ${inFlight.join(', ')}`).join('; ');
  return { how: 'stuck', because: `nothing can happen any more: ${waits}` };
}

/** Why a run was given up after `movesMax` moves. */
export function livelock(movesMax: number, after: string, unfinished: readonly Unfinished[]): Ending {
  const who = unfinished.map((one) => one.who).join(', ');
  return {
    how: 'stuck',
    because: `still going after ${movesMax} moves (limit movesMax), the last of them "${after}"; not finished: ${who}. A livelock, or a limit that is too low`,
  };
}

/** What an error that nobody caught does to its process. */
export function died(kind: Stray['kind'], error: string, executor: string): Ending {
  const what =
    kind === 'unhandledRejection'
      ? 'a promise rejected and nobody was listening'
      : 'an exception was thrown outside any promise';
  return {
    how: 'died',
    because: `${what} (${error}): Node ends the process of ${executor}, and every workflow on it`,
  };
}
