/**
 * Which executions of a finding to put side by side. Pure data, not yet laid out.
 */
import type { Event } from '../history.ts';
import type { Finding } from '../findings.ts';
import { type AttemptTable, observe } from '../observe.ts';
import type { Run } from '../run.ts';
import type { Violation } from '../verdict.ts';
import { type Lane, laneOf } from './lane.ts';
import { branchesBy, callersOf, nameOfRun, titleOf, witnessesOf } from './callers.ts';

/** One or two executions of one workflow. */
export interface Story {
  readonly workflow: string;
  /** Over the column of positions. */
  readonly heading: string;
  readonly lanes: readonly [Lane] | readonly [Lane, Lane];
  /** Whether the lanes are of two runs, this one last; else they are of this one, one after the other. */
  readonly twoRuns: boolean;
  /** The position the verdict is about, and what to write under it in each lane. */
  readonly decisive: { readonly position: number; readonly words: readonly string[] } | null;
}

/** An attempt, and the run it belongs to. */
interface Execution {
  readonly run: Run;
  readonly table: AttemptTable;
}

// ---- executions side by side ---------------------------------------------------------------------------------------

/** At most two: more would not fit a screen, and the workflow a verdict names comes first. */
const STORIES_MAX = 2;

/** The executions worth showing, each workflow on its own. Empty if no workflow ever started. */
export function storiesOf(finding: Finding): Story[] {
  return concerned(finding)
    .slice(0, STORIES_MAX)
    .flatMap((workflow) => storyOf(finding, workflow));
}

/** The workflow that the evidence names; else those that were executed more than once; else all that clients started. */
function concerned(finding: Finding): string[] {
  const { violations, run } = finding;
  const [{ check, evidence }] = violations as [Violation];
  const { attempts } = observe(run);
  const open = Object.entries(run.results).filter(([, { outcome }]) => outcome === null);
  if (check === 'progress') return open.map(([id]) => id).toReversed();
  const [seen] = witnessesOf(finding);
  if (seen !== undefined) return [seen.event.workflow];
  // Complaints of the user's are about the whole: the last event before them is no evidence of where to look.
  const named = check === 'check' ? [] : evidence.map((seq) => workflowOf(run.history[seq]));
  const first = named.find((workflow) => workflow !== null) ?? null;
  if (first !== null) return [first];
  const again = new Set(attempts.filter(({ attempt }) => attempt > 1).map(({ workflow }) => workflow));
  if (again.size > 0) return [...again];
  return Object.keys(run.results).filter((id) => run.results[id]!.parent === null);
}

function workflowOf(event: Event | undefined): string | null {
  if (event === undefined || event.type === 'workflow.ended') return null;
  if (event.type === 'call.strayed') return event.beside;
  if ('workflow' in event) return event.workflow;
  return 'origin' in event ? event.origin.workflow : null;
}

const nameOfOnly = ({ script }: Finding): string => (script.length === 0 ? 'calm run' : 'this run');

function storyOf(finding: Finding, workflow: string): Story[] {
  const executions = executionsOf(finding, workflow);
  const [left, right] = executions;
  if (left === undefined) return [];
  const twoRuns = right !== undefined && left.run !== right.run;
  const seen = witnessesOf(finding);
  const branches = branchesBy(seen);
  const evidence = new Set(finding.violations[0]!.evidence);
  const several = new Set(executions.map(({ table }) => table.started.executor)).size > 1;
  const lanes = executions.map(({ run, table }) => {
    const own = twoRuns
      ? nameOfRun(finding.violations[0]!.against ?? [], run === finding.run)
      : titleOf(run, workflow, table.attempt);
    const title = right === undefined && table.attempt === 1 ? nameOfOnly(finding) : own;
    const shown = run === finding.run ? evidence : new Set<number>();
    return laneOf(run, table, several ? `${title}, on ${table.started.executor}` : title, branches, shown);
  });
  return [
    {
      workflow,
      heading: finding.run.idiom.position[1],
      lanes: lanes as unknown as Story['lanes'],
      twoRuns,
      decisive: decisiveOf(finding, workflow, twoRuns, lanes.length),
    },
  ];
}

/** One or two executions: those of the witnesses; an attempt and the one before it; this run and the one it is held against. */
function executionsOf(finding: Finding, workflow: string): Execution[] {
  const { run, reference, script, violations } = finding;
  const find = (of: Run, attempt: number): Execution[] => {
    const table = observe(of).attempts.find((one) => one.workflow === workflow && one.attempt === attempt);
    return table === undefined ? [] : [{ run: of, table }];
  };
  const seen = witnessesOf(finding);
  if (seen.length === 2) {
    const both = seen.flatMap(({ run: of, event }) => find(of, event.attempt));
    return both[0]?.table === both[1]?.table ? both.slice(0, 1) : both;
  }
  const attempts = observe(run).attempts.filter((one) => one.workflow === workflow);
  const named = violations[0]!.evidence
    .map((seq) => run.history[seq])
    .findLast((event) => event !== undefined && 'attempt' in event && event.workflow === workflow);
  const last =
    named !== undefined && 'attempt' in named && named.attempt > 1 ? named.attempt : (attempts.at(-1)?.attempt ?? 1);
  if (last > 1) return [...find(run, last - 1), ...find(run, last)];
  return script.length === 0 ? find(run, 1) : [...find(reference, 1), ...find(run, 1)];
}

function decisiveOf(finding: Finding, workflow: string, twoRuns: boolean, lanes: number): Story['decisive'] {
  const seen = witnessesOf(finding);
  const [first] = seen;
  if (first?.event.type !== 'call.entered' || first.event.workflow !== workflow) return null;
  const { position } = first.event;
  if (seen.length === 1) {
    const isFloating = finding.violations[0]!.check === 'floating';
    const word = isFloating ? 'still running at the end' : 'the call in question';
    return { position, words: lanes === 2 ? ['', word] : [word] };
  }
  if (lanes === 1) return { position, words: ['given to two calls'] };
  const [left = '', right = ''] = callersOf(finding).map(({ branch }) => branch.replace(/^(?=\w+\[)/, 'Promise.'));
  if (left === right)
    return { position, words: twoRuns ? ['one call', 'another call'] : ['recorded', 'not what was recorded'] };
  return {
    position,
    words: twoRuns
      ? [`here it is ${left}'s`, `here it is ${right}'s`]
      : [`recorded for ${left}`, `now called by ${right}`],
  };
}
