/** The laws that mutants are tried against, cheap ones first. */
import { AMBIENT } from './laws/ambient.ts';
import { CATALOGUE } from './laws/catalogue.ts';
import { JUDGEMENTS } from './laws/judgement.ts';
import { MACHINES } from './laws/machine.ts';
import { GENERATED } from './laws/generated.ts';
import type { Law } from './laws/making.ts';
import { PARTS } from './laws/parts.ts';
import { PROGRAMS } from './laws/program.ts';
import { SEARCHES, UNPROVED } from './laws/search.ts';

export const LAWS: readonly Law[] = [
  ...PARTS,
  ...AMBIENT,
  ...PROGRAMS,
  ...MACHINES,
  ...SEARCHES,
  ...JUDGEMENTS,
  ...CATALOGUE,
  UNPROVED,
  ...GENERATED,
];
