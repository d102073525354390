/** Laws of the dbos engine: its system database is the SDK's own on a real database, and programs come through crashes. */
import { deepStrictEqual, rejects } from 'node:assert/strict';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos, type Stored } from '../../../harness/dbos/index.ts';
import { findSdk } from '../../../harness/dbos/sdk.ts';
import { crashes, scenario } from '../../../harness/index.ts';
import { onPglite } from '../../conformance/database/clocked.ts';
import { agrees } from '../../conformance/database/laws.ts';
import { Ours } from '../../conformance/database/ours.ts';
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

/** Our system database, whose members are called one by one, ten milliseconds apart, as the execution `t` of workflow `w`. */
async function members(): Promise<(member: string, ...args: unknown[]) => Promise<unknown>> {
  const ours = new Ours(findSdk(process.cwd()));
  let nowMs = 1_000;
  const answered = async (member: string, ...args: unknown[]): Promise<unknown> => {
    ours.time.begin((nowMs += 10));
    return ours.call({ member, args, as: { workflow: 'w', token: 't' }, afterMs: 10 });
  };
  const named = { workflowUUID: 'w', workflowName: 'f', workflowClassName: '', workflowConfigName: '' };
  const signed = { authenticatedUser: '', assumedRole: '', authenticatedRoles: [], executorId: 'e', applicationID: '' };
  const stored = { input: '[]', output: null, error: null, serialization: 'portable_json' };
  await answered('initWorkflowStatus', { ...named, ...signed, ...stored, status: 'PENDING', priority: 0 }, 't');
  return answered;
}

async function mailbox(): Promise<void> {
  const answered = await members();
  const letters = [
    ['1', 'first', 'x'],
    ['2', 'second', 'x'],
    ['3', 'other', 'y'],
    ['1', 'again', 'x'],
  ];
  for (const [key, message, topic] of letters)
    await answered('sendDirect', 'w', JSON.stringify(message), topic, 'portable_json', key);
  const received: unknown[] = [];
  for (const position of [0, 2, 4, 0])
    received.push(((await answered('recv', 'w', position, position + 1, 'x', 1)) as Stored).serializedValue);
  // In the order of sending, each once, and at a recorded position what is recorded.
  deepStrictEqual(received, ['"first"', '"second"', null, '"first"']);
}

async function records(): Promise<void> {
  const answered = await members();
  const record = (endMs: number, output: string): Promise<unknown> =>
    answered('recordOperationResult', 'w', 0, 'step', true, 1, endMs, { output, serialization: 'portable_json' });
  await record(2, '"first"');
  // The same again is the answer to a commit that was lost; anything else is another execution of the step.
  await record(2, '"first"');
  await rejects(() => record(3, '"second"'), { dbosErrorCode: 37 });
  const recorded = (await answered('getOperationResultAndThrowIfCancelled', 'w', 0)) as { readonly output: string };
  deepStrictEqual(recorded.output, '"first"');
}

export const DBOS_LAWS: readonly Law[] = [
  { name: 'messages are received in order, by topic, and once', holds: mailbox },
  { name: 'of two records at a position the first stands, and the second is refused', holds: records },
  { name: 'programs on the SDK come through a crash', holds: programs },
  { name: 'our system database answers as the one of the SDK does on PGlite', holds: database },
];
