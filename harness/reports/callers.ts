/**
 * The calls that a verdict is about, each with the line it was made from, and names for branches and executions.
 */
import type { EventOf } from '../history.ts';
import type { Finding } from '../findings.ts';
import { eventsOf, observe } from '../observe.ts';
import { show, showOutcome } from '../phrase.ts';
import type { Run } from '../run.ts';
import type { Violation } from '../verdict.ts';
import { callText, frameName, identityOf, isEntry } from './lane.ts';

/** One of the calls that a verdict is about. */
interface Caller {
  readonly label: string;
  readonly call: string;
  /** What was recorded for it; '' if nothing was. */
  readonly result: string;
  /** `seqB scenarios/x.ts:12:15`, the innermost frame that tells the callers apart; '' without source lines. */
  readonly site: string;
  readonly branch: string;
}

type Seen = EventOf<'call.entered'> | EventOf<'ambient.read'>;

/** The witnesses of the main violation; without any, the last calls of whatever never ended. */
export function callersOf(finding: Finding): Caller[] {
  const strayed = finding.run.history[finding.violations[0]!.evidence[0]];
  if (strayed?.type === 'call.strayed')
    return [{ label: 'the call', call: 'a step', result: '', site: strayed.site?.[0] ?? '', branch: '' }];
  const seen = witnessesOf(finding);
  const depth = depthOf(seen.map(({ event }) => event.site));
  if (seen.length > 0)
    return seen.map(({ run, event }) =>
      caller(labelOf(finding, seen, run, event), run, event, depth ?? 0, branchesBy(seen)),
    );
  const { ending } = finding.run;
  if (ending.how !== 'stuck' && ending.how !== 'escaped') return [];
  const label = ending.how === 'stuck' ? 'waits for' : 'last call';
  return lastCalls(finding.run).map((event) => caller(label, finding.run, event, 0));
}

/** What a verdict names; else, where a result or the user's own law broke after a crash, where the replay first parted. */
export function witnessesOf(finding: Finding): { run: Run; event: Seen }[] {
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
    for (const call of before === undefined ? [] : table.calls) {
      const [entered, earlier] = [call?.entered, before!.calls[call?.entered.position ?? -1]?.entered];
      if (entered !== undefined && earlier !== undefined && identityOf(earlier) !== identityOf(entered))
        return [earlier, entered].map((event) => ({ run, event }));
    }
  }
  return [];
}

function caller(
  label: string,
  run: Run,
  event: Seen,
  depth: number,
  branches: (site: Seen['site']) => string = () => '',
): Caller {
  const telling = event.site?.[Math.min(depth, event.site.length - 1)] ?? '';
  const site = isEntry(telling) ? `${event.site![0]} in ${telling}` : telling;
  const branch = branches(event.site);
  if (event.type === 'ambient.read') return { label, call: event.what, result: `→ ${show(event.value)}`, site, branch };
  const found = observe(run).workflows.get(event.workflow)?.records[event.position]?.event;
  const recorded = found?.name === event.name ? found : undefined;
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
export function branchesBy(seen: readonly { readonly event: Seen }[]): (site: Seen['site']) => string {
  const [first, second] = seen.map(({ event }) => event);
  // The same branch with another call: its name would say nothing.
  if (first === undefined || second === undefined || first.branch === second.branch) return () => '';
  const sites = [first.site, second.site];
  const depth = depthOf(sites);
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

function labelOf(
  finding: Finding,
  seen: readonly { run: Run; event: Seen }[],
  of: Run,
  { workflow, attempt }: Seen,
): string {
  if (seen.length === 1) return 'the call';
  // Two calls of one execution are told apart by what they call.
  if (seen.every(({ run, event }) => run === of && event.attempt === attempt)) return 'a call';
  return seen.every(({ run }) => run === of)
    ? titleOf(of, workflow, attempt)
    : nameOfRun(finding.violations[0]!.against ?? [], of === finding.run);
}

/** `against`: the script of the other run; empty if that is the calm one. */
export const nameOfRun = (against: readonly unknown[], isThis: boolean): string => {
  if (isThis) return 'this run';
  return against.length === 0 ? 'calm run' : 'another run';
};

/** `first execution`, `after the crash`, `after the takeover, attempt 3`. */
export function titleOf(run: Run, workflow: string, attempt: number): string {
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
