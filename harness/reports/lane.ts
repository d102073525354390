/**
 * One execution of one workflow, as a column of a timeline: a cell for each position, and notes on what befell it.
 * Pure data out of a run; how it is drawn is `timeline.ts`.
 */
import type { EventOf } from '../history.ts';
import { type AttemptTable, eventsOf, type Observed, observe } from '../observe.ts';
import { show, showCall, showOutcome } from '../phrase.ts';
import type { Run } from '../run.ts';
import type { Style } from './layout.ts';

/** What one call at one position looks like. */
export interface Cell {
  readonly seq: number;
  readonly call: string;
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

/** The lane of one attempt. `depth` is the stack frame that names branches; `evidence` are events worth a note. */
export function laneOf(
  run: Run,
  table: AttemptTable,
  title: string,
  { depth, evidence }: { readonly depth: number | null; readonly evidence: ReadonlySet<number> },
): Lane {
  const cells = new Map<number, Cell>();
  for (const [position, call] of table.calls) {
    const { text, style } = resultOf(run, table, position, call);
    const branch = depth === null ? '' : frameName(call.entered.site, depth);
    cells.set(position, { seq: call.entered.seq, call: callText(call.entered), branch, result: text, style });
  }
  return { title, cells, notes: [...notesOf(run, table, evidence)].toSorted((a, b) => a.seq - b.seq) };
}

/** `start child("x")`, `step2("b")`. */
export function callText(entered: EventOf<'call.entered'>): string {
  return `${entered.kind === 'start' ? 'start ' : ''}${showCall(entered)}`;
}

/** The function of one frame; for one without a name, its line. */
export function frameName(site: readonly string[] | undefined, depth: number): string {
  const frame = site?.[Math.min(depth, site.length - 1)];
  if (frame === undefined) return '';
  const [name = '', where = ''] = [frame.slice(0, frame.lastIndexOf(' ')), frame.slice(frame.lastIndexOf(' ') + 1)];
  return name === '(anonymous)' ? `line ${where.split(':').at(-2)}` : name;
}

/** Reading signs of `resultOf`, for the foot of a timeline. */
export const LEGEND = '→ ran and was recorded   ← read from the journal, not run again';

function resultOf(
  run: Run,
  table: AttemptTable,
  position: number,
  { entered }: Observed,
): { readonly text: string; readonly style: Style | null } {
  const { workflow, attempt, started } = table;
  const recorded = observe(run).outcomes.get(workflow)?.get(position);
  const refused = eventsOf(run, 'replay.diverged').find(
    (event) => event.workflow === workflow && event.attempt === attempt && event.position === position,
  );
  if (refused !== undefined) return { text: `✗ refused: ${refused.recorded} is there`, style: 'bad' };
  const outcome = recorded === undefined ? '' : isSilent(recorded) ? 'done' : showOutcome(recorded.outcome);
  if (entered.replayed) return { text: `← ${outcome}`, style: 'dim' };
  if (recorded !== undefined && isOwn(run, table, recorded, entered.seq)) return { text: `→ ${outcome}`, style: null };
  const fenced = eventsOf(run, 'record.refused').some(
    (event) => event.workflow === workflow && event.position === position && event.executor === started.executor,
  );
  if (fenced) return { text: '✗ too late: not its workflow now', style: 'bad' };
  return { text: unrecorded(run, table, position), style: 'bad' };
}

/** Outcomes that say nothing to a reader: wake-up times, and `undefined` from calls that return nothing. */
const isSilent = ({ kind }: EventOf<'outcome.recorded'>): boolean =>
  kind === 'sleep' || kind === 'deadline' || kind === 'send' || kind === 'setEvent';

/** Whether this attempt made the record: on its executor, after its call, before any later attempt there. */
function isOwn(run: Run, table: AttemptTable, recorded: EventOf<'outcome.recorded'>, enteredSeq: number): boolean {
  if (recorded.executor !== table.started.executor || recorded.seq < enteredSeq) return false;
  return !observe(run).attempts.some(
    ({ workflow, attempt, started }) =>
      workflow === table.workflow && attempt > table.attempt && started.seq < recorded.seq,
  );
}

function unrecorded(run: Run, { workflow, attempt }: AttemptTable, position: number): string {
  const took = eventsOf(run, 'world.answered').some(
    ({ effect, origin }) =>
      effect && origin.workflow === workflow && origin.attempt === attempt && origin.position === position,
  );
  if (took) return 'done, not recorded';
  const settled = eventsOf(run, 'call.settled').find(
    (event) => event.workflow === workflow && event.attempt === attempt && event.position === position,
  );
  if (settled?.ok === false) return '✗ rejected, not recorded';
  return settled === undefined ? '… no answer yet' : 'not recorded';
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
  else if (bodyEnded !== null) yield { seq: bodyEnded.seq, text: 'comes to its end', style: 'dim' };
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
      return event.executor === executor && event.reenqueued.includes(workflow)
        ? `✗ ${event.by} takes over from ${executor}`
        : null;
    case 'process.died':
      return event.executor === executor ? `✗ ${executor} dies: ${event.error}` : null;
    case 'world.failed':
      return event.origin.workflow === workflow && event.origin.attempt === attempt
        ? `✗ ${event.call} fails ${event.landed ? 'after' : 'before'} its effect`
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
      return event.workflow === workflow && event.attempt === attempt ? `${event.name} runs again` : null;
    case 'transaction.committed':
      return event.workflow === workflow ? `${event.name} commits` : null;
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
    ? { text: `returns ${showOutcome(outcome)}`, style: 'dim' }
    : { text: showOutcome(outcome), style: 'bad' };
}
