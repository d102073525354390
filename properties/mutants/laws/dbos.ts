/** Laws of the dbos engine: its system database is the SDK's own on a real database, and programs come through crashes. */
import { deepStrictEqual } from 'node:assert/strict';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../../harness/dbos/index.ts';
import { crashes, scenario } from '../../../harness/index.ts';
import { onPglite } from '../../conformance/database/clocked.ts';
import { agrees } from '../../conformance/database/laws.ts';
import { children, straight } from '../../dbos/programs.ts';
import { countRun, type Law, search } from './making.ts';

async function database(): Promise<void> {
  const clocked = await onPglite();
  try {
    await agrees(clocked, { ...{ count: SEQUENCES, seed: 20_300_101, shrinks: false }, onSequence: countRun });
  } finally {
    await clocked.close();
  }
}

/** Enough for the rarest fault to show. */
const SEQUENCES = 600;

async function programs(): Promise<void> {
  const starts = [
    (): unknown => DBOS.startWorkflow(straight, { workflowID: 'w' })('a'),
    (): unknown => DBOS.startWorkflow(children, { workflowID: 'w' })(),
  ];
  for (const start of starts) {
    const tried = scenario({ name: 'programs', engine: dbos(), start });
    const { finding, complete } = await search(tried, { strategies: [crashes(1)], runsMax: 2_000 });
    const objections = finding?.violations.map(({ because }) => because) ?? [];
    deepStrictEqual({ objections, complete }, { objections: [], complete: true });
  }
}

export const DBOS_LAWS: readonly Law[] = [
  { name: 'programs on the SDK come through a crash', holds: programs },
  { name: 'our system database answers as the one of the SDK does on PGlite', holds: database },
];
