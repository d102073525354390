/** The dbos engine runs the real SDK, deterministically, and the checks judge it as they judge the model engine. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { describe, expect, test } from 'vitest';
import { explore, fingerprint, type Limits, replay, type Run } from '../../harness/index.ts';
import { bodies, eventsOf, randomRuns, valueOf } from '../harness/support.ts';
import { bank, children, escapes, otherNames, payment, rejects, sameNames, straight, registered } from './programs.ts';
import { expectUnderCrashes, of, type Program, program } from './support.ts';

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
    expect(violation!.because).toMatch(/function id 2 of workflow w belongs to two branches/);
    const sites = violation!.witnesses!.map(({ run, seq }) =>
      siteOf(run === 'this' ? finding!.run : finding!.reference, seq),
    );
    const callers = sites.map((frames) => frames.find((frame) => frame.startsWith('sequence'))?.split(' ')[0]);
    expect(new Set(callers)).toEqual(new Set(['sequenceA', 'sequenceB']));
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

describe('what else goes wrong', () => {
  test('an effect that is repeated is found by the law of the user: a crash between effect and checkpoint', async () => {
    const setup = (): void => void (bank.charges = []);
    const check = (): void => expect(bank.charges).toEqual(['10']);
    const { finding } = await explore({ ...of(payment), setup, check }, { seed: 'charge' });
    expect(finding?.violations.map((violation) => violation.check)).toEqual(['check']);
    expect(finding?.script).toEqual([{ after: 'start w', choose: 'crash executor-1' }]);
  });

  test('a step whose fake answers differently, as it was asked in another order, raises nothing', async () => {
    const start = async (): Promise<void> => {
      await DBOS.startWorkflow(payment, { workflowID: 'a' })();
      await DBOS.startWorkflow(payment, { workflowID: 'b' })();
    };
    const setup = (): void => void (bank.charges = []);
    const tried = { ...program('turns', start, { crashesMax: 0, executors: 2 }), setup };
    const { finding } = await explore(tried, { seed: 'turns', runsMax: 300 });
    expect(finding?.violations ?? []).toEqual([]);
  });

  test('registered steps are told apart by their arguments, too', async () => {
    const { finding } = await explore(of(registered), { seed: 'registered' });
    expect(finding?.violations[0]?.because).toMatch(/function id 2 .* second\("a2"\).* second\("b2"\)/);
  });

  test('a body that awaits what is not simulated escapes, and its last call is named', async () => {
    const { ending } = await replay(of(escapes), []);
    expect(ending).toMatchObject({ how: 'escaped', because: expect.stringContaining('after its last call, before#1') });
  });

  test('a rejection that nobody hears ends the process', async () => {
    const { finding } = await explore(of(rejects), { seed: 'rejects', runsMax: 200 });
    expect(finding?.run.ending).toMatchObject({ how: 'died', because: expect.stringContaining('unheard') });
  });
});

describe('executors', () => {
  test('that are suspended and replaced do no harm when they wake: they are fenced, and no law is broken', async () => {
    const limits = { executors: 2, suspensionsMax: 1, crashesMax: 1 };
    const { finding } = await explore(of(children, limits), { seed: 'zombies', runsMax: 1_000 });
    expect(finding?.violations ?? []).toEqual([]);
    const runs = await randomRuns(of(children, limits), 200);
    const refused = runs.flatMap((run) => eventsOf(run, 'record.refused'));
    expect(refused.length).toBeGreaterThan(0);
    expect(new Set(runs.map(({ ending }) => ending.how))).toEqual(new Set(['finished']));
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
