/** The dbos engine runs the real SDK, deterministically, and the checks judge it as they judge the model engine. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { beforeEach, describe, expect, test } from 'vitest';
import { dbos } from '../../harness/dbos/engine.ts';
import type { Rows } from '../../harness/dbos/tables/rows.ts';
import {
  crashes,
  explore,
  fingerprint,
  type Limits,
  replay,
  type Run,
  type Scenario,
  scenario,
} from '../../harness/index.ts';
import { bodies, ended, eventsOf, randomRuns, valueOf } from '../harness/support.ts';
import {
  attempts,
  children,
  lost,
  otherNames,
  receiver,
  retried,
  sameNames,
  sender,
  sleeper,
  straight,
} from './programs.ts';

type Program = Scenario<void, null, Rows>;

const program = (name: string, start: () => unknown, limits: Partial<Limits> = {}): Program =>
  scenario({ name, engine: dbos(), start, limits });

const of = (workflow: () => Promise<unknown>, limits: Partial<Limits> = {}): Program =>
  program(workflow.name, () => DBOS.startWorkflow(workflow, { workflowID: 'w' })(), limits);

/** Makes every run with at most `most` crashes: no law is broken in any. */
async function expectUnderCrashes(tried: Program, most = 2): Promise<number> {
  const { finding, complete, runs } = await explore(tried, { strategies: [crashes(most)], runsMax: 20_000 });
  const objections = finding?.violations.map(({ because }) => because) ?? [];
  expect({ objections, script: finding?.script ?? [] }).toEqual({ objections: [], script: [] });
  expect(complete).toBe(true);
  return runs;
}

/** The source lines of the caller of a durable call. */
function siteOf({ history }: Run, seq: number): readonly string[] {
  const event = history[seq];
  return (event?.type === 'call.entered' && event.site) || [];
}

describe('the dbos engine', () => {
  const straightOn = (limits?: Partial<Limits>): Program =>
    program('straight', () => DBOS.startWorkflow(straight, { workflowID: 'w' })('x'), limits);

  test('runs unmodified workflows to their end', async () => {
    const run = await replay(straightOn(), []);
    expect(run.ending).toEqual({ how: 'finished' });
    expect(valueOf(run)).toBe('x123');
    expect(bodies(run)).toEqual(['one', 'two', 'three']);
  });

  test('recovers a workflow after every crash there can be, and runs no recorded step again', async () => {
    expect(await expectUnderCrashes(straightOn())).toBeGreaterThan(50);
  });

  test('gives the client what a workflow returned', async () => {
    let got: unknown;
    const start = async (): Promise<void> => {
      const handle = await DBOS.startWorkflow(straight, { workflowID: 'w' })('x');
      got = await handle.getResult();
    };
    await replay(program('result', start), []);
    expect(got).toBe('x123');
  });
});

describe('two sequences side by side', () => {
  test('are found when their steps share a name: the smallest script, and both branches named', async () => {
    const { finding } = await explore(of(sameNames), { seed: 'same' });
    expect(finding?.violations.map(({ check }) => check)).toContain('lineage');
    expect(finding?.minimal).toBe(true);
    expect(finding?.script).toEqual([{ after: 'start w', choose: 'land fetch#2' }]);
    const [violation] = finding!.violations;
    expect(violation!.because).toMatch(/position 2 of workflow w belongs to two branches/);
    const sites = violation!.witnesses!.map(({ run, seq }) =>
      siteOf(run === 'this' ? finding!.run : finding!.reference, seq),
    );
    expect(
      sites.map((frames) => frames.find((frame) => frame.startsWith('sequence'))?.split(' ')[0]).toSorted(),
    ).toEqual(['sequenceA', 'sequenceB']);
  });

  test('end in error 26 when their steps have names of their own', async () => {
    const runs = await randomRuns(of(otherNames), 200);
    const refused = runs.flatMap((run) => eventsOf(run, 'attempt.derailed'));
    expect(refused.length).toBeGreaterThan(0);
    const outcomes = runs.map((run) => run.results['w']?.outcome).filter((outcome) => outcome?.ok === false);
    for (const outcome of outcomes) expect(JSON.parse(outcome.text)).toMatchObject({ dbosErrorCode: 26 });
    expect(outcomes.length).toBeGreaterThan(0);
  });

  test('are fixed by making each a child workflow', async () => {
    await expectUnderCrashes(of(children), 1);
    const { finding } = await explore(of(children), { seed: 'children', runsMax: 500 });
    expect(finding?.violations ?? []).toEqual([]);
  });
});

describe('a run', () => {
  test('is the same, byte for byte, whenever its seed is', async () => {
    const limits = { executors: 2, suspensionsMax: 1 };
    const prints = async (): Promise<string[]> => (await randomRuns(of(children, limits), 100)).map(fingerprint);
    const [first, again] = [await prints(), await prints()];
    expect(again).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(50);
  });
});

describe('durable calls', () => {
  beforeEach(() => {
    attempts.length = 0;
  });

  test('a step is tried again, on simulated time', async () => {
    const run = await replay(of(retried), []);
    expect(valueOf(run)).toBe('at last');
    expect(attempts).toEqual([1, 2, 3]);
    expect(eventsOf(run, 'step.ran').map(({ tryNumber }) => tryNumber)).toEqual([1, 2, 3]);
  });

  test('a sleep lasts its time, also when a crash interrupts it', async () => {
    const tried = of(sleeper);
    const run = await replay(tried, []);
    expect(valueOf(run)).toBeGreaterThanOrEqual(86_400_000);
    await expectUnderCrashes(tried, 1);
  });

  test('messages arrive once and in order, and events are seen', async () => {
    const start = async (): Promise<void> => {
      await DBOS.startWorkflow(receiver, { workflowID: 'r' })();
      await DBOS.startWorkflow(sender, { workflowID: 's' })('r');
    };
    const tried = program('messages', start);
    const run = await replay(tried, []);
    expect(valueOf(run, 'r')).toEqual(['one', 'two']);
    expect(valueOf(run, 's')).toBe('one');
    await expectUnderCrashes(tried, 1);
  });

  test('a message to nobody fails with error 16, and fails the same way when it is replayed', async () => {
    expect(ended(await replay(of(lost), []))).toMatchObject({ status: 'ERROR' });
    await expectUnderCrashes(of(lost), 1);
  });
});
