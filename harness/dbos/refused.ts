/**
 * What the simulated database says when it is asked for what it does not do.
 */

/** Thrown by what the simulated database does not do, at the call. */
export class NotSimulatedError extends Error {
  override readonly name = 'NotSimulatedError';
  constructor(what: string) {
    super(`not simulated: ${what}`);
  }
}
