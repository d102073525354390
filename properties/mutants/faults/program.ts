/** Faults of the program room: the model engine, what the client does, and the loop of one run. */
export const PROGRAM: readonly (readonly [file: string, faults: string])[] = [
  [
    'execution.ts',
    `
    results are recorded in the order of completion
    - this.host.journal.record(this.workflow, this.owner, { position, kind, name, outcome });
    + this.host.journal.record(this.workflow, this.owner, { position: this.row.entries.size, kind, name, outcome });

    a step is over before it is recorded
    - await this.record(call, { ok: true, text });
    + void this.record(call, { ok: true, text });

    a step gives the original, not the copy that replays get
    - return decode(text) as T;
    + return value;

    a replay compares no names
    - if (entry.name === name) return reveal(entry.outcome);
    + if (entry.name !== '') return reveal(entry.outcome);

    a replay runs every body again
    - const replayed = row.entries.has(position);
    + const replayed = false;

    calls in flight at the end go unnoticed
    - const lost = this.#unrecorded();
    + const lost: number[] = [];

    waits in flight at the end count as lost effects
    - .filter(([position, kind]) => !WAITS.has(kind) && !entries.has(position))
    + .filter(([position]) => !entries.has(position))

    an execution that lost its workflow takes that for its outcome
    - if (error instanceof ConflictError || (error instanceof CancelledError && error.workflow === this.workflow))
    + if (error instanceof CancelledError && error.workflow === this.workflow)

    a call inside a step takes a position
    - if (inside?.attempt === this && inside.position !== null)
    + if (inside?.attempt === this && inside.position === -1)

    waits and sleeps survive a cancellation
    - if (this.cancelled) throw this.#derail(new CancelledError(this.workflow));
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
    - const dueMs = known ? (execution.replay(deadline) as number) : await fresh();
    + const dueMs = known ? clock.nowMs + timeoutMs : await fresh();

    what a step threw is not recorded
    - if (!(tried.error instanceof ControlError))
    + if (tried.error === null)

    all draws of a workflow are alike
    - random('durable', \`\${execution.workflow}/\${position}\`);
    + random('durable', execution.workflow);
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
    - if (!verdict.retry) return { ok: false, error: verdict.error };
    +

    an attempt never runs out of time
    - if (timeoutMs === undefined) return body();
    + if (timeoutMs !== Infinity) return body();

    a cancelled workflow tries on
    - alive();
    +
    `,
  ],
  [
    'client.ts',
    `
    a call arrives again and again
    - this.#arrivals.delete(arrival);
    +

    a result is told before the workflow has ended
    - return row !== undefined && isFinal(row.status);
    + return row !== undefined;

    a call that is made again has the label of the first
    - return count === 1 ? what : \`\${what}#\${count}\`;
    + return count > 0 ? what : \`\${what}#\${count}\`;
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
    - .then((token) => this.launch(executor, workflow, token, executions));
    + .then((token) => this.launch(executor, workflow, token, 1));

    claims by different processes have one label
    - const by = this.#machine.limits.executors > 1 ? \` by \${executor.id}\` : '';
    + const by = '';

    a call to the world belongs to nobody
    - const request = { call: seat.name, operation, input, key, origin: seat.origin };
    + const request = { call: seat.name, operation, input, key, origin: { workflow: null, attempt: null, position: null } };
    `,
  ],
  [
    'simulation.ts',
    `
    the user's check is asked of runs that did not finish
    - if (ending.how === 'finished' && check !== undefined) {
    + if (check !== undefined) {

    the user's invariant is never asked
    - if (invariant === undefined || this.#complaints.length > 0) return;
    + if (invariant === undefined || this.#complaints.length >= 0) return;

    a livelock goes on for ever
    - if (this.#moves >= limits.movesMax) return livelock(limits.movesMax, this.#after, this.#unfinished());
    +

    a run ends while zombies are still to wake
    - const zombies = moves.some(({ kind }) => kind === 'wake');
    + const zombies = false;

    what a start throws is swallowed
    - this.#complain('check', new Error(\`start failed: \${messageOf(error)}\`, { cause: error }));
    +

    what is left running at the end is cut off
    - if (timers.length === 0 || this.#afterEnd++ >= AFTER_END_MAX) return { how: 'finished' };
    + if (timers.length >= 0) return { how: 'finished' };

    a decision that is taken is not written down
    - this.#decisions.push(decision);
    + if (chose !== 2) this.#decisions.push(decision);
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
