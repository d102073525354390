/**
 * What a report tells of a finding: who called, and which executions to put side by side. Pure data, not yet laid out.
 */
import type { Event, EventOf } from '../history.ts';
import type { Finding } from '../findings.ts';
import { type AttemptTable, eventsOf, observe } from '../observe.ts';
import { show, showOutcome } from '../phrase.ts';
import type { Run } from '../run.ts';
import type { Violation } from '../verdict.ts';
import { callText, frameName, identityOf, isEntry, type Lane, laneOf } from './lane.ts';

/** One of the calls that a verdict is about. */
export interface Caller {
  readonly label: string;
  readonly call: string;
  /** What was recorded for it; '' if nothing was. */
  readonly result: string;
  /** `seqB scenarios/x.ts:12:15`, the innermost frame that tells the callers apart; '' without source lines. */
  readonly site: string;
  readonly branch: string;
}

/** One or two executions of one workflow. */
export interface Story {
  readonly workflow: string;
  readonly lanes: readonly [Lane] | readonly [Lane, Lane];
  /** The position the verdict is about, and what to write under it in each lane. */
  readonly decisive: { readonly position: number; readonly words: readonly string[] } | null;
}

type Seen = EventOf<'call.entered'> | EventOf<'ambient.read'>;

/** An attempt, and the run it belongs to. */
interface Execution {
  readonly run: Run;
  readonly table: AttemptTable;
}

// ---- callers -------------------------------------------------------------------------------------------------------

/** The witnesses of the main violation; without any, the last calls of whatever never ended. */
export function callersOf(finding: Finding): Caller[] {
  const seen = witnessesOf(finding);
  const depth = depthOf(seen.map(({ event }) => event.site));
  if (seen.length > 0)
    return seen.map(({ run, event }) => caller(labelOf(finding, seen, run, event), run, event, depth ?? 0));
  const { ending } = finding.run;
  if (ending.how !== 'stuck' && ending.how !== 'escaped') return [];
  const label = ending.how === 'stuck' ? 'waits for' : 'last call';
  return lastCalls(finding.run).map((event) => caller(label, finding.run, event, 0));
}

/** What a verdict names; else, where a result or the user's own law broke after a crash, where the replay first parted. */
function witnessesOf(finding: Finding): { run: Run; event: Seen }[] {
  const { violations, run, reference } = finding;
  const [{ check, witnesses }] = violations as [Violation];
  if (witnesses === undefined) return check === 'results' || check === 'check' ? parting(run) : [];
  return witnesses.flatMap((witness) => {
    const of = witness.run === 'this' ? run : reference;
    const event = of.history[witness.seq];
    return event?.type === 'call.entered' || event?.type === 'ambient.read' ? [{ run: of, event }] : [];
  });
}

/** The first position at which an attempt has another call, or another branch, than the attempt before it. */
function parting(run: Run): { run: Run; event: Seen }[] {
  const { attempts } = observe(run);
  for (const table of attempts) {
    const before = attempts.find((one) => one.workflow === table.workflow && one.attempt === table.attempt - 1);
    for (const [position, { entered }] of before === undefined ? [] : table.calls) {
      const earlier = before!.calls.get(position)?.entered;
      if (earlier !== undefined && identityOf(earlier) !== identityOf(entered))
        return [earlier, entered].map((event) => ({ run, event }));
    }
  }
  return [];
}

function caller(label: string, run: Run, event: Seen, depth: number): Caller {
  const telling = event.site?.[Math.min(depth, event.site.length - 1)] ?? '';
  const site = isEntry(telling) ? `${event.site![0]} in ${telling}` : telling;
  const branch = frameName(event.site, depth);
  if (event.type === 'ambient.read') return { label, call: event.what, result: `→ ${show(event.value)}`, site, branch };
  const recorded = observe(run).outcomes.get(event.workflow)?.get(event.position);
  const sign = event.replayed ? '←' : '→';
  const result = recorded === undefined ? '' : `${sign} ${showOutcome(recorded.outcome)}`;
  return { label, call: callText(event), result, site, branch };
}

/** The innermost frame at which sites differ; null if they never do. */
function depthOf(sites: readonly (readonly string[] | undefined)[]): number | null {
  const longest = Math.max(0, ...sites.map((site) => site?.length ?? 0));
  for (let depth = 0; depth < longest; depth++)
    if (new Set(sites.map((site) => site?.[Math.min(depth, site.length - 1)])).size > 1) return depth;
  return null;
}

/** How to name the branch of any call, so that the two witnesses have different names; '' when nothing tells them apart. */
function branchesBy(
  sites: readonly (readonly string[] | undefined)[],
): (site: readonly string[] | undefined) => string {
  const depth = sites.length === 2 ? depthOf(sites) : null;
  if (depth === null) return () => '';
  // Frames of another kind at the same depth would be names of something else.
  const entries = sites.some((site) => isEntry(site?.[depth]));
  return (site) => (entries && !isEntry(site?.[depth]) ? '' : frameName(site, depth));
}

/** For each workflow that never ended, the last call it made; calls still waiting for an answer first. */
function lastCalls(run: Run): EventOf<'call.entered'>[] {
  const settled = new Set(eventsOf(run, 'call.settled').map(callKey));
  const last = new Map<string, EventOf<'call.entered'>>();
  for (const event of eventsOf(run, 'call.entered')) {
    const before = last.get(event.workflow);
    const waitsMore = before !== undefined && !settled.has(callKey(before)) && settled.has(callKey(event));
    if (run.results[event.workflow]?.outcome == null && !waitsMore) last.set(event.workflow, event);
  }
  return [...last.values()];
}

const callKey = (event: EventOf<'call.entered' | 'call.settled'>): string =>
  `${event.workflow}/${event.attempt}/${event.position}`;

function labelOf(finding: Finding, seen: readonly { run: Run }[], of: Run, { workflow, attempt }: Seen): string {
  if (seen.length === 1) return 'the call';
  return seen.every(({ run }) => run === of)
    ? titleOf(of, workflow, attempt)
    : nameOfRun(finding.violations[0]!.against ?? [], of === finding.run);
}

const nameOfRun = (against: readonly unknown[], isThis: boolean): string => {
  if (isThis) return 'this run';
  return against.length === 0 ? 'calm run' : 'another run';
};

/** `first execution`, `after the crash`, `after the takeover, attempt 3`. */
function titleOf(run: Run, workflow: string, attempt: number): string {
  if (attempt === 1) return 'first execution';
  const started = observe(run).attempts.find((one) => one.workflow === workflow && one.attempt === attempt)?.started;
  const cause = run.history.findLast(
    (event) =>
      (event.type === 'executor.restarted' || event.type === 'executor.replaced') &&
      event.reenqueued.includes(workflow) &&
      event.seq < (started?.seq ?? 0),
  );
  const why = cause === undefined ? 'again' : `after the ${cause.type === 'executor.restarted' ? 'crash' : 'takeover'}`;
  return attempt === 2 ? why : `${why}, attempt ${attempt}`;
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
  const branches = branchesBy(seen.map(({ event }) => event.site));
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
      lanes: lanes as unknown as Story['lanes'],
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
  const [left = '', right = ''] = callersOf(finding).map(({ branch }) => branch);
  if (left === right)
    return { position, words: twoRuns ? ['one call', 'another call'] : ['recorded', 'not what was recorded'] };
  return {
    position,
    words: twoRuns
      ? [`here it is ${left}'s`, `here it is ${right}'s`]
      : [`recorded for ${left}`, `now called by ${right}`],
  };
}
