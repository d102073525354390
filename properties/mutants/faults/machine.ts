/** Faults of the machine: the database, the outside world, calls in flight, and processes. */
export const MACHINE: readonly (readonly [file: string, faults: string])[] = [
  [
    'journal.ts',
    `
    the fence is down: any execution may write
    - if (row.owner === owner) return row;
    + if (row.owner !== null) return row;

    an acknowledged write is lost
    - row.entries[position] = entry;
    + if (position < 3) row.entries[position] = entry;

    a record may be written over
    - if (row.entries[position] !== undefined) throw
    + if (row.entries[position] === null) throw

    a transaction that was refused is applied
    - if (outcome.ok) {
    + if (outcome.text !== '') {

    a commit that fails halfway leaves half of it behind
    - const value = body(draft);
    + const value = body(this.#tables);

    a message stays after it was consumed
    - message.consumed = true;
    + message.consumed = false;

    an idempotency key of a message is ignored
    - if (key !== null && mailbox.some((message) => message.key === key)) return;
    +

    whoever finishes last has the last word
    - if (row.status !== 'PENDING' || row.owner !== owner) {
    + if (row.status !== 'PENDING') {

    a takeover takes from everybody
    - row.status === 'PENDING' && row.executor === executor);
    + row.status === 'PENDING');

    workflows are dead-lettered one recovery early
    - if (row.attempts > recoveriesMax + 1) {
    + if (row.attempts > recoveriesMax) {
    `,
  ],
  [
    'world.ts',
    `
    an idempotency key is ignored
    - const reply = repeat ?? this.#apply(owner, name, request.input);
    + const reply = this.#apply(owner, name, request.input);

    a refusal is remembered like an answer
    - if (id !== null && reply.ok) this.#answered.set(id, reply);
    + if (id !== null) this.#answered.set(id, reply);

    every call counts as an effect
    - effect: this.#states[owner] !== before, origin });
    + effect: this.#states[owner] !== before || before !== null, origin });

    states that are changed in place leak into other runs
    - Object.freeze(value);
    +
    `,
  ],
  [
    'scheduler.ts',
    `
    a reply makes its call once more
    - const { ok, value } = call.answer ?? arrive(call);
    + const { ok, value } = arrive(call);

    a suspended process hears replies
    - into.addAll(deaf ? only(chunk, isHeard) : chunk);
    + into.addAll(chunk);

    the newest call lands first
    - for (const chunk of this.#sent.chunks) into.addAll(chunk);
    + for (const { entries } of this.#sent.chunks) into.addAll({ entries: entries.toReversed(), shared: true });

    a crash leaves the calls that have landed in flight
    - if (seat.executor !== executor) continue;
    + if (seat.executor !== executor || queue === this.#landed) continue;

    a crash takes the calls of all processes
    - if (seat.executor !== executor) continue;
    + if (seat.executor.state === 'dead') continue;

    timers of one process overtake each other
    - for (const alarm of alarms) if (alarm.dueMs === alarms[0]!.dueMs) due.push({ executor, alarm });
    + for (const alarm of alarms) due.push({ executor, alarm });

    what has taken effect is told as failed before, and the other way round
    - failed(seat.name, queue === this.#landed, seat.origin);
    + failed(seat.name, queue !== this.#landed, seat.origin);

    who made a call that fails never hears of it
    - listener.fail(failure());
    +

    the code of a dead process goes on making calls
    - if (executor.state === 'dead') return;
    +

    a call that was refused may fail as well
    - if (failure === null || seat.executor.state !== 'up' || answer?.ok === false) continue;
    + if (failure === null || seat.executor.state !== 'up') continue;
    `,
  ],
  [
    'cluster.ts',
    `
    a recovering process never crashes
    - else if (executor.busy) {
    + else if (executor.busy && executor.incarnation === 1) {

    crashes are not counted
    - this.#crashes++;
    +

    a suspended process forgets its timers
    - this.#enter(executor, 'suspended');
    + this.#enter(executor, 'suspended'); executor.clock.reset(executor.clock.nowMs);

    a process that is down takes over another
    - if (state !== 'up') continue;
    +

    a move takes no time
    - this.#passTo(this.#atMs + 1);
    + this.#passTo(this.#atMs);

    all clocks are alike
    - return index < this.#limits.executors ? index * this.#limits.skewMs : 0;
    + return 0;

    a restarted process leaves its workflows to nobody
    - reenqueued: engine.abandon(executor.id) });
    + reenqueued: [] });

    a fault that is made again has the label of the first
    - label: made === 0 ? what : \`\${what}#\${made + 1}\`, apply: counted };
    + label: what, apply: counted };
    `,
  ],
  [
    'executor.ts',
    `
    what a step reads counts as read between steps
    - if (at.position !== null) this.#note({ type: 'step.free', workflow, attempt, position: at.position });
    + if (at.position === -1) this.#note({ type: 'step.free', workflow, attempt, position: at.position });

    two executions may have one token
    - return \`\${this.id}/\${this.incarnation}/\${++this.#owners}\`;
    + return \`\${this.id}/\${this.incarnation}/\${this.#owners}\`;

    a loop that spins on the clock is never stopped
    - if (++this.#reads > READS_MAX) {
    + if (++this.#reads > READS_MAX && what === 'process.uptime') {

    a step may go by a timer unnoticed
    - if (at?.attempt == null || at.position === null) return;
    + if (at?.attempt == null || at.position !== -1) return;

    an idle process may crash
    - return this.inFlight > 0 || this.clock.pending > 0;
    + return this.inFlight >= 0 || this.clock.pending > 0;
    `,
  ],
  [
    'lineage.ts',
    `
    all branches of a workflow are one
    - (Math.imul(parent ^ ordinal, 16777619) + ordinal) | 0;
    + (parent & ordinal) * 0;

    what a step does belongs to no position
    - return runAt({ executor, attempt, position, branch, engine: false, children: 0 }, body, ...args);
    + return runAt({ executor, attempt, position: null, branch, engine: false, children: 0 }, body, ...args);
    `,
  ],
  [
    'queue.ts',
    `
    the record of a choice changes with what comes after it
    - else if (chunk.shared) this.#chunks[last]
    + else if (chunk.entries.length === 0) this.#chunks[last]
    `,
  ],
  [
    'offer.ts',
    `
    of a thousand options another is made than was chosen
    - left -= this.#chunks[chunk]!.entries.length;
    + left -= 31;

    who asks for one option of a thousand is told of another
    - left -= lists[list]!.length;
    + left -= 31;

    a crowd of calls hides the faults
    - lists[this.#chunkCount] = this.#singles.slice(0, this.#singleCount);
    + lists[this.#chunkCount] = [];
    `,
  ],
];
