/** What the laws of the dbos engine share: short ways to run programs on it. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { expect } from 'vitest';
import { dbos, type Rows } from '../../harness/dbos/index.ts';
import { crashes, explore, type Limits, type Scenario, scenario } from '../../harness/index.ts';

/** A scenario on the dbos engine. */
export type Program = Scenario<void, null, Rows>;

/** A scenario of this name, on the real SDK. */
export const program = (name: string, start: () => unknown, limits: Partial<Limits> = {}): Program =>
  scenario({ name, engine: dbos(), start, limits });

/** A scenario that starts one workflow, as `w`. */
export const of = (workflow: () => Promise<unknown>, limits: Partial<Limits> = {}): Program =>
  program(workflow.name, () => DBOS.startWorkflow(workflow, { workflowID: 'w' })(), limits);

/** Makes every run with at most `most` crashes: no law is broken in any. */
export async function expectUnderCrashes<C>(tried: Scenario<C, null, Rows>, most = 2): Promise<number> {
  const { finding, complete, runs } = await explore(tried, { strategies: [crashes(most)], runsMax: 20_000 });
  const objections = finding?.violations.map(({ because }) => because) ?? [];
  expect({ objections, script: finding?.script ?? [] }).toEqual({ objections: [], script: [] });
  expect(complete).toBe(true);
  return runs;
}
