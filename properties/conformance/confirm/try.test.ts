import { afterAll, beforeAll, expect, test } from 'vitest';
import { explore } from '../../../harness/index.ts';
import { confirm } from '../../../harness/dbos/real/confirm.ts';
import { openPglite, type RealDatabase } from '../../../harness/dbos/real/database.ts';
import { findSdk } from '../../../harness/dbos/sdk.ts';
import { TWINS } from '../../../scenarios/dbos/index.ts';

let database: RealDatabase;
beforeAll(async () => void (database = await openPglite(findSdk(process.cwd()))));
afterAll(() => database?.close());
test.each(TWINS.map((t) => [t.scenario.name, t.scenario] as const))('%s', { timeout: 60_000 }, async (_, scenario) => {
  for (const checks of [undefined, ['results', 'replay', 'check']]) {
    const { finding } = await explore(scenario, { runsMax: 300, ...(checks ? { checks } : {}) });
    const script = finding?.script ?? [];
    const t = performance.now();
    const c = await confirm(scenario, script, { database });
    console.log(scenario.name, finding?.violations[0]?.check, Math.round(performance.now() - t), 'ms', JSON.stringify({ ...c, script: script.map((d) => d.choose) }));
    if (finding) expect(c.because).toMatch(/gave every/);
    else expect(c.because).toMatch(/no law/);
  }
});
