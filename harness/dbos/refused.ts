/**
 * What the simulated database says when it is asked for what it does not do: by name, and what to do instead.
 */

/** What is refused although users can reach it, or nearly: what to do instead. */
const INSTEAD: Readonly<Record<string, string>> = {
  renameApplication: 'give the scenario its application under one name: a rename is for stopped applications',
  setWorkflowStatus: 'cancel, resume, rewind or fork the workflow',
  connect: 'there is no SQL connection to the system database; use a data source for tables of your own',
  observabilityQuery: 'there is no SQL connection to the system database; list workflows and steps through DBOS',
  flushNotifications: 'nothing is held back: notifications are moves of their own',
  'DBOSClient.enqueueInTransaction': 'use DBOSClient.enqueue: no transaction of yours reaches the simulated database',
  'DBOSClient.sendInTransaction': 'use DBOSClient.send: no transaction of yours reaches the simulated database',
};

/** Parts of the SDK's own members, of no use to anyone else. */
const INTERNAL = 'it is internal to the SDK; use what DBOS and DBOSClient offer';

/** Thrown by what the simulated database does not do, at the call. */
export class NotSimulatedError extends Error {
  override readonly name = 'NotSimulatedError';
  constructor(what: string, instead: string = INSTEAD[what] ?? INTERNAL) {
    super(`not simulated: ${what}; ${instead}`);
  }
}
