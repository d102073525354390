/** The broadest laws: the catalogue comes out as its stories say. */
import { deepStrictEqual } from 'node:assert/strict';
import { TWINS } from '../../../scenarios/index.ts';
import type { Finding } from '../../../harness/index.ts';
import { type Law, search } from './making.ts';

const told = (finding: Finding | null): unknown =>
  finding === null ? null : [finding.violations[0]?.check, finding.script.length, finding.minimal];

async function bugs(): Promise<void> {
  for (const { scenario, expect } of TWINS) {
    if (expect === 'holds') continue;
    const { finding } = await search(scenario, { seed: 'laws', runsMax: 1_000 });
    deepStrictEqual(told(finding), [expect.caughtBy, expect.deviations, true], scenario.name);
  }
}

async function alone(): Promise<void> {
  for (const { scenario, expect } of TWINS)
    for (const [check, deviations] of Object.entries(expect === 'holds' ? {} : (expect.alone ?? {}))) {
      const { finding } = await search(scenario, { checks: [check], runsMax: 1_000 });
      deepStrictEqual(told(finding), [check, deviations, true], scenario.name);
    }
}

async function silence(): Promise<void> {
  for (const { scenario, expect } of TWINS) {
    if (expect !== 'holds') continue;
    const { finding } = await search(scenario, { seed: 'laws', runsMax: 300 });
    deepStrictEqual([scenario.name, finding?.violations[0]?.because], [scenario.name, undefined]);
  }
}

export const CATALOGUE: readonly Law[] = [
  { name: 'every bug of the catalogue is found, by its check, at its minimum', holds: bugs },
  { name: 'every bug is found by its other checks alone', holds: alone },
  { name: 'no correct twin of the catalogue is objected to', holds: silence },
];
