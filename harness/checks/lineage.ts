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
import { type AttemptTable, type Observation, type Observed, observe } from '../observe.ts';
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
  const counterpart = theirs.attempts.find(({ workflow, attempt }) => workflow === table.workflow && attempt === 1);
  // Calls are kept in the order of their positions.
  for (const [position, call] of table.calls) {
    const otherCall = counterpart?.calls.get(position);
    if (otherCall === undefined) break;
    const [outcome, otherOutcome] = [
      outcomeAt(mine, table.workflow, position),
      outcomeAt(theirs, table.workflow, position),
    ];
    const difference = differs(call, otherCall, outcome, otherOutcome);
    if (difference === 'work') return violation(other, call, otherCall, outcome, otherOutcome);
    if (difference === 'outcome') return 'parted';
  }
  return 'alike';
}

const outcomeAt = (
  { outcomes }: Observation,
  workflow: string,
  position: number,
): EventOf<'outcome.recorded'> | undefined => outcomes.get(workflow)?.get(position);

/** Kinds whose outcome the program never sees: it may differ, and later calls may not depend on it. */
const UNSEEN: ReadonlySet<CallKind> = new Set<CallKind>(['sleep', 'deadline', 'send', 'setEvent']);

function differs(
  a: Observed,
  b: Observed,
  outcome: EventOf<'outcome.recorded'> | undefined,
  otherOutcome: EventOf<'outcome.recorded'> | undefined,
): 'nothing' | 'work' | 'outcome' {
  const { kind, name, args } = a.entered;
  if (kind !== b.entered.kind || name !== b.entered.name || args !== b.entered.args) return 'work';
  const world = sameRequests(a, b);
  if (world === 'asked') return 'work';
  if (outcome === undefined || otherOutcome === undefined || UNSEEN.has(kind)) return 'nothing';
  if (outcome.outcome.ok === otherOutcome.outcome.ok && outcome.outcome.text === otherOutcome.outcome.text)
    return 'nothing';
  // Only a step's own work is its own doing; messages, transactions and children answer for the world around them.
  const inGoodRight = kind !== 'step' || world === 'answered' || a.ambient || b.ambient;
  return inGoodRight ? 'outcome' : 'work';
}

/** Whether two bodies asked the world for different things, or were answered differently. Replayed bodies asked nothing. */
function sameRequests(a: Observed, b: Observed): 'asked' | 'answered' | 'same' {
  if (a.entered.replayed || b.entered.replayed) return 'same';
  for (let index = 0; index < Math.min(a.requests.length, b.requests.length); index++) {
    const [mine, theirs] = [a.requests[index]!, b.requests[index]!];
    if (mine.asked !== theirs.asked) return 'asked';
    if (mine.answer !== theirs.answer) return 'answered';
  }
  return 'same';
}

function violation(
  other: Run,
  call: Observed,
  otherCall: Observed,
  outcome: EventOf<'outcome.recorded'> | undefined,
  otherOutcome: EventOf<'outcome.recorded'> | undefined,
): Violation {
  const { entered } = call;
  const { position, workflow } = entered;
  const raced = entered.branch !== otherCall.entered.branch;
  const what = (observed: Observed, recorded: EventOf<'outcome.recorded'> | undefined): string =>
    `${showCall(observed.entered)}${recorded === undefined || recorded.kind !== 'step' ? '' : ` → ${showOutcome(recorded.outcome, 24)}`}`;
  const [here, there] = [what(call, outcome), what(otherCall, otherOutcome)];
  return {
    check: 'lineage',
    because: raced
      ? `position ${position} of workflow ${workflow} belongs to two branches: it is ${there} or ${here}, whichever comes first`
      : `position ${position} of workflow ${workflow} does different work depending on timing: ${there} or ${here}`,
    evidence: [entered.seq],
    witnesses: [
      { run: 'reference', seq: otherCall.entered.seq },
      { run: 'this', seq: entered.seq },
    ],
    fix: raced
      ? 'start each sequence as a child workflow, or start all steps before awaiting any'
      : 'decide by recorded outcomes: what a step, recv or sleep returned, not which came first',
    against: scriptOf(other.decisions),
  };
}
