/**
 * One execution of one workflow, as a column of a timeline: a cell for each position, and notes on what befell it.
 * Pure data out of a run; how it is drawn is `timeline.ts`.
 */
import type { EventOf, Origin } from '../history.ts';
import { type AttemptTable, eventsOf, type Observed, observe } from '../observe.ts';
import { UNSEEN } from '../observed.ts';
import { show, showCall, showOutcome } from '../phrase.ts';
import type { Run } from '../run.ts';
import type { Style } from './layout.ts';

/** What one call at one position looks like. */
export interface Cell {
  readonly seq: number;
  readonly call: string;
  /** Equal for calls that are the same call, however short `call` is cut. */
  readonly identity: string;
  /** The function that called, where that tells calls apart; else ''. */
  readonly branch: string;
  readonly result: string;
  readonly style: Style | null;
}

/** Something between the calls. `seq` says where it belongs. */
export interface Note {
  readonly seq: number;
  readonly text: string;
  readonly style: Style;
}

export interface Lane {
  readonly title: string;
  readonly cells: ReadonlyMap<number, Cell>;
  /** In order. */
  readonly notes: readonly Note[];
}

/** The lane of one attempt. `branches` names the branch of a call by its stack; `evidence` are events worth a note. */
export function laneOf(
  run: Run,
  table: AttemptTable,
  title: string,
  branches: (site: readonly string[] | undefined) => string,
  evidence: ReadonlySet<number>,
): Lane {
  const cells = new Map<number, Cell>();
  for (const call of table.calls) {
    if (call === undefined) continue;
    const { entered } = call;
    cells.set(entered.position, {
      seq: entered.seq,
      call: callText(entered),
      identity: identityOf(entered),
      branch: branches(entered.site),
      ...resultOf(run, table, call),
    });
  }
  return { title, cells, notes: [...notesOf(run, table, evidence)].toSorted((a, b) => a.seq - b.seq) };
}

/** `start child("x")`, `step2("b")`. */
export function callText(entered: EventOf<'call.entered'>): string {
  return `${entered.kind === 'start' ? 'start ' : ''}${showCall(entered)}`;
}

/** Equal for the same call of the same branch. */
export const identityOf = ({ kind, name, args, branch }: EventOf<'call.entered'>): string =>
  `${kind} ${name} ${args} ${branch}`;

/** The function of one frame; for one without a name, its line; for an entry of a combined promise, `all[1]`. */
export function frameName(site: readonly string[] | undefined, depth: number): string {
  const frame = site?.[Math.min(depth, site.length - 1)];
  if (frame === undefined) return '';
  if (isEntry(frame)) return frame.replace('Promise.', '');
  const [name, where] = [frame.slice(0, frame.lastIndexOf(' ')), frame.slice(frame.lastIndexOf(' ') + 1)];
  return /[(<]anonymous[)>]$/.test(name) ? `line ${where.split(':').at(-2)}` : name;
}

/** Whether a frame is `Promise.all[1]`, which has no line of its own. */
export const isEntry = (frame: string | undefined): boolean => frame?.startsWith('Promise.') === true;

/** What the signs of results mean, for the foot of a timeline. */
export const LEGEND = '→ ran, and was recorded   ← read from the journal, not run again';

/** Outcomes are kept this long; a timeline cuts them to the room there is. */
const OUTCOME_MAX = 2_000;

/** What a run says of its calls, by `workflow/attempt/position`. */
interface Facts {
  /** The engine found another name recorded there, and threw. */
  readonly diverged: ReadonlySet<string>;
  readonly settled: ReadonlyMap<string, boolean>;
  /** The outside world was changed by this call, whatever became of its record. */
  readonly tookEffect: ReadonlySet<string>;
  /** By `workflow/executor/position`: the journal would not take the record. */
  readonly refused: ReadonlySet<string>;
}

const known = new WeakMap<Run, Facts>();

function factsOf(run: Run): Facts {
  const facts = known.get(run) ?? {
    diverged: new Set(eventsOf(run, 'replay.diverged').map(keyOf)),
    settled: new Map(eventsOf(run, 'call.settled').map((event) => [keyOf(event), event.ok])),
    tookEffect: new Set(
      eventsOf(run, 'world.answered').flatMap(({ effect, origin }) => (effect ? [keyOf(origin)] : [])),
    ),
    refused: new Set(
      eventsOf(run, 'record.refused').map(({ workflow, executor, position }) => `${workflow}/${executor}/${position}`),
    ),
  };
  known.set(run, facts);
  return facts;
}

const keyOf = ({ workflow, attempt, position }: Origin): string => `${workflow}/${attempt}/${position}`;

function resultOf(run: Run, table: AttemptTable, { entered }: Observed): Pick<Cell, 'result' | 'style'> {
  const { workflow, started, ended } = table;
  const { position } = entered;
  const { diverged, settled, tookEffect, refused } = factsOf(run);
  const key = keyOf(entered);
  const bad = (result: string): Pick<Cell, 'result' | 'style'> => ({ result, style: 'bad' });
  if (diverged.has(key)) return bad('✗ refused');
  const found = table.of.records[position]?.event;
  // What another call recorded there is no result of this one.
  const recorded = found?.name === entered.name ? found : undefined;
  const outcome =
    recorded === undefined ? '' : UNSEEN.has(recorded.kind) ? 'done' : showOutcome(recorded.outcome, OUTCOME_MAX);
  if (entered.replayed) return { result: `← ${outcome}`, style: 'dim' };
  if (recorded !== undefined && isOwn(run, table, recorded, entered.seq))
    return ended !== null && ended.seq < recorded.seq
      ? bad('✗ recorded after the end')
      : { result: `→ ${outcome}`, style: null };
  const done = tookEffect.has(key);
  if (refused.has(`${workflow}/${started.executor}/${position}`)) return bad(`✗ ${done ? 'done, ' : ''}refused`);
  if (done) return bad('done, unrecorded');
  if (settled.get(key) === false) return bad('✗ rejected');
  return bad(settled.has(key) ? 'not recorded' : '… no answer yet');
}

/** Whether this attempt made the record: on its executor, after its call, before any later attempt there. */
function isOwn(run: Run, table: AttemptTable, recorded: EventOf<'outcome.recorded'>, enteredSeq: number): boolean {
  if (recorded.executor !== table.started.executor || recorded.seq < enteredSeq) return false;
  return !observe(run).attempts.some(
    ({ workflow, attempt, started }) =>
      workflow === table.workflow && attempt > table.attempt && started.seq < recorded.seq,
  );
}

// ---- notes ---------------------------------------------------------------------------------------------------------

function* notesOf(run: Run, table: AttemptTable, evidence: ReadonlySet<number>): Generator<Note> {
  const { workflow, attempt, started, ended, bodyEnded } = table;
  const { executor } = started;
  const next = observe(run).attempts.find((one) => one.workflow === workflow && one.attempt > attempt);
  // What befalls the process after the attempt is over, or after its successor began on it, is another story.
  const untilSeq = ended?.seq ?? (next?.started.executor === executor ? next.started.seq : Infinity);
  for (const event of run.history) {
    if (event.seq < started.seq || event.seq > untilSeq) continue;
    const text = befalls(event, table);
    if (text !== null) yield { seq: event.seq, text, style: 'bad' };
    const proof = evidence.has(event.seq) ? proves(event, table) : null;
    if (proof !== null) yield { seq: event.seq, text: `▲ ${proof}`, style: 'bad' };
  }
  if (ended !== null) yield { seq: ended.seq, ...endOf(run, table) };
  else if (bodyEnded !== null) yield { seq: bodyEnded.seq, text: 'its body ends', style: 'dim' };
  else if (next === undefined && run.ending.how !== 'died')
    yield { seq: Infinity, text: '… never comes to its end', style: 'bad' };
}

function befalls(event: Run['history'][number], { workflow, attempt, started }: AttemptTable): string | null {
  const { executor } = started;
  switch (event.type) {
    case 'executor.crashed':
      return event.executor === executor ? `✗ ${executor} crashes` : null;
    case 'executor.suspended':
      return event.executor === executor ? `‖ ${executor} is suspended` : null;
    case 'executor.woken':
      return event.executor === executor ? `▷ ${executor} wakes: a zombie` : null;
    case 'executor.replaced':
      return event.executor === executor && event.reenqueued.includes(workflow) ? `✗ ${event.by} takes over` : null;
    case 'process.died':
      return event.executor === executor ? `✗ ${executor} dies: ${event.error}` : null;
    case 'world.failed':
      return event.origin.workflow === workflow && event.origin.attempt === attempt
        ? `✗ ${event.operation}: ${event.landed ? 'the answer is lost' : 'fails, no effect'}`
        : null;
    default:
      return null;
  }
}

/** What an event that is evidence says in the lane of `table`; null if it has a cell of its own or is another's. */
function proves(event: Run['history'][number], { workflow, attempt }: AttemptTable): string | null {
  switch (event.type) {
    case 'ambient.read':
      return event.attempt === attempt ? `${event.what} is ${show(event.value)}` : null;
    case 'world.answered':
      return event.origin.workflow === workflow && event.origin.attempt === attempt
        ? `${event.operation} happens`
        : null;
    case 'step.ran':
      return event.workflow === workflow && event.attempt === attempt ? `${event.name} runs` : null;
    case 'transaction.committed':
      return event.workflow === workflow ? `${event.name} commits` : null;
    case 'attempt.derailed':
      return event.workflow === workflow && event.attempt === attempt ? 'the engine stops it' : null;
    case 'call.denied':
      return event.workflow === workflow && event.attempt === attempt ? `${event.name} works, and throws` : null;
    case 'call.strayed':
      return event.beside === workflow ? 'a step is called outside of it' : null;
    case 'message.consumed':
      return event.workflow === workflow ? `message ${event.message} is consumed` : null;
    case 'value.refused':
      return event.workflow === workflow ? `${event.name} cannot be recorded` : null;
    default:
      return null;
  }
}

function endOf(run: Run, { workflow, ended }: AttemptTable): Omit<Note, 'seq'> {
  if (ended!.how === 'parked') return { text: '✗ stops: not its workflow any more', style: 'bad' };
  const outcome = run.results[workflow]?.outcome;
  if (outcome == null) return { text: 'ends', style: 'dim' };
  return outcome.ok
    ? { text: `returns ${showOutcome(outcome, OUTCOME_MAX)}`, style: 'dim' }
    : { text: showOutcome(outcome, OUTCOME_MAX), style: 'bad' };
}
