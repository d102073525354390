/**
 * Lineage: the call at a position is a function of the outcomes at lower positions, never of timing. So two runs whose
 * outcomes agree below a position have the same branch and the same work there.
 *
 * Work is what the call is (kind, name, arguments), what its body asks of the world, and what came of it while the world
 * answers alike. Work that differs is a violation, with or without a crash. A branch that differs while the work is the
 * same is harmless by itself (a pool of one-step tasks: position k is always item k).
 */
import { scriptOf } from '../decision.ts';
import type { CallKind, EventOf } from '../history.ts';
import type { Run } from '../run.ts';
import {
  type AttemptTable,
  isFaulty,
  type Observation,
  type Observed,
  observe,
  outcomeAt,
  recorderOf,
} from '../observe.ts';
import { showCall, showOutcome } from '../phrase.ts';
import type { Violation } from '../verdict.ts';
import type { Check, Reference } from './check.ts';

/** Compares each attempt with the first execution of the same workflow in every reference run. */
export const lineage: Check = {
  name: 'lineage',
  law: 'what is called at a position depends on recorded outcomes, never on timing',
  judge(run, { runs }) {
    for (const other of runs) {
      for (const table of observe(run).attempts) {
        const verdict = compare(table, run, other);
        if (verdict !== 'alike' && verdict !== 'parted') return [verdict];
      }
    }
    return [];
  },
};

/** Whether some attempt of `run` went a way of its own, in good right, from every reference run: worth comparing with. */
export function partsFromAll(run: Run, { runs }: Reference): boolean {
  return observe(run).attempts.some((table) => runs.every((other) => compare(table, run, other) === 'parted'));
}

/** How an attempt stands to the executions of the same workflow in another run. */
type Comparison = Violation | 'alike' | 'parted';

function compare(table: AttemptTable, run: Run, other: Run): Comparison {
  const [mine, theirs] = [observe(run), observe(other)];
  // Another workflow, or one with another input, under the same id: whoever started it answers for that.
  const created = theirs.created.get(table.workflow);
  if (created !== undefined && created !== mine.created.get(table.workflow)) return 'parted';
  const counterpart = theirs.attempts.find(({ workflow, attempt }) => workflow === table.workflow && attempt === 1);
  // Calls are kept in the order of their positions.
  for (const [position, call] of table.calls) {
    const otherCall = counterpart?.calls.get(position);
    if (otherCall === undefined) break;
    const [a, b] = [sideOf(mine, call), sideOf(theirs, otherCall)];
    const difference = differs(a, b);
    if (difference === 'work') return violation(a, b, run, other);
    if (difference === 'outcome') return 'parted';
  }
  return 'alike';
}

/** One of two calls that are compared. */
interface Side {
  readonly call: Observed;
  readonly entered: EventOf<'call.entered'>;
  readonly recorded: EventOf<'outcome.recorded'> | undefined;
  /** The call whose body did the recorded work: this one, or one of another attempt. */
  readonly worker: Observed | undefined;
}

function sideOf(observation: Observation, call: Observed): Side {
  const { entered } = call;
  const recorded = outcomeAt(observation, entered);
  return { call, entered, recorded, worker: recorded === undefined ? call : recorderOf(observation, recorded) };
}

/** Kinds whose outcome the program never sees: it may differ, and later calls may not depend on it. */
const UNSEEN: ReadonlySet<CallKind> = new Set<CallKind>(['sleep', 'deadline', 'send', 'setEvent']);

function differs(a: Side, b: Side): 'nothing' | 'work' | 'outcome' {
  const { kind, name, args } = a.entered;
  if (kind !== b.entered.kind || name !== b.entered.name || args !== b.entered.args) return 'work';
  const free = [a.call, b.call, a.worker, b.worker].some((body) => body?.free === true);
  if (!free && requests(a.call, b.call) === 'asked') return 'work';
  const world = requests(a.worker, b.worker);
  if (!free && world === 'asked') return 'work';
  if (a.recorded === undefined || b.recorded === undefined || UNSEEN.has(kind)) return 'nothing';
  const [mine, theirs] = [a.recorded.outcome, b.recorded.outcome];
  if (mine.ok === theirs.ok && mine.text === theirs.text) return 'nothing';
  // Only a step's own work is its own doing; messages, transactions and children answer for the world around them.
  const inGoodRight = kind !== 'step' || free || world === 'answered';
  return inGoodRight ? 'outcome' : 'work';
}

/** Whether two bodies asked the world for different things, or were answered differently (or nobody knows). */
function requests(a: Observed | undefined, b: Observed | undefined): 'asked' | 'answered' | 'same' {
  if (a === undefined || b === undefined) return 'answered';
  for (let index = 0; index < Math.min(a.requests.length, b.requests.length); index++) {
    const [mine, theirs] = [a.requests[index]!, b.requests[index]!];
    if (mine.asked !== theirs.asked) return 'asked';
    if (mine.answer !== theirs.answer) return 'answered';
  }
  return 'same';
}

function violation(mine: Side, theirs: Side, run: Run, other: Run): Violation {
  const { entered } = mine;
  const { position, workflow } = entered;
  const raced = entered.branch !== theirs.entered.branch;
  const [here, there] = [describe(mine), describe(theirs)];
  return {
    check: 'lineage',
    because: raced
      ? `position ${position} of workflow ${workflow} belongs to two branches: it is ${there} or ${here}, whichever comes first. A replay that takes them the other way gets wrong results, or is refused`
      : `position ${position} of workflow ${workflow} does different work ${isFaulty(run) ? 'when a process fails' : 'depending on timing'}: ${there} or ${here}`,
    evidence: [entered.seq],
    witnesses: [
      { run: 'reference', seq: theirs.entered.seq },
      { run: 'this', seq: entered.seq },
    ],
    fix: raced
      ? 'start each sequence as a child workflow, or start all steps before awaiting any'
      : 'decide by recorded outcomes: what a step, recv or sleep returned, not which came first',
    against: scriptOf(other.decisions),
  };
}

const describe = ({ entered, recorded }: Side): string =>
  `${showCall(entered)}${recorded?.kind === 'step' ? ` → ${showOutcome(recorded.outcome, 24)}` : ''}`;
