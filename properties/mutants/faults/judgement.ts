/** Faults of judgement: for each check what it then does not see, and what it then objects to for nothing. */
export const JUDGEMENT: readonly (readonly [file: string, faults: string])[] = [
  [
    'checks/ambient.ts',
    `
    ambient: only the first read of each kind counts
    - const earlier = first.get(\`\${spot}/\${ordinal}\`);
    + const earlier = ordinal > 1 ? read : first.get(\`\${spot}/\${ordinal}\`);

    ambient: any read that is replayed is objected to
    - else if (earlier.attempt !== read.attempt && earlier.value !== read.value && violations.length === 0)
    + else if (earlier.attempt !== read.attempt && violations.length === 0)
    `,
  ],
  [
    'checks/replay.ts',
    `
    replay: arguments are not compared
    - a.name === b.name && a.kind === b.kind && a.args === b.args;
    + a.name === b.name && a.kind === b.kind;

    replay: a call that is left out goes unseen
    - if (kind === 'deadline' || calls.has(position) || seq > started.seq) continue;
    + if (kind !== 'deadline' || calls.has(position) || seq > started.seq) continue;

    replay: a call more than before goes unseen
    - const extra = [...table.calls.values()].find(({ entered }) => !earlier.calls.has(entered.position));
    + const extra = [...table.calls.values()].find(({ entered }) => entered.position < 0);

    replay: results are compared by reference
    - if (before.ok === now.ok && before.text === now.text) continue;
    + if (before === now) continue;

    replay: deadlines count as calls that are left out
    - if (kind === 'deadline' || calls.has(position)
    + if (calls.has(position)
    `,
  ],
  [
    'checks/lineage.ts',
    `
    lineage: what a step comes to is not compared
    - return inGoodRight ? 'outcome' : 'work';
    + return 'outcome';

    lineage: calls are compared by name alone
    - if (kind !== b.entered.kind || name !== b.entered.name || args !== b.entered.args) return 'work';
    + if (kind !== b.entered.kind || name !== b.entered.name) return 'work';

    lineage: what a step asks of the world is not compared
    - if (mine.asked !== theirs.asked) return 'asked';
    + if (mine.asked !== theirs.asked) return 'answered';

    lineage: steps that use time are compared, too
    - const free = [a.call, b.call, a.worker, b.worker].some((body) => body?.free === true);
    + const free = false;

    lineage: an answer of the world is the step’s own doing
    - const inGoodRight = kind !== 'step' || free || world === 'answered';
    + const inGoodRight = kind !== 'step' || free;

    lineage: outcomes that no program sees are compared
    - new Set<CallKind>(['sleep', 'deadline', 'send', 'setEvent']);
    + new Set<CallKind>([]);
    `,
  ],
  [
    'checks/floating.ts',
    `
    floating: only the second call in flight counts
    - const [position] = ended === null
    + const [, position] = ended === null

    floating: a rejection nobody hears goes unseen
    - if (run.ending.how === 'died' && death !== undefined)
    + if (run.ending.how === 'died' && death?.kind === 'uncaughtException')

    floating: a zombie that parks is objected to
    - ended === null || ended.how === 'parked' ? [] : ended.inFlight;
    + ended === null ? [] : ended.how === 'parked' ? [0] : ended.inFlight;
    `,
  ],
  [
    'checks/effects.ts',
    `
    effects: a step that runs again goes unseen
    - if (seq === undefined || seq > entered.get(
    + if (seq === undefined || seq < entered.get(

    effects: a try that was in flight is objected to
    - if (seq === undefined || seq > entered.get(\`\${event.workflow}/\${event.attempt}/\${event.position}\`)!) continue;
    + if (seq === undefined) continue;

    effects: a message may be consumed twice
    - ...twice(run, 'message.consumed'),
    +

    effects: an effect outside steps goes unseen
    - if (!event.effect || workflow === null || position !== null) return [];
    + if (!event.effect || workflow === null || position === null) return [];

    effects: two effects of one attempt are objected to
    - if (earlier === undefined || earlier.origin.attempt === attempt) return [];
    + if (earlier === undefined) return [];
    `,
  ],
  [
    'checks/progress.ts',
    `
    progress: a run that is stuck passes for finished
    - if (ending.how === 'finished' || ending.how === 'died') return [];
    + if (ending.how === 'finished' || ending.how === 'died' || ending.how === 'stuck') return [];

    progress: whatever takes many moves is objected to
    - judge({ ending, history }) {
    + judge({ ending, history, moves }) { if (moves > 40) return [{ check: 'progress', because: '', evidence: [0] }];
    `,
  ],
  [
    'checks/user.ts',
    `
    check: only invariants are heard
    - return complaints.map(({ from, message, seq }) => ({
    + return complaints.filter(({ from }) => from === 'invariant').map(({ from, message, seq }) => ({
    `,
  ],
  [
    'checks/results.ts',
    `
    results: only statuses are compared
    - return JSON.stringify(roots.map(([id, result]) => [id, result.status, outcomeText(result, compare)]));
    + return JSON.stringify(roots.map(([id, result]) => [id, result.status]));

    results: children are compared, too
    - .filter(([, { parent }]) => parent === null)
    + .filter(([, { parent }]) => parent !== null)

    results: recorded times must be the same in every run
    - if (reference.compare === null && drawsFreely(run)) return [];
    +
    `,
  ],
  [
    'observe.ts',
    `
    a suspension is no fault
    - type === 'executor.crashed' || type === 'executor.suspended');
    + type === 'executor.crashed');

    the first to enter a position counts as its recorder
    - if (!call.entered.replayed && call.entered.seq < recorded.seq) found = call;
    + if (!call.entered.replayed && call.entered.seq < recorded.seq) found ??= call;

    requests side by side are expected in one order
    - if (body?.requests.some((earlier) => earlier.answer === null)) body.free = true;
    +

    what a program does after the engine refused it counts
    - if (table !== undefined && table.derailed === null)
    + if (table !== undefined)
    `,
  ],
  [
    'windows.ts',
    `
    a call that fails after its effect counts as one before
    - entered.add(effective.has(event.call) ? 'a call
    + entered.add(effective.has('') ? 'a call

    a record does not close the window before it
    - unrecorded.delete(\`\${event.workflow}/\${event.position}\`);
    +

    the window after a checkpoint is the one before
    - if (landed) return 'crash after the checkpoint, before its acknowledgement';
    +
    `,
  ],
  [
    'checker.ts',
    `
    checks are told damage before causes
    - [ambient, replay, lineage, floating, effects, progress, user, results];
    + [results, user, progress, effects, floating, lineage, replay, ambient];
    `,
  ],
];
