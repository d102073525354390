/**
 * What a story of the catalogue is: one pattern, told by twins. The correct program and its buggy twins stand side by side
 * and differ in as little as makes the difference.
 */
import type { Scenario, Scope } from '../harness/index.ts';

export type CheckName =
  | 'memory'
  | 'engine'
  | 'ambient'
  | 'replay'
  | 'lineage'
  | 'floating'
  | 'control'
  | 'effects'
  | 'progress'
  | 'check'
  | 'results';

/** Which check catches a bug when all of them judge, and the fewest deviations from calm it takes. */
export interface Caught {
  readonly caughtBy: CheckName;
  readonly deviations: number;
  /** The fewest deviations it takes when only the named check judges. */
  readonly alone?: Readonly<Partial<Record<CheckName, number>>>;
}

export type Twin =
  /** `exhaust`: a scope small enough to make every run of. */
  | { readonly scenario: Scenario; readonly expect: 'holds'; readonly exhaust?: Scope }
  | { readonly scenario: Scenario; readonly expect: Caught };

export interface Story {
  /** Also the first word or words of every twin's name. */
  readonly name: string;
  readonly title: string;
  /** One sentence: what can go wrong and why, and where the pattern comes from. */
  readonly about: string;
  /** The public report that it re-enacts: `owner/repository#number`. */
  readonly report?: string;
  readonly twins: readonly Twin[];
}

/** A twin that no schedule breaks. */
export const holds = <C, W, T>(scenario: Scenario<C, W, T>, exhaust?: Scope): Twin => ({
  ...{ scenario: erase(scenario), expect: 'holds' },
  ...(exhaust === undefined ? {} : { exhaust }),
});

/** A twin that a check catches, in a run of `deviations` deviations and in none with fewer. */
export const caught = <C, W, T>(
  scenario: Scenario<C, W, T>,
  caughtBy: CheckName,
  deviations: number,
  alone?: Caught['alone'],
): Twin => ({
  scenario: erase(scenario),
  expect: { caughtBy, deviations, ...(alone === undefined ? {} : { alone }) },
});

/** For checks: objects unless `condition` holds. */
export function must(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise);
}

/** The catalogue hands scenarios on and never looks into their types. */
const erase = <C, W, T>(scenario: Scenario<C, W, T>): Scenario => scenario as unknown as Scenario;
