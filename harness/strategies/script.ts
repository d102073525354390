/**
 * Runs that follow a script: calm, except for its deviations, found by name and never by index. A script whose names are
 * no longer on offer is stale, and never passes for a run that was tried.
 */
import { type Choice, type Decider, type Deviation, isDeviation, type Script, scriptOf } from '../decision.ts';
import type { Run } from '../run.ts';
import { randomDecider } from './random.ts';

/** The program has changed so that a script no longer describes a run of it. */
export class StaleScriptError extends Error {
  override readonly name = 'StaleScriptError';
  readonly deviation: Deviation;
  constructor(deviation: Deviation, because: string) {
    super(
      `stale script: after "${deviation.after}" it chooses "${deviation.choose}", but ${because}. The program has changed since the script was recorded: record it again`,
    );
    this.deviation = deviation;
  }
}

/** Follows `script` to the letter. The decider throws `StaleScriptError`; so does `done` if part of it was never reached. */
export function follow(script: Script): { readonly decide: Decider; readonly done: () => void } {
  refuseUnlessScript(script);
  const left = new Map(script.map((deviation) => [deviation.after, deviation]));
  const decide: Decider = (choice) => {
    const deviation = left.get(choice.after);
    if (deviation === undefined) return 0;
    const { options } = choice;
    const index = options.findIndex(({ label }) => label === deviation.choose);
    if (index < 0)
      throw new StaleScriptError(
        deviation,
        `on offer there are only ${options.map(({ label }) => `"${label}"`).join(', ')}`,
      );
    left.delete(choice.after);
    return index;
  };
  const done = (): void => {
    const [unreached] = left.values();
    if (unreached !== undefined)
      throw new StaleScriptError(unreached, `a choice after "${unreached.after}" never came up`);
  };
  return { decide, done };
}

function refuseUnlessScript(script: unknown): void {
  if (!Array.isArray(script) || !script.every(isDeviation))
    throw new TypeError(
      `not a script: ${JSON.stringify(script)}; it must be a list of { "after": move, "choose": move }`,
    );
  const anchors = script.map(({ after }) => after);
  const twice = anchors.find((after, index) => anchors.indexOf(after) !== index);
  if (twice !== undefined) throw new TypeError(`not a script: it chooses twice after "${twice}"`);
}

/** Follows what of `script` still applies: for trying out shorter ones. */
export function followLoosely(script: Script): Decider {
  const chosen = new Map(script.map(({ after, choose }) => [after, choose]));
  return (choice) => {
    const choose = chosen.get(choice.after);
    return choose === undefined ? 0 : Math.max(0, indexOf(choice.options, choose));
  };
}

/** By name; else by the name without its ordinal, which counts on from what a shorter script leaves out. */
function indexOf(options: Choice['options'], choose: string): number {
  const exact = options.findIndex(({ label }) => label === choose);
  return exact >= 0 ? exact : options.findIndex(({ label }) => stem(label) === stem(choose));
}

/** The name of a move without its ordinal. */
export const stem = (label: string): string => label.replace(/#\d+/, '');

/** How to make the first run of scripts that are still to be written by it. */
const unwritten = new WeakMap<Script, Decider>();

/** Whether `script` waits for its first run to write it. */
export const isUnwritten = (script: Script): boolean => unwritten.has(script);

/** Runs that wrote a script, for whoever wants to know what else was on offer. */
const writers = new WeakMap<Script, Run>();

/** The run that wrote `script`, if one did. */
export const writerOf = (script: Script): Run | undefined => writers.get(script);

/** An empty script that its first run fills in, decided by `decide`. From then on it is an ordinary script. */
function openScript(decide: Decider): Script {
  const script: Deviation[] = [];
  unwritten.set(script, decide);
  return script;
}

/** A script to be written by a random run. */
export const randomScript = (seed: string): Script => openScript(randomDecider(seed));

/** A script to be written by following what of `script` still applies. */
export const looseScript = (script: Script): Script => openScript(followLoosely(script));

/** How to run `script`, and what to do with the run: check that all of it was used, or write it down. */
export function decidedBy(script: Script): { readonly decide: Decider; readonly done: (run: Run) => void } {
  const decide = unwritten.get(script);
  if (decide === undefined) return follow(script);
  const write = (run: Run): void => {
    unwritten.delete(script);
    writers.set(script, run);
    (script as Deviation[]).push(...scriptOf(run.decisions));
  };
  return { decide, done: write };
}
