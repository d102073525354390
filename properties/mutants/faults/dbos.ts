/** Faults of the dbos engine: what the simulated system database does otherwise than the SDK's own. */
export const DBOS: readonly (readonly [file: string, faults: string])[] = [
  [
    'dbos/tables/tables.ts',
    `
    dbos: the fence is down: whoever shows a token may write
    - if (this.workflows.get(id)?.owner === token) return;
    + return;

    dbos: a cancelled workflow is not told so
    - if (this.isCancelled(id)) throw new this.errors.DBOSWorkflowCancelledError(id);
    + if (id === '') throw new this.errors.DBOSWorkflowCancelledError(id);
    `,
  ],
  [
    'dbos/tables/workflows.ts',
    `
    dbos: a zombie writes the outcome of a workflow it has lost
    - if (row?.status.status !== 'PENDING' || (token !== undefined && row.owner !== token)) {
    + if (row?.status.status !== 'PENDING') {

    dbos: whoever loses a workflow stays its owner
    - row.owner = null;
    + row.owner = status === 'CANCELLED' ? row.owner : null;

    dbos: a deduplication id is released as soon as the workflow is there
    - if (row.status.queueName === queueName && row.status.deduplicationID === deduplicationID) return row;
    + if (row.status.status === 'DELAYED' && row.status.queueName === queueName && row.status.deduplicationID === deduplicationID) return row;

    dbos: a start that is refused leaves its workflow behind
    - if (policy === 'reject' && isTheirs) throw new tables.errors.DBOSWorkflowIDInUseError(id, status, workflowName);
    + if (policy === 'reject' && isTheirs && existing) throw new tables.errors.DBOSWorkflowIDInUseError(id, status, workflowName);

    dbos: an id may be used for another workflow
    - if ((there ?? '') === (given ?? '')) continue;
    + if (there !== '') continue;

    dbos: a recovery takes workflows of other versions, too
    - status.applicationVersion === version &&
    + status.applicationVersion !== '' &&

    dbos: a recovered workflow loses its queue
    - for (const row of rows) enqueue(tables, row, row.status.queueName ?? queue);
    + for (const row of rows) enqueue(tables, row, queue);

    dbos: what is resumed has the attempts it had
    - row.status.recoveryAttempts = 0;
    + row.status.recoveryAttempts ??= 0;

    dbos: workflows are given up one attempt too soon
    - if (row?.status.status !== 'PENDING' || (row.status.recoveryAttempts ?? 0) < attemptsMin) continue;
    + if (row?.status.status !== 'PENDING' || (row.status.recoveryAttempts ?? 0) + 1 < attemptsMin) continue;
    `,
  ],
  [
    'dbos/tables/operations.ts',
    `
    dbos: another's record at a position passes for one's own
    - if (found === undefined || found.functionName === name) return found;
    + if (found === undefined || name !== '') return found;

    dbos: a second record at a position is lost without a word
    - if (strict && existing.completedAtMs !== operation.completedAtMs)
    + if (strict && existing.functionName !== operation.functionName)

    dbos: a second record at a position replaces the first
    - if (existing !== undefined) {
    + if (existing !== undefined && strict) {
    `,
  ],
  [
    'dbos/tables/messages.ts',
    `
    dbos: a repeat of an idempotency key is sent again
    - if (tables.messages.some((other) => other.uuid === uuid)) return;
    + if (tables.messages.some((other) => other.uuid === uuid && other.consumed)) return;

    dbos: a message is received whatever its topic
    - tables.messages.find((message) => message.to === to && message.topic === topic && !message.consumed);
    + tables.messages.find((message) => message.to === to && topic !== '' && !message.consumed);

    dbos: the newest message is received first
    - tables.messages.find((message) => message.to === to && message.topic === topic && !message.consumed);
    + tables.messages.findLast((message) => message.to === to && message.topic === topic && !message.consumed);
    `,
  ],
  [
    'dbos/doors/messages.ts',
    `
    dbos: a message is received, and stays in its mailbox
    - if (message !== undefined) consume(tables, message, position);
    + if (message !== undefined && timeoutS > 0) consume(tables, message, position);

    dbos: two transactions instead of one: a message is consumed, and then what came of it is recorded
    - // A position that is taken consumes nothing: the record comes first.
    + const early = peek(tables, id, topic); if (early !== undefined) consume(tables, early, position);
    `,
  ],
  [
    'dbos/doors/workflows.ts',
    `
    dbos: two transactions instead of one: a child is started, and then its parent's step is recorded
    - if (existing !== undefined && existing.completedAtMs !== completedAtMs)
    + if (existing !== undefined && existing.completedAtMs === -1)
    `,
  ],
  [
    'dbos/doors/effects.ts',
    `
    dbos: what a call does is not fenced: a zombie's effect stays
    - tables.fence(workflow, token, position, by.executor);
    + call.check?.();
    `,
  ],
  [
    'dbos/doors/steps.ts',
    `
    dbos: a patch is not recorded
    - if (hasEntry && existing === undefined)
    + if (hasEntry && existing === '')
    `,
  ],
  [
    'dbos/doors/waits.ts',
    `
    dbos: a sleep begins anew whenever the workflow is recovered
    - if (known !== undefined) return Number(known.output);
    + if (known !== undefined) return boundary.nowMs + Math.ceil(ms);
    `,
  ],
  [
    'dbos/tables/queues.ts',
    `
    dbos: priorities are ignored
    - a.priority - b.priority || a.createdAt! - b.createdAt!;
    + a.createdAt! - b.createdAt!;

    dbos: a queue runs one more than it may
    - left(concurrency, () => pendingIn(tables, name).length),
    + left(concurrency, () => pendingIn(tables, name).length - 1),

    dbos: a process runs as much of a queue as it likes
    - left(workerConcurrency, () => running.queue),
    + left(workerConcurrency, () => 0),

    dbos: a rate limit is forgotten
    - left(rateLimit?.limitPerPeriod, () => started(tables, name, rateLimit!).length),
    + left(rateLimit?.limitPerPeriod, () => 0),

    dbos: what asks for no version is claimed by executors of any
    - applicationVersion === version || (isLatest && applicationVersion == null);
    + applicationVersion === version || applicationVersion == null;

    dbos: claims are not counted as attempts
    - status.recoveryAttempts = (status.recoveryAttempts ?? 0) + 1;
    + status.recoveryAttempts = status.recoveryAttempts ?? 1;

    dbos: whoever claims a workflow does not own it
    - row.owner = by.token;
    + row.owner ??= null;

    dbos: the timeout of a workflow runs while it waits in a queue
    - status.deadlineEpochMS = tables.nowMs() + status.timeoutMS;
    + status.deadlineEpochMS = status.createdAt! + status.timeoutMS;
    `,
  ],
  [
    'dbos/tables/sweeps.ts',
    `
    dbos: a debounced workflow keeps its key when it may run
    - if (row.status.isDebounced === true) clear(row, 'deduplicationID');
    + if (row.status.isDebounced === false) clear(row, 'deduplicationID');
    `,
  ],
  [
    'dbos/boundary.ts',
    `
    dbos: who waits is not told when what he waits for is there
    - await this.#machine.scheduler.wait(seat, () => due || ready());
    + await this.#machine.scheduler.wait(seat, () => due);
    `,
  ],
];
