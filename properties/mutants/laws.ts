/** The laws that mutants are tried against, cheap ones first. */
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
import { STEPS } from './laws/steps.ts';
import { VERDICTS } from './laws/verdicts.ts';

export const LAWS: readonly Law[] = [
  ...[...PARTS, ...AMBIENT, ...STEPS, ...MOVES, ...VERDICTS, ...CALLS],
  ...[...JUDGEMENTS, ...SEARCHES, ...PLANS, ...MACHINES],
  ...[...CATALOGUE, UNPROVED, ...GENERATED],
];
