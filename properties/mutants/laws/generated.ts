/** Laws about programs nobody wrote by hand: few of them here; `npm run soak` makes more. */
import { hazardsAreCaught, safeProgramsHold } from '../../programs/laws.ts';
import { countRuns, type Law } from './making.ts';

async function safe(): Promise<void> {
  const { runs } = await safeProgramsHold({ seed: 'mutants', programs: 12, runsEach: 40 });
  countRuns(runs);
}

async function hazardous(): Promise<void> {
  const { runs } = await hazardsAreCaught({ seed: 'mutants', programs: 12, runsMax: 200 });
  countRuns(runs);
}

export const GENERATED: readonly Law[] = [
  { name: 'generated hazards are caught, by a check that names them', holds: hazardous },
  { name: 'generated safe programs raise nothing', holds: safe },
];
