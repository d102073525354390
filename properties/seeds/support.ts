/** Entries and files to try things with. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll } from 'vitest';
import type { SavedScript } from '../../harness/seeds/file.ts';

// Equal on every machine: a law that fails in CI fails at home.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20_300_101 });

const binary = fc.string({ unit: 'binary' });

/** An entry as this version saves it. */
export const EXAMPLE: SavedScript = {
  scenario: 'interleaved',
  check: 'replay',
  fingerprint: '0123456789abcdef',
  script: [{ after: 'start w-1', choose: 'crash executor-1' }],
  course: 'fedcba9876543210',
  minimal: true,
  found: { seed: 'reprise', strategy: 'crashes', runs: 4, reprise: '0.1.0', engine: 'DBOS 5.3.0' },
};

const script = fc.uniqueArray(fc.record({ after: binary, choose: binary }), {
  selector: ({ after }) => after,
  maxLength: 6,
});
const found = fc.record(
  { seed: binary, strategy: fc.string(), runs: fc.nat(), reprise: fc.string(), engine: fc.string() },
  { requiredKeys: ['seed', 'runs', 'reprise'] },
);

/** Any entry: as this version saves it, or an earlier one did. */
export const saved: fc.Arbitrary<SavedScript> = fc.record(
  {
    ...{ scenario: binary, check: fc.string(), fingerprint: fc.string(), script, course: fc.string() },
    ...{ minimal: fc.constantFrom(true, false, null), inputs: fc.jsonValue(), found },
  },
  { requiredKeys: ['scenario', 'check', 'script', 'found'] },
);

/** Entries of a few tests with a few failures: the sort that get in each other's way. */
export const crowded: fc.Arbitrary<SavedScript> = fc
  .record({
    scenario: fc.constantFrom('a', 'b'),
    failure: fc.integer({ min: 0, max: 11 }),
    length: fc.integer({ min: 1, max: 3 }),
    seed: fc.nat({ max: 3 }),
  })
  .map(({ scenario, failure, length, seed }) => ({
    ...{ ...EXAMPLE, scenario, fingerprint: `failure ${failure}` },
    script: Array.from({ length }, (_, index) => ({
      after: `land x#${index}`,
      choose: `choice ${failure} ${seed}`,
    })),
  }));

/** A folder that is gone when the tests of the file are done. */
export function folderFor(what: string): string {
  const folder = mkdtempSync(join(tmpdir(), `reprise-${what}-`));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
