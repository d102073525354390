/**
 * What a run did to the outside world, where that is what a verdict is about: effects that happened more than once, or in
 * another order than in the run beside it.
 */
import type { Finding } from '../findings.ts';
import { eventsOf, observe } from '../observe.ts';
import { showCall, showOutcome } from '../phrase.ts';
import type { Run } from '../run.ts';
import { hang } from './layout.ts';

/** One change of the outside world. */
interface Effect {
  /** Equal for the same request, however short `what` is cut. */
  readonly identity: string;
  readonly what: string;
  readonly did: 'took effect' | 'ran';
  readonly by: string;
  /** From the body of a step. */
  readonly inStep: boolean;
}

/** The effects of `run`, in order. */
function effectsOf(run: Run): Effect[] {
  const requests = new Map(eventsOf(run, 'world.called').map((event) => [event.call, event]));
  const several = new Set([...requests.values()].map(({ executor }) => executor)).size > 1;
  return eventsOf(run, 'world.answered').flatMap(({ call, operation, effect, origin }) => {
    const request = requests.get(call);
    if (!effect || request === undefined) return [];
    const input = request.input === 'undefined' ? '' : showOutcome({ ok: true, text: request.input });
    const who = origin.workflow === null ? 'the client' : `attempt ${origin.attempt} of ${origin.workflow}`;
    return [
      {
        identity: `${operation} ${request.input}`,
        what: `${operation}(${input})`,
        did: 'took effect',
        by: several ? `${who} on ${request.executor}` : who,
        inStep: origin.position !== null,
      },
    ];
  });
}

/** Bodies of steps that ran in several attempts: whatever they did to a world that is not seen, they did again. */
function bodiesOf(run: Run): Effect[] {
  const { attempts } = observe(run);
  const several = new Set(attempts.map(({ started }) => started.executor)).size > 1;
  return attempts.flatMap(({ workflow, attempt, started: { executor }, calls, derailed }) =>
    calls.flatMap((call) => {
      if (call?.ran !== true || call.entered.unseen !== true) return [];
      const { position } = call.entered;
      const stopped = derailed?.refusal == null ? '' : `, stopped by ${run.idiom.refusals[derailed.refusal]}`;
      const by = `attempt ${attempt} of ${workflow}${several ? ` on ${executor}` : ''}${stopped}`;
      const identity = `${workflow} ${position} ${call.entered.name}`;
      return [{ identity, what: showCall(call.entered), did: 'ran' as const, by, inStep: true }];
    }),
  );
}

/** Effects that happened more than once, where effects are what the verdict may be about. */
function repeated({ violations, run }: Finding): Effect[][] {
  if (!['check', 'effects'].includes(violations[0]!.check)) return [];
  const times = new Map<string, Effect[]>();
  for (const effect of [...effectsOf(run), ...bodiesOf(run)])
    times.set(effect.identity, [...(times.get(effect.identity) ?? []), effect]);
  return [...times.values()].filter((each) => each.length > 1);
}

const REPEATED_MAX = 3;
const SHOWN_MAX = 6;

/** What to say of effects; nothing where they are not the point. */
export function effectLines(finding: Finding, width: number): string[] {
  const twice = repeated(finding);
  if (twice.length === 0) return finding.violations[0]!.check === 'check' ? reordered(finding, width) : [];
  return twice.slice(0, REPEATED_MAX).flatMap((each) => {
    const by = [...new Set(each.map((effect) => effect.by))].map((who) => {
      const times = each.filter((effect) => effect.by === who).length;
      return `${who}${times === 1 ? '' : ` (${times} times)`}`;
    });
    return hang('    ', `${each[0]!.what} ${each[0]!.did} ${each.length} times: in ${by.join(', in ')}`, width);
  });
}

/** Both orders of effects, from the first that differs. */
function reordered({ run, reference }: Finding, width: number): string[] {
  const [mine, theirs] = [effectsOf(run), effectsOf(reference)];
  const same = mine.findIndex(({ identity }, index) => identity !== theirs[index]?.identity);
  const from = same < 0 ? mine.length : same;
  if (from === mine.length && from === theirs.length) return [];
  const told = (effects: readonly Effect[]): string => {
    const shown = effects.slice(from, from + SHOWN_MAX).map(({ what }) => what);
    const all = [...(from > 0 ? ['…'] : []), ...shown, ...(effects.length > from + SHOWN_MAX ? ['…'] : [])];
    return all.length === 0 ? 'none' : all.join(', ');
  };
  return [
    ...hang('    effects, calm run  ', told(theirs), width),
    ...hang('    effects, this run  ', told(mine), width),
  ];
}

/** What to do about a step whose effect was repeated; undefined if none was. A user's own check does not say whether that was it. */
export function stepFix(finding: Finding): string | undefined {
  if (!repeated(finding).some((each) => each.some(({ inStep }) => inStep))) return undefined;
  const { repeats } = finding.run.idiom.remedies;
  return finding.violations[0]!.check === 'check' ? `if running a step twice did the damage: ${repeats}` : repeats;
}
