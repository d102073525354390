/** Faults of the program room: the model engine, what the client does, and the loop of one run. */
export const PROGRAM: readonly (readonly [file: string, faults: string])[] = [
  [
    'execution.ts',
    `
    results are recorded in the order of completion
    - this.host.journal.record(this.workflow, this.owner, { position, kind, name, outcome });
    + this.host.journal.record(this.workflow, this.owner, { position: this.row.recorded, kind, name, outcome });

    a replay compares no names
    - if (entry.name === name) return reveal(entry.outcome);
    + if (entry.name !== '') return reveal(entry.outcome);

    a replay runs every body again
    - const replayed = row.entries[position] !== undefined;
    + const replayed = row.entries[position] === null;

    calls in flight at the end go unnoticed
    - const lost = this.#unrecorded();
    + const lost: number[] = [];

    waits in flight at the end count as lost effects
    - .filter(({ position, kind }) => !WAITS.has(kind) && entries[position] === undefined)
    + .filter(({ position }) => entries[position] === undefined)

    an execution that lost its workflow takes that for its outcome
    - if (error instanceof ConflictError || (error instanceof CancelledError && error.workflow === this.workflow))
    + if (error instanceof CancelledError && error.workflow === this.workflow)

    a call inside a step takes a position
    - if (inside?.attempt === this && inside.position !== null)
    + if (inside?.attempt === this && inside.position === -1)

    waits and sleeps survive a cancellation
    - if (this.cancelled) throw this.derail(new CancelledError(this.workflow));
    +
    `,
  ],
  [
    'runtime.ts',
    `
    an effect comes after its checkpoint
    - const done = outcomeOf(execution, call, body);
    + const done = outcomeOf(execution, call, () => void scheduler.call(execution.seat('late', null), 'journal', body));

    a child that is started twice runs twice
    - return fresh;
    + return fresh || fresh === false;

    a sleep begins anew after a crash
    - await pause(clock, wakeAtMs - clock.nowMs, name);
    + await pause(clock, ms, name);

    a deadline begins anew after a crash
    - if (execution.row.entries[position] !== undefined) dueMs = await execution.read(deadline);
    + if (execution.row.entries[position] !== undefined) dueMs += timeoutMs;

    what a step threw is not recorded
    - if (error instanceof ControlError) return call.fail(error);
    + if (error instanceof Error) return call.fail(error);

    all draws of a workflow are alike
    - random('durable', \`\${execution.workflow}/\${call.position}\`)
    + random('durable', execution.workflow)

    a step is over before it is recorded
    - execution.conclude(call, { ok: true, text }, () => copyOf(value, text));
    + void execution.record(call, { ok: true, text }); call.succeed(copyOf(value, text));

    a step gives the original, not the copy that replays get
    - () => copyOf(value, text));
    + () => value);
    `,
  ],
  [
    'retry.ts',
    `
    one attempt too many
    - if (tryNumber >= attemptsMax)
    + if (tryNumber > attemptsMax)

    pauses do not grow
    - backoffMs * backoffRate ** (tryNumber - 1)
    + backoffMs * backoffRate ** 0

    nobody asks whether an error is worth another attempt
    - if (!(await within(() => shouldRetry(error)))) throw error;
    +

    a cancelled workflow tries on
    - alive();
    +
    `,
  ],
  [
    'arrivals.ts',
    `
    a call arrives again and again
    - this.#moves.delete(move);
    +

    a call that is made again has the label of the first
    - return count === 1 ? what : \`\${what}#\${count}\`;
    + return count > 0 ? what : \`\${what}#\${count}\`;
    `,
  ],
  [
    'client.ts',
    `
    a result is told before the workflow has ended
    - return row !== undefined && isFinal(row.status);
    + return row !== undefined;
    `,
  ],
  [
    'model.ts',
    `
    a restarted process keeps its module
    - this.#modules.set(executor, this.#program.workflows(this.#surroundings(executor))));
    + this.#modules.set(executor, [...this.#modules.values()][0] ?? this.#program.workflows(this.#surroundings(executor))));

    what is taken over is not given to anybody
    - return this.journal.reenqueue(executorId);
    + return [executorId].slice(1);

    every attempt is called the first
    - this.launch(executor, workflow, token, executions);
    + this.launch(executor, workflow, token, 1);

    claims by different processes have one label
    - const by = this.#machine.limits.executors > 1 ? \` by \${executor.id}\` : '';
    + const by = '';
    `,
  ],
  [
    'simulation.ts',
    `
    check: runs that did not finish are asked as well
    - if (ending.how === 'finished' && check !== undefined) {
    + if (check !== undefined) {

    check: invariants are never asked
    - if (invariant === undefined || this.#complaints.length > 0) return;
    + if (invariant === undefined || this.#complaints.length >= 0) return;

    a livelock goes on for ever
    - if (this.#moves >= limits.movesMax) return livelock(limits.movesMax, this.#after, this.#unfinished());
    +

    a run ends while zombies are still to wake
    - if (!active && !offer.has('wake')) {
    + if (!active) {

    what is left running at the end is cut off
    - return offer.size === 0 || this.#afterEnd++ >= AFTER_END_MAX ? { how: 'finished' } : null;
    + return { how: 'finished' };

    a decision that is taken is not written down
    - this.#decisions.push(fork);
    + if (chose !== 2) this.#decisions.push(fork);
    `,
  ],
  [
    'ending.ts',
    `
    what has escaped is called stuck
    - if (escaped !== undefined) {
    + if (escaped !== undefined && escaped.who === '') {
    `,
  ],
  [
    'scenario.ts',
    `
    a limit that nobody knows is ignored
    - if (!(key in DEFAULT_LIMITS))
    + if (!(key in DEFAULT_LIMITS) && value < 0)
    `,
  ],
];
