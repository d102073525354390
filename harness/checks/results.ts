/** Results: after a crash, workflows come to what some crash-free run also comes to. */
import type { Result, Run } from '../run.ts';
import { isFaulty, observe } from '../observe.ts';
import { count, showOutcome } from '../phrase.ts';
import { decode, encode } from '../values.ts';
import type { Check, Reference } from './check.ts';
import { lostClass } from './classes.ts';

/** Says something only of finished runs in which an executor failed. */
export const results: Check = {
  name: 'results',
  law: 'a crash changes no result',
  judge(run, reference) {
    if (run.ending.how !== 'finished' || !isFaulty(run)) return [];
    if (unsettled(reference) !== null || sameAs(run, reference.runs[0])) return [];
    if (reference.outcomes.has(outcomeOf(run, reference.compare))) return [];
    // What is made of a recorded time or draw differs from run to run in good right, unless the scenario says what counts.
    if (reference.compare === null && drawsFreely(run)) return [];
    const calm = reference.runs[0]!;
    const differing =
      Object.keys(run.results).find((id) => text(run, id, reference) !== text(calm, id, reference)) ??
      Object.keys(run.results)[0]!;
    const came = describe(run.results[differing]);
    const should = describe(calm.results[differing]);
    const classes = lostClass(observe(run).workflows.get(differing), run.idiom);
    const ended = run.history.findLast((event) => event.type === 'workflow.ended' && event.workflow === differing);
    return [
      {
        check: 'results',
        because: `workflow ${differing} came to ${came}; without a crash it comes to ${should}${searched(reference)}${classes === null ? '' : `. ${classes}`}`,
        evidence: [ended?.seq ?? run.history.length - 1],
        fix: run.idiom.remedies[classes === null ? 'results' : 'classes'],
      },
    ];
  },
};

/** Up to this share of crash-free runs may come to something new, and something new after a crash still be wrong. */
const NEWS_MAX = 0.01;

/**
 * Why a new result proves nothing; null: it does. The share of samples that are new estimates how likely the next one is
 * (Good, Biometrika 1953): where crash-free runs keep coming to new results, so do runs with crashes, in good right.
 */
export function unsettled({ outcomes, searched: how }: Reference): string | null {
  if (how === null || how.news <= NEWS_MAX) return null;
  return `crash-free runs keep coming to new results (${count(outcomes.size, 'outcome')} in ${count(how.runs, 'run')}), so a new one after a crash proves nothing; say with "compare" what of a result counts`;
}

/** Said where a new result was not judged, because time was over before crash-free runs were searched for it. */
export const IN_DOUBT =
  'after a crash there was a result that no crash-free run has come to so far; give the search more time (forMs) to look for one';

/** Whether it plainly came to what the calm run came to: so it is with most runs, and no texts have to be made of them. */
function sameAs({ results: mine }: Run, calm: Run | undefined): boolean {
  if (calm?.ending.how !== 'finished') return false;
  for (const id in mine) {
    const [a, b] = [mine[id]!, calm.results[id]];
    if (a.status !== b?.status || a.outcome?.ok !== b.outcome?.ok || a.outcome?.text !== b.outcome?.text) return false;
  }
  for (const id in calm.results) if (mine[id] === undefined) return false;
  return true;
}

const drawsFreely = (run: Run): boolean =>
  observe(run).attempts.some(({ calls }) => calls.some((call) => call?.free === true || call?.entered.kind === 'now'));

/** What a run came to, as text: the status and result of every workflow that the client started. */
export function outcomeOf(run: Run, compare: Reference['compare']): string {
  const parts: string[] = [];
  for (const id in run.results) {
    const result = run.results[id]!;
    // Ids may contain anything: with its length in front, each part can be read in one way only.
    if (result.parent === null)
      parts.push(`${id.length} ${id} ${result.status} ${result.outcome?.ok} ${outcomeText(result, compare)}`);
  }
  // Workflows are in the order of their creation, which may differ from run to run.
  return parts.toSorted().join('\n');
}

function outcomeText({ outcome }: Result, compare: Reference['compare']): string {
  if (outcome === null) return '';
  return outcome.ok && compare !== null ? encode(compare(decode(outcome.text))) : outcome.text;
}

const text = (run: Run, id: string, { compare }: Reference): string => {
  const result = run.results[id];
  return result === undefined ? '' : `${result.status} ${outcomeText(result, compare)}`;
};

function describe(result: Result | undefined): string {
  if (result === undefined) return 'nothing';
  return result.outcome?.ok === true
    ? showOutcome(result.outcome, 60)
    : `${result.status}${result.outcome === null ? '' : ` (${showOutcome(result.outcome, 120)})`}`;
}

function searched({ outcomes, searched: how }: Reference): string {
  if (how === null) return '';
  const all = how.scope === null ? '' : `, all with at most ${count(how.scope.othersMax, 'deviation')} among them`;
  return ` (${count(outcomes.size, 'outcome')} in ${count(how.runs, 'crash-free run')}${all})`;
}
