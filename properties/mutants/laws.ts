/** The laws that mutants are tried against: those of the part that a fault is in, cheap ones first. */
import { AMBIENT } from './laws/ambient.ts';
import { CALLS } from './laws/calls.ts';
import { CATALOGUE } from './laws/catalogue.ts';
import { GENERATED } from './laws/generated.ts';
import { JUDGEMENTS } from './laws/judgement.ts';
import { MACHINES } from './laws/machine.ts';
import type { Law } from './laws/making.ts';
import { MOVES } from './laws/moves.ts';
import { PARTS } from './laws/parts.ts';
import { PLANS } from './laws/plans.ts';
import { SEARCHES, UNPROVED } from './laws/search.ts';
import { SEEDS } from './laws/seeds.ts';
import { STEPS } from './laws/steps.ts';
import { VERDICTS } from './laws/verdicts.ts';

/** What a law is about: an engine that users bring their SDK to, or everything else. */
export type Part = 'dbos' | 'harness';

/** The part that a file of the harness belongs to. */
export const partOf = (file: string): Part => (file.startsWith('dbos/') ? 'dbos' : 'harness');

const HARNESS: readonly Law[] = [
  ...[...PARTS, ...AMBIENT, ...STEPS, ...MOVES, ...VERDICTS, ...CALLS],
  ...[...JUDGEMENTS, ...SEARCHES, ...SEEDS, ...PLANS, ...MACHINES],
  ...[...CATALOGUE, UNPROVED, ...GENERATED],
];

/** The laws of each part, loaded when asked for: the SDK is large. */
export const LAWS: Readonly<Record<Part, () => Promise<readonly Law[]>>> = {
  harness: () => Promise.resolve(HARNESS),
  dbos: async () => (await import('./laws/dbos.ts')).DBOS_LAWS,
};
