/** Correct programs on the dbos engine raise nothing, whatever befalls two executors. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { describe, expect, test } from 'vitest';
import { explore } from '../../harness/index.ts';
import { children, lost, parent, patched, receiver, sender, sleeper, straight, task } from './programs.ts';
import { of, program, type Program } from './support.ts';

const limits = { executors: 2, crashesMax: 2, suspensionsMax: 1 };

const CORRECT: readonly Program[] = [
  program('straight', () => DBOS.startWorkflow(straight, { workflowID: 'w' })('x'), limits),
  of(children, limits),
  of(parent, limits),
  of(sleeper, limits),
  of(lost, limits),
  of(patched, limits),
  program(
    'messages',
    async () => {
      await DBOS.startWorkflow(receiver, { workflowID: 'r' })();
      await DBOS.startWorkflow(sender, { workflowID: 's' })('r');
    },
    limits,
  ),
  program(
    'queue',
    async () => {
      await DBOS.registerQueue('tasks', { workerConcurrency: 1 });
      for (const which of ['a', 'b', 'c'])
        await DBOS.startWorkflow(task, { workflowID: which, queueName: 'tasks' })(which);
    },
    limits,
  ),
];

describe('a correct program raises nothing', () => {
  test.each(CORRECT.map((tried) => [tried.name, tried] as const))('%s', async (_name, tried) => {
    DBOS.setConfig({ name: 'theirs', systemDatabaseUrl: 'postgresql://theirs', enablePatching: true });
    const { finding } = await explore(tried, { seed: 'sound', runsMax: 400 });
    expect(finding?.violations ?? []).toEqual([]);
  });
});
