/** Saved scripts: those of bugs go on failing, those of false alarms that were mended go on holding, and none is stale. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readScript } from '../../harness/seeds/file.ts';
import { verify } from '../../harness/index.ts';
import { TWINS } from '../../scenarios/index.ts';

const FOLDER = join(import.meta.dirname, '../regressions');
const files = readdirSync(FOLDER).toSorted();

describe('a saved script', () => {
  test.each(files)('%s still does what it was saved for', async (file) => {
    const { scenario: name, check, script } = readScript(join(FOLDER, file));
    const twin = TWINS.find(({ scenario }) => scenario.name === name);
    expect(twin, `no scenario is called ${name}`).toBeDefined();
    const finding = await verify(twin!.scenario, script, { checks: [check] });
    // In a correct twin the check once cried wolf: an alarm at its script would be the old mistake.
    expect(finding?.violations[0]?.check ?? null).toBe(twin!.expect === 'holds' ? null : check);
  });

  test('is kept for every buggy twin of the catalogue', () => {
    const missing = TWINS.filter(({ expect: expected }) => expected !== 'holds')
      .map(({ scenario }) => scenario.name)
      .filter((name) => !files.some((file) => file.startsWith(`${name}.`)));
    expect(missing).toEqual([]);
  });
});
