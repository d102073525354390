/**
 * Every member of the SDK's `SystemDatabase`, and what becomes of it in a simulation. A member that is on no list is one we
 * know nothing of: a new version of the SDK, to be looked at before it is simulated. Source: DBOS SDK 5.3.0,
 * `system_database.js`.
 */

/** Answered by our tables. */
export const SIMULATED = [
  ...['init', 'destroy'],
  ...['initWorkflowStatus', 'initChildWorkflowStatus', 'recordWorkflowOutput', 'recordWorkflowError'],
  ...['deadLetterWorkflows', 'reenqueueWorkflowsForRecovery', 'getWorkflowOwner'],
  ...['getWorkflowStatus', 'getWorkflowStatuses', 'getAllOperationResults'],
  ...['checkIfCanceled', 'checkIfCanceledLimited', 'watchForCancellation', 'cancelWorkflows', 'resumeWorkflows'],
  ...['getOperationResultAndThrowIfCancelled', 'recordOperationResult', 'checkPatch'],
  ...['awaitWorkflowResult', 'awaitFirstWorkflowId', 'awaitWorkflowIds', 'durableSleepms'],
  ...['send', 'sendDirect', 'sendFromStep', 'recv', 'setEvent', 'getEvent'],
  ...['setWorkflowPriority', 'getWorkflowChildren', 'getDeduplicatedWorkflow', 'listWorkflows'],
  ...['getQueue', 'listQueues', 'upsertQueue', 'updateQueue', 'deleteQueue', 'enqueueWorkflows'],
  ...['getQueuePartitions', 'findAndMarkStartableWorkflows', 'findAndMarkStartablePartitionedWorkflows'],
  ...['transitionDelayedWorkflows', 'cancelTimedOutWorkflows', 'setWorkflowDelay', 'debounceDelayedWorkflow'],
  ...['createSchedule', 'listSchedules', 'getSchedule', 'deleteSchedule', 'setScheduleStatus', 'updateSchedule'],
  ...['updateLastFiredAt', 'applySchedules'],
  ...['createApplicationVersion', 'getLatestApplicationVersion', 'listApplicationVersions'],
  ...['updateApplicationVersionTimestamp', 'runTransactionalStep'],
  ...['deleteWorkflows', 'rewindWorkflow', 'forkWorkflow', 'bulkForkWorkflows'],
  ...['writeStreamFromStep', 'writeStreamFromWorkflow', 'closeStreamFromWorkflow', 'closeStreamFromStep'],
  ...['readStreamValue'],
] as const;

/** What the SDK does in memory: it runs as it is. */
export const INHERITED = [
  ...['destroyed', 'recordOperationError'],
  ...['registerRunningWorkflow', 'trackRunningWorkflow', 'checkForRunningWorkflow', 'awaitRunningWorkflows'],
  ...['countRunningWorkflowsForQueue', 'countRunningWorkflowsForPartition'],
] as const;

/** Refused by name when called. */
export const REFUSED = [
  ...['renameApplication'],
  ...['setWorkflowStatus', 'flushNotifications', 'connect', 'observabilityQuery'],
  ...['appNameFilter', 'observabilityFilter', 'initWorkflowStatusStandalone', 'fetchWorkflowStatusChunk'],
  ...['debounceDelayedWorkflowStandalone', 'sendDirectStandalone', 'insertWorkflowStatus', 'getWorkflowStatusValue'],
  ...['updateWorkflowStatus', 'recordOperationResultInternal'],
] as const;

const needed: readonly string[] = [...SIMULATED, ...INHERITED];
const known: ReadonlySet<string> = new Set([...needed, ...REFUSED]);

/** Members that are on no list, and members that are counted on but not there. */
export function unknownMembers(members: readonly string[]): {
  readonly unknown: readonly string[];
  readonly missing: readonly string[];
} {
  return {
    unknown: members.filter((name) => !known.has(name)),
    missing: needed.filter((name) => !members.includes(name)),
  };
}
