/**
 * Lineage: the call at a position is a function of the outcomes at lower positions, never of timing. So two runs whose
 * outcomes agree below a position have the same branch and the same work there.
 *
 * Work is what the call is (kind, name, arguments), what its body asks of the world, and what came of it while the world
 * answers alike. Work that differs is a violation, with or without a crash. A branch that differs while the work is the
 * same is harmless by itself (a pool of one-step tasks: position k is always item k).
 */
import { scriptOf } from '../decision.ts';
import { UNSEEN } from '../observed.ts';
import type { Run } from '../run.ts';
import { type AttemptTable, isFaulty, type Observed, observe, recordAt } from '../observe.ts';
import { showCall, showOutcome, spot } from '../phrase.ts';
import type { Violation } from '../verdict.ts';
import type { Check, Reference } from './check.ts';
import { lostClass } from './classes.ts';

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
  const home = observe(other).workflows.get(table.workflow);
  if (home === undefined) return 'alike';
  // Another workflow, or one with another input, under the same id: whoever started it answers for that.
  const [mine, theirs] = [table.of.created, home.created];
  if (mine?.name !== theirs?.name || mine?.input !== theirs?.input) return 'parted';
  const counterpart = home.attempts.find(({ attempt }) => attempt === 1);
  if (counterpart === undefined) return 'alike';
  // In the order of positions.
  for (const call of table.calls) {
    if (call === undefined) continue;
    const otherCall = counterpart.calls[call.entered.position];
    if (otherCall === undefined) break;
    const difference = differs(table, call, counterpart, otherCall);
    if (difference === 'work') return violation(table, call, counterpart, otherCall, run, other);
    if (difference === 'outcome') return 'parted';
  }
  return 'alike';
}

function differs(
  table: AttemptTable,
  mine: Observed,
  otherTable: AttemptTable,
  theirs: Observed,
): 'nothing' | 'work' | 'outcome' {
  const { kind, name, args, body } = mine.entered;
  if (kind !== theirs.entered.kind || name !== theirs.entered.name || args !== theirs.entered.args) return 'work';
  // Under one name, another function is other work; one with the same source may be (its variables are not seen).
  if (body !== theirs.entered.body) return 'work';
  const [record, otherRecord] = [recordAt(table, mine), recordAt(otherTable, theirs)];
  // The calls whose bodies did the recorded work: these, or those of other attempts.
  const worker = record === undefined ? mine : record.by;
  const otherWorker = otherRecord === undefined ? theirs : otherRecord.by;
  const free = mine.free || theirs.free || worker?.free === true || otherWorker?.free === true;
  if (!free && requests(mine, theirs) === 'asked') return 'work';
  const world = requests(worker, otherWorker);
  if (!free && world === 'asked') return 'work';
  if (record === undefined || otherRecord === undefined || UNSEEN.has(kind)) return 'nothing';
  const [came, otherCame] = [record.event.outcome, otherRecord.event.outcome];
  if (came.ok === otherCame.ok && came.text === otherCame.text) return 'nothing';
  // Only a step's own work is its own doing; messages, transactions and children answer for the world around them.
  // Where the world is not seen it may have answered otherwise: then only another branch proves another's work.
  const unseen = mine.entered.unseen === true && mine.entered.branch === theirs.entered.branch;
  const inGoodRight = kind !== 'step' || free || unseen || world === 'answered';
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

function violation(
  table: AttemptTable,
  mine: Observed,
  otherTable: AttemptTable,
  theirs: Observed,
  run: Run,
  other: Run,
): Violation {
  const { entered } = mine;
  const { position, workflow } = entered;
  const { idiom } = run;
  const raced = entered.branch !== theirs.entered.branch;
  const [here, there] = [describe(table, mine), describe(otherTable, theirs)];
  const where = spot(idiom, position, workflow);
  const reaction = idiom.reactions[entered.name === theirs.entered.name ? 'mayConfuse' : 'mayRefuse'];
  const classes = raced ? null : lostClass(table.of, idiom, position);
  return {
    check: 'lineage',
    because: raced
      ? `${where} belongs to two branches: it is ${there} or ${here}, whichever comes first. ${reaction}`
      : `${where} does different work ${isFaulty(run) ? 'when a process fails' : 'depending on timing'}: ${there} or ${here}. ${classes ?? reaction}`,
    evidence: [entered.seq],
    witnesses: [
      { run: 'reference', seq: theirs.entered.seq },
      { run: 'this', seq: entered.seq },
    ],
    fix: idiom.remedies[raced ? 'sequences' : classes === null ? 'races' : 'classes'],
    against: scriptOf(other.decisions),
  };
}

function describe(table: AttemptTable, call: Observed): string {
  const recorded = recordAt(table, call)?.event;
  const own = recorded?.kind === 'step' && recorded.name === call.entered.name;
  return `${showCall(call.entered)}${own ? ` → ${showOutcome(recorded.outcome, 24)}` : ''}`;
}
