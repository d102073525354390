/**
 * What the decisions of a run mean in terms of its calls: a script speaks in labels of moves, which nobody has seen before.
 * Pure data out of a run.
 */
import { chosen, type Option } from '../decision.ts';
import type { Event } from '../history.ts';
import { showCall, showOutcome } from '../phrase.ts';
import type { Run } from '../run.ts';
import { forksOf } from './forks.ts';
import { callText } from './lane.ts';

/** For each decision of `run` that is not calm, in order: what it means, in one sentence; '' where the run does not say. */
export function meaningsOf(run: Run): string[] {
  return [...forksOf(run).keys()].flatMap((seq, index) => {
    const decision = run.decisions[index]!;
    if (decision.chose === 0) return [];
    const [move, calm] = [chosen(decision), decision.option(0)];
    const [before, after] = [clauseOf(run, seq, move), clauseOf(run, seq, calm)];
    if (before === null) return [''];
    const [who, what, of = ''] = before;
    const all = `${who}${of} ${what}`;
    // A failure comes in place of what the call would have come to.
    if (after === null || move.kind === 'fail') return [all];
    // A workflow that both are of is named once, and so is what becomes of both.
    const first = of === after[2] ? `${who} ${what}` : all;
    return [`${first} before ${after[0]}${after[2] ?? ''}${after[1] === what ? '' : ` ${after[1]}`}`];
  });
}

/** A subject, what becomes of it, and ` of w-1` where there are several workflows. */
type Clause = readonly [who: string, what: string, of?: string];

/** What `option`, on offer at the move `seq`, would do; null where nothing is known of what it is about. */
function clauseOf(run: Run, seq: number, { kind, label }: Option): Clause | null {
  const name = label.slice(label.indexOf(' ') + 1);
  switch (kind) {
    case 'land':
    case 'reply':
      return callClause(run, seq, kind, name);
    case 'fail': {
      const who = calledBy(run, seq, name)?.[0];
      const landed = run.history.find(
        (event) => event.seq > seq && event.type === 'world.failed' && event.call === name,
      );
      if (who === undefined) return null;
      return [who, landed?.type === 'world.failed' && landed.landed ? 'takes effect, but its answer is lost' : 'fails'];
    }
    case 'timer':
      return [name.startsWith('timer#') ? name : `the timer ${name}`, 'goes off'];
    case 'crash':
      return [plainName(name), 'crashes'];
    case 'suspend':
      return [plainName(name), 'stands still'];
    case 'wake':
      return [plainName(name), 'goes on'];
    case 'restart':
      return [plainName(name), 'restarts'];
    case 'takeover':
      return [plainName(name.split(' by ').at(-1)!), 'takes over'];
    case 'client':
      return [`"${label}"`, 'arrives'];
    default:
      return null;
  }
}

function callClause(run: Run, seq: number, kind: 'land' | 'reply', name: string): Clause | null {
  const workflow = /^finish (.*)#\d+(?:@\S+)?$/.exec(name)?.[1];
  const called =
    workflow !== undefined && workflow in run.results
      ? ([`the end of ${workflow}`, 'is recorded', ''] as const)
      : calledBy(run, seq, name);
  return called === null ? null : [called[0], kind === 'land' ? called[1] : 'is answered', called[2] ?? ''];
}

/** The call whose moves are named `name`, and what becomes of it when it lands. */
function calledBy({ history, results, idiom }: Run, seq: number, name: string): Clause | null {
  const isIt = (event: Event): boolean =>
    event.seq < seq && (event.type === 'call.entered' || event.type === 'world.called') && event.call === name;
  const event = history.find(isIt);
  if (event?.type === 'world.called') {
    const input = event.input === 'undefined' ? '' : showOutcome({ ok: true, text: event.input }, 24);
    return [`${event.operation}(${input})`, 'takes effect'];
  }
  if (event?.type !== 'call.entered') return null;
  const of = Object.keys(results).length > 1 ? ` of ${event.workflow}` : '';
  // The body of a step has run by then.
  const isStep = event.kind === 'step';
  return [
    `${isStep ? showCall(event) : callText(event)} at ${idiom.position[1]} ${event.position}`,
    isStep ? 'is recorded' : 'takes effect',
    of,
  ];
}

/** `crash executor-1#2` is the second of `executor-1`. */
const plainName = (name: string): string => name.replace(/#\d+$/, '');
