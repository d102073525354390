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
    - a.name === b.name && a.kind === b.kind && a.args === b.args && a.body === b.body;
    + a.name === b.name && a.kind === b.kind && a.body === b.body;

    replay: a call that is left out goes unseen
    - if (kind === 'deadline' || calls[position] !== undefined
    + if (kind !== 'deadline' || calls[position] !== undefined

    replay: a call more than before goes unseen
    - call !== undefined && earlier.calls[call.entered.position] === undefined);
    + call !== undefined && call.entered.position < 0);

    replay: results are compared by reference
    - if (before.ok === now.ok && before.text === now.text) continue;
    + if (before === now) continue;

    replay: deadlines count as calls that are left out
    - if (kind === 'deadline' || calls[position] !== undefined
    + if (calls[position] !== undefined
    `,
  ],
  [
    'checks/lineage.ts',
    `
    lineage: what a step comes to is not compared
    - return inGoodRight ? 'outcome' : 'work';
    + return 'outcome';

    lineage: calls are compared by name alone
    - name !== theirs.entered.name || args !== theirs.entered.args) return
    + name !== theirs.entered.name) return

    lineage: what a step asks of the world is not compared
    - if (mine.asked !== theirs.asked) return 'asked';
    + if (mine.asked !== theirs.asked) return 'answered';

    lineage: steps that use time are compared, too
    - const free = mine.free || theirs.free || worker?.free === true || otherWorker?.free === true;
    + const free = false;

    lineage: an answer of the world is the step’s own doing
    - const inGoodRight = kind !== 'step' || free || unseen || world === 'answered';
    + const inGoodRight = kind !== 'step' || free || unseen;

    lineage: children that were given another input are compared
    - if (mine?.name !== theirs?.name || mine?.input !== theirs?.input) return 'parted';
    +
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
    'checks/engine.ts',
    `
    engine: a position that two calls share goes unseen
    - sharing.slice(0, 1)
    + sharing.slice(0, 0)

    engine: an answer that is not on record goes unseen
    - for (const { workflow, attempt, position, ok, threw } of answers) {
    + for (const { workflow, attempt, position, ok, threw } of answers.slice(0, 0)) {

    engine: an error that is not on record is objected to, whatever it is
    - if (!ok && known === undefined) continue;
    + if (call.seq < 0) continue;

    engine: a call that throws, but has taken effect, goes unseen
    - if (event === undefined) return [];
    + if (event === undefined || event.seq >= 0) return [];

    engine: a time of a schedule that is only late counts as lost
    - const lost = eventsOf(run, 'schedule.skipped').find(({ missing }) => workflows.get(missing)?.created == null);
    + const lost = eventsOf(run, 'schedule.skipped').find(({ missing }) => workflows.get(missing) === undefined || missing !== '');

    engine: a sleep without a record is objected to
    - if (call === undefined || UNSEEN.has(call.kind)) continue;
    + if (call === undefined) continue;
    `,
  ],
  [
    'checks/control.ts',
    `
    control: a refusal that is swallowed goes unseen
    - afterwards.ended?.outcome.ok === true ? afterwards.ended : null;
    + afterwards.ended?.outcome.ok === false ? afterwards.ended : null;

    control: what a zombie does on its own goes unseen
    - const ran = afterwards.ran.find(
    + const ran = afterwards.ran.slice(0, 0).find(

    control: a zombie that does what its successor does is objected to
    - return recorded === undefined ? hasEnded : recorded.name !== name;
    + return recorded === undefined ? hasEnded : true;
    `,
  ],
  [
    'checks/effects.ts',
    `
    effects: a message may be consumed twice
    - ...twice(run, 'message.consumed'),
    +

    effects: an effect outside steps goes unseen
    - effect && origin.workflow !== null && origin.position === null,
    + effect && origin.workflow !== null && origin.position !== null,

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
    - judge({ ending, history, idiom }) {
    + judge({ ending, history, idiom, moves }) { if (moves > 40) return [{ check: 'progress', because: '', evidence: [0] }];
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
    - \${result.outcome?.ok} \${outcomeText(result, compare)}\`);
    + \${result.outcome?.ok}\`);

    results: children are compared instead of what the client started
    - if (result.parent === null)
    + if (result.parent !== null)

    results: what nobody has seen is wrong, however much is new without crashes
    - if (unsettled(reference) !== null || sameAs(run, reference.runs[0])) return [];
    + if (sameAs(run, reference.runs[0])) return [];

    results: of one outcome, too, it is said that news prove nothing
    - if (how === null || how.news <= NEWS_MAX) return null;
    + if (how === null) return null;

    results: recorded times must be the same in every run
    - if (reference.compare === null && drawsFreely(run)) return [];
    +
    `,
  ],
  [
    'observe.ts',
    `
    a suspension is no fault
    - case 'executor.suspended':
    + case 'event.set':

    the first to enter a position counts as its recorder
    - !call.entered.replayed) by = call;
    + !call.entered.replayed) by ??= call;

    requests side by side are expected in one order
    - if (body.requests.some((earlier) => earlier.answer === null)) body.free = true;
    +

    what a program does after the engine refused it counts
    - if (table?.derailed === null)
    + if (table !== undefined)

    effects: a step that runs again goes unseen
    - if (recorded.seq < enteredSeq)
    + if (recorded.seq > enteredSeq)

    effects: a try that was in flight is objected to
    - if (recorded.seq < enteredSeq)
    + if (recorded.seq < Infinity)

    the run judged last is taken for this one
    - if (last?.run === run) return last.observation;
    + if (last !== null) return last.observation;
    `,
  ],
  [
    'observed.ts',
    `
    lineage: outcomes that no program sees are compared
    - new Set(['sleep', 'deadline', 'send', 'setEvent', 'writeStream']);
    + new Set([]);
    `,
  ],
  [
    'windows.ts',
    `
    a call that fails after its effect counts as one before
    - some((effect) => effect.call === call);
    + some((effect) => effect.call === '');

    a record does not close the window before it
    - if (recorded !== undefined && recorded.seq < beforeSeq) return false;
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
    - [...CAUSES, ...DAMAGE];
    + [...CAUSES, ...DAMAGE].toReversed();
    `,
  ],
];
